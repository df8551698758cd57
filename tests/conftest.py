"""What every test shares: the fixtures of tests/fixtures, among them the closed network and the event loop."""

from pathlib import Path

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.fixtures")

# Each module there may define fixtures and hooks; a new one needs no line here.
pytest_plugins = sorted(f"tests.fixtures.{file.stem}" for file in Path(__file__).parent.glob("fixtures/[!_]*.py"))

# A busy machine is no failure, and what a run found last time belongs in a test, not in a hidden folder.
hypothesis.settings.register_profile("narthex", deadline=None, database=None)
hypothesis.settings.load_profile("narthex")
