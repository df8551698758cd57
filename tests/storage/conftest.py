"""An open database with the tables of `example` and two tenants, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from narthex.kit.clock import ManualClock
from narthex.kit.database import Database, open_database
from tests.storage.example import ADD_TENANT, example


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    """The tenants are "one" and "two"; a scan may take half a second."""
    opened = open_database(empty_database_url, ManualClock(), scan_limit_ms=500)
    await opened.open()
    await opened.create_all(example)
    async with opened.write(None) as tx:
        await tx.run(ADD_TENANT, tenant_id="one")
        await tx.run(ADD_TENANT, tenant_id="two")
    yield opened
    await opened.close()
