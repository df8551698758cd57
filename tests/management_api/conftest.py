"""A caller at the test's own server."""

import pytest

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, caller


@pytest.fixture
async def api(server: Server) -> Caller:
    """A machine-to-machine application with everything it may do, at the tenant `default`."""
    return await caller(server)
