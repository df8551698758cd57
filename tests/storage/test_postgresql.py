"""What only PostgreSQL has: a pool, connections that are lost, and writers that stand in each other's way."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from narthex.kit.clock import ManualClock
from narthex.kit.database import (
    Database,
    DatabaseUnavailable,
    ReadTimeout,
    RetryableConflict,
    across_tenants,
    open_database,
    postgresql,
)
from tests.storage.example import ADD_AUTHOR, ADD_TENANT, ALL_AUTHORS, COUNT_AUTHORS, FIND_AUTHOR, RENAME, example

SLEEP = across_tenants(select(func.pg_sleep(30)), str, reason="the tests need a statement that takes long")
PID = across_tenants(select(func.pg_backend_pid()), int, reason="the tests need to know the server's process")


@pytest.fixture
async def database(empty_postgresql_url: str) -> AsyncIterator[Database]:
    """An open database with one connection only, the tables of `example` and tenant "one"."""
    opened = open_database(empty_postgresql_url, ManualClock(), pool_size=1)
    await opened.open()
    await opened.create_all(example)
    await opened.run_once(None, ADD_TENANT, tenant_id="one")
    yield opened
    await opened.close()


@pytest.fixture
async def other(empty_postgresql_url: str, database: Database) -> AsyncIterator[Database]:
    """The same database, seen by another node."""
    opened = open_database(empty_postgresql_url, ManualClock(), pool_size=4)
    await opened.open()
    yield opened
    await opened.close()
    assert database.dialect == "postgresql"


async def cut(other: Database, pid: int | None) -> None:
    """End a connection from the server's side."""
    assert pid is not None
    ending = across_tenants(select(func.pg_terminate_backend(pid)), bool, reason="the tests cut a connection")
    async with other.read(None) as reader:
        assert await reader.one(ending)


async def pid_of(database: Database) -> int | None:
    async with database.read(None) as reader:
        return await reader.one(PID)


async def test_the_clock_is_the_servers(database: Database) -> None:
    assert abs(await database.now_ms() - time.time_ns() // 1_000_000) < 2000


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        await open_database("postgresql://postgres@127.0.0.1:1/none", ManualClock()).open()


async def test_a_connection_that_was_cut_is_replaced(database: Database, other: Database) -> None:
    before = await pid_of(database)
    await cut(other, before)
    await asyncio.sleep(0.1)
    assert await pid_of(database) != before


async def test_a_write_whose_connection_is_cut_is_unavailable_and_undone(database: Database, other: Database) -> None:
    async def write() -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            pid = await tx.one(PID)
            waiting.set_result(pid)
            await was_cut.wait()
            await tx.run(ADD_AUTHOR, id="b", name="Bob")

    waiting: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    was_cut = asyncio.Event()
    writing = asyncio.create_task(write())
    await cut(other, await waiting)
    was_cut.set()
    with pytest.raises(DatabaseUnavailable):
        await writing
    async with database.read("one") as reader:
        assert await reader.one(COUNT_AUTHORS) == 0


async def test_a_commit_whose_connection_is_cut_is_unavailable(database: Database, other: Database) -> None:
    waiting: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    was_cut = asyncio.Event()
    called: list[str] = []

    async def write() -> None:
        async with database.write("one") as tx:
            tx.after_commit(lambda: called.append("called"))
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            waiting.set_result(await tx.one(PID))
            await was_cut.wait()

    writing = asyncio.create_task(write())
    await cut(other, await waiting)
    was_cut.set()
    with pytest.raises(DatabaseUnavailable):
        await writing
    assert called == []
    await database.run_once("one", ADD_AUTHOR, id="b", name="Bob")


async def test_a_write_cancelled_in_a_statement_gives_a_clean_connection_back(database: Database) -> None:
    async def write() -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            await tx.run(SLEEP)

    for pause in (0.0, 0.001, 0.01, 0.05):
        writing = asyncio.create_task(write())
        await asyncio.sleep(pause)
        writing.cancel()
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        async with database.read("one") as reader:
            assert await reader.one(COUNT_AUTHORS) == 0


async def test_a_pool_without_a_free_connection_is_unavailable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ACQUIRE_SECONDS", 0.1)
    ready, finish = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            ready.set()
            await finish.wait()

    writing = asyncio.create_task(write())
    await ready.wait()
    with pytest.raises(DatabaseUnavailable):
        await pid_of(database)
    finish.set()
    monkeypatch.undo()
    await writing
    assert await pid_of(database) is not None


async def test_a_read_does_not_wait_for_a_write(database: Database, other: Database) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    async with other.read("one") as reader, database.write("one") as tx:
        await tx.run(RENAME, id="a", name="Amy")
        found = await reader.one(FIND_AUTHOR, id="a")
    assert found is not None
    assert found.name == "Ann"


async def test_a_deadlock_is_a_conflict_that_may_be_tried_again(other: Database) -> None:
    for name in ("a", "b"):
        await other.run_once("one", ADD_AUTHOR, id=name, name="start")
    both = asyncio.Barrier(2)

    async def write(first: str, second: str) -> None:
        async with other.write("one") as tx:
            await tx.run(RENAME, id=first, name="mine")
            await both.wait()
            await tx.run(RENAME, id=second, name="mine")

    outcomes = await asyncio.gather(write("a", "b"), write("b", "a"), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {type(None), RetryableConflict}
    async with other.read("one") as reader:
        assert [author.name for author in await reader.all(ALL_AUTHORS)] == ["mine", "mine"]


async def test_a_scan_is_stopped_on_the_server_too(empty_postgresql_url: str, other: Database) -> None:
    hasty = open_database(empty_postgresql_url, ManualClock(), pool_size=1, scan_limit_ms=100)
    await hasty.open()
    with pytest.raises(ReadTimeout):
        async with hasty.scan(None) as scan:
            await scan.one(SLEEP)
    activity = func.pg_stat_get_activity(None).table_valued("query", "state", name="activity")
    active = across_tenants(
        select(func.count())
        .select_from(activity)
        .where(activity.c.state == "active", activity.c.query.contains("pg_sleep(")),
        int,
        reason="the test looks at the server",
    )
    async with other.read(None) as reader:
        assert await reader.one(active) == 0
    await hasty.close()
