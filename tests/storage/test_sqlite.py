"""What only SQLite has: one writer, groups that commit together, and a file that another process may hold."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from narthex.kit.clock import ManualClock
from narthex.kit.database import Database, DatabaseUnavailable, open_database, sqlite_turns
from narthex.kit.database.sqlite import SqliteDatabase
from narthex.kit.database.sqlite_turns import LOCK_WAIT_MS
from tests.storage.example import ADD_AUTHOR, ADD_TENANT, ALL_AUTHORS, example

WRITES_UNTIL_KILLED = """
import asyncio, sys
from narthex.kit.clock import SystemClock
from narthex.kit.database import open_database
from tests.storage.example import ADD_AUTHOR

async def main():
    database = open_database("sqlite:///" + sys.argv[1], SystemClock())
    await database.open()
    async def write(worker):
        for number in range(100_000):
            name = f"{worker}-{number}"
            await database.run_once("one", ADD_AUTHOR, id=name, name="Ann")
            print(name, flush=True)
    await asyncio.gather(*map(write, range(8)))

asyncio.run(main())
"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """An open file with the tables of `example` and tenant "one"."""
    opened = open_database(f"sqlite:///{tmp_path / 'file'}", ManualClock())
    assert isinstance(opened, SqliteDatabase)
    await opened.open()
    await opened.create_all(example)
    await opened.run_once(None, ADD_TENANT, tenant_id="one")
    yield opened
    await opened.close()


async def authors_of(database: Database) -> list[str]:
    async with database.read("one") as reader:
        return [author.id for author in await reader.all(ALL_AUTHORS)]


async def write(database: Database, name: str, act: Callable[[], object] = lambda: None) -> None:
    """Write an author, then do something in the middle of the write."""
    async with database.write("one") as tx:
        await tx.run(ADD_AUTHOR, id=name, name="Ann")
        act()


async def as_one_group(database: Database, *acts: Callable[[], object]) -> list[BaseException | None]:
    """What becomes of writers that waited while a first one, "0", was at work."""
    first = asyncio.Event()

    async def begin() -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="0", name="Ann")
            await first.wait()

    begun = asyncio.create_task(begin())
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(write(database, str(number), act)) for number, act in enumerate(acts, 1)]
    await asyncio.sleep(0)
    first.set()
    return await asyncio.gather(begun, *waiting, return_exceptions=True)


def nothing() -> None:
    """Do nothing in the middle of a write."""


def break_the_commit(database: SqliteDatabase) -> None:
    """Make SQLite find a reference to nothing, but only when it commits."""
    database._writer.execute("PRAGMA defer_foreign_keys = ON")
    database._writer.execute("INSERT INTO authors (tenant_id, id, name) VALUES ('nobody', 'x', 'x')")


def commits(database: SqliteDatabase) -> list[str]:
    """The COMMITs from now on."""
    seen: list[str] = []
    database._writer.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


async def test_the_file_is_opened_for_durability(database: SqliteDatabase) -> None:
    asked = ("journal_mode", "synchronous", "foreign_keys", "query_only")
    answers = [database._writer.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in asked]
    assert answers == ["wal", 2, 1, 0]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database._reader.execute("DELETE FROM tenants")


async def test_the_file_is_its_owners(database: SqliteDatabase) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    for suffix in ("", "-wal", "-shm"):
        assert stat.S_IMODE(Path(f"{database.path}{suffix}").stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        await open_database(f"sqlite:///{tmp_path}/missing/file", ManualClock()).open()
    (tmp_path / "text").write_text("this is no database, though it is long enough to be taken for one" * 100)
    with pytest.raises(DatabaseUnavailable):
        await open_database(f"sqlite:///{tmp_path}/text", ManualClock()).open()


async def test_writers_that_waited_share_one_commit(database: SqliteDatabase) -> None:
    seen = commits(database)
    assert await as_one_group(database, *[nothing] * 20) == [None] * 21
    assert len(seen) == 1
    assert len(await authors_of(database)) == 21


async def test_a_writer_alone_does_not_wait_for_company(database: SqliteDatabase) -> None:
    seen = commits(database)
    await write(database, "a")
    await write(database, "b")
    assert len(seen) == 2


async def test_nobody_is_answered_before_the_commit(database: SqliteDatabase) -> None:
    """The commit thread is held up; the writers wait, and the loop goes on."""
    held, let_go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        loop.call_soon_threadsafe(held.set)
        let_go.wait()

    database._turns._thread.submit(hold, lambda error: None)
    await held.wait()
    writers = [asyncio.create_task(write(database, name)) for name in "abc"]
    await asyncio.sleep(0.1)
    assert not any(writer.done() for writer in writers)
    assert await authors_of(database) == []
    let_go.set()
    await asyncio.gather(*writers)
    assert await authors_of(database) == ["a", "b", "c"]


async def test_a_commit_that_fails_fails_its_whole_group(database: SqliteDatabase) -> None:
    outcomes = await as_one_group(database, nothing, lambda: break_the_commit(database), nothing)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 4
    assert await authors_of(database) == []
    await write(database, "after")
    assert await authors_of(database) == ["after"]


async def test_no_callback_is_called_for_a_commit_that_failed(database: SqliteDatabase) -> None:
    called: list[str] = []

    async def write_in_vain() -> None:
        async with database.write("one") as tx:
            tx.after_commit(lambda: called.append("called"))
            break_the_commit(database)

    with pytest.raises(DatabaseUnavailable):
        await write_in_vain()
    assert called == []


async def test_a_writer_that_is_undone_leaves_its_group_alone(database: SqliteDatabase) -> None:
    outcomes = await as_one_group(database, nothing, lambda: 1 // 0, nothing)
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), ZeroDivisionError, type(None)]
    assert await authors_of(database) == ["0", "1", "3"]


async def test_writers_whose_transaction_sqlite_gave_up_are_told(database: SqliteDatabase) -> None:
    """On a full disk or an I/O error SQLite may roll back by itself, and with it what the group wrote before."""

    def give_up() -> None:
        database._writer.execute("ROLLBACK")
        raise OSError("disk")

    outcomes = await as_one_group(database, nothing, give_up, nothing)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable, DatabaseUnavailable, OSError, type(None)]
    assert await authors_of(database) == ["3"]


async def test_a_statement_after_sqlite_gave_up_does_not_commit_by_itself(database: SqliteDatabase) -> None:
    database._writer.execute("PRAGMA max_page_count = 1")

    async def fill() -> None:
        async with database.write("one") as tx:
            for number in range(10_000):
                await tx.run(ADD_AUTHOR, id=f"{number}", name="x" * 40)

    with pytest.raises(DatabaseUnavailable, match="unavailable"):
        await fill()
    database._writer.execute("PRAGMA max_page_count = 100000")
    assert await authors_of(database) == []
    await write(database, "after")


async def test_a_file_held_by_another_process_is_waited_for_outside_the_loop(database: SqliteDatabase) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writers = [asyncio.create_task(write(database, name)) for name in "abc"]
    longest = 0.0
    for _ in range(100):
        before = time.monotonic()
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - before)
    assert not any(writer.done() for writer in writers)
    assert longest < LOCK_WAIT_MS / 1000 / 2
    writers[0].cancel()
    other.execute("COMMIT")
    other.close()
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, type(None), type(None)]
    assert await authors_of(database) == ["b", "c"]


async def test_a_file_held_for_too_long_is_unavailable(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_turns, "LOCK_WAIT_MS", 50)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(write(database, name) for name in "abc"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    other.close()
    await write(database, "after")
    assert await authors_of(database) == ["after"]


async def test_a_closed_database_takes_no_writes(database: SqliteDatabase) -> None:
    await database.close()
    with pytest.raises(DatabaseUnavailable):
        await write(database, "late")
    await database.open()


async def test_what_was_answered_survives_the_process(database: SqliteDatabase) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITES_UNTIL_KILLED, str(database.path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert writer.stdout is not None
    answered = [writer.stdout.readline().strip() for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    answered += writer.stdout.read().split("\n")[:-1]
    writer.stdout.close()
    writer.wait()
    assert set(answered) <= set(await authors_of(database))
