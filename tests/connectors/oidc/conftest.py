"""What the tests of this connector share."""

from collections.abc import AsyncIterator

import pytest

from narthex.kit.http_client import HttpClient
from tests.fixtures.upstreams import OUTGOING_ALLOW


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """A client that may reach this machine."""
    client = HttpClient(OUTGOING_ALLOW)
    yield client
    await client.close()
