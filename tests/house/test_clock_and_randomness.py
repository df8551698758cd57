"""Time and randomness are passed in, so that a test can move the one and repeat the other."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.house.source import Module, dotted, expect_none, modules

# The clock and the random source live in kit; the command line makes the real ones.
ALLOWED = {"kit", "cli"}
MODULES = {"random", "secrets", "uuid"}
CALLS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.strftime"),
}
IMPORTED = {tuple(call.split(".")) for call in CALLS}


def reached(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}:{line}: {what}; take it from narthex.kit.clock or narthex.kit.randomness"
        for module in checked
        if module.slice and module.slice not in ALLOWED
        for line, what in _reaches(module.tree)
    ]


def _reaches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            yield from ((node.lineno, f"{node.module}.{name}") for name in names if _is_source(node.module, name))
        elif isinstance(node, ast.Attribute) and ".".join(dotted(node).split(".")[-2:]) in CALLS:
            yield node.lineno, dotted(node)


def _is_source(module: str | None, name: str) -> bool:
    return module in MODULES or (module, name) in IMPORTED


def test_time_and_randomness_are_passed_in() -> None:
    expect_none(reached(modules("src/")))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nat = datetime.now()",
        "import datetime\nat = datetime.datetime.utcnow()",
        "import datetime as d\nnow = d.datetime.now",
        "import time\nat = time.time()",
        "from time import time",
        "import random",
        "import secrets",
        "from uuid import uuid4",
        "import os\nos.urandom(8)",
        "def f():\n    from secrets import token_urlsafe",
    ],
)
def test_reaching_for_them_is_caught(text: str) -> None:
    assert reached([Module.of(text)]) != []
    assert reached([Module.of(text, "src/narthex/kit/clock.py")]) == []


@pytest.mark.parametrize("text", ["import time\ntime.monotonic()", "clock.now()", "import random_access"])
def test_what_measures_or_is_passed_in_may_stay(text: str) -> None:
    assert reached([Module.of(text)]) == []
