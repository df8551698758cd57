"""Many writers at once: each write durable, each single use single, and a cancelled one harmless."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import bindparam, func, select, update

from narthex.kit.database import Database, Transaction, UniqueViolation, statement
from tests.storage.example import ADD_AUTHOR, ADD_TICKET, ALL_AUTHORS, CONSUME, COUNT_AUTHORS, Author, authors

LATER = 30


async def test_two_hundred_writers_are_all_durable(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id=f"a{number}", name="first")
            await tx.run(ADD_AUTHOR, id=f"b{number}", name="second")

    await asyncio.gather(*map(write, range(200)))
    async with database.read("one") as reader:
        assert await reader.one(COUNT_AUTHORS) == 400


async def test_writers_that_fail_take_nobody_along(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id=f"a{number % 60}", name="first")
            if number % 7 == 0:
                raise KeyError(number)

    results = await asyncio.gather(*map(write, range(100)), return_exceptions=True)
    assert {type(result) for result in results} == {type(None), KeyError, UniqueViolation}
    async with database.read("one") as reader:
        assert await reader.one(COUNT_AUTHORS) == results.count(None)


async def in_a_transaction(database: Database, now: int) -> str | None:
    async with database.write("one") as tx:
        return await tx.one(CONSUME, id="t", now=now)


async def in_one_statement(database: Database, now: int) -> str | None:
    return await database.one_once("one", CONSUME, id="t", now=now)


@pytest.mark.parametrize("consume", [in_a_transaction, in_one_statement])
async def test_a_hundred_claims_have_one_winner(
    database: Database, consume: Callable[[Database, int], Awaitable[str | None]]
) -> None:
    await database.run_once("one", ADD_TICKET, id="t")
    claims = await asyncio.gather(*(consume(database, now) for now in range(100)))
    assert sorted(claim for claim in claims if claim is not None) == ["t"]
    assert await consume(database, 100) is None


async def test_counting_up_loses_nothing(database: Database) -> None:
    count_up = statement(update(authors).values(name=authors.c.name.concat("x")).where(authors.c.id == "a"))
    await database.run_once("one", ADD_AUTHOR, id="a", name="")
    await asyncio.gather(*(database.run_once("one", count_up) for _ in range(40)))
    length = statement(select(func.length(authors.c.name)), int)
    async with database.read("one") as reader:
        assert await reader.one(length) == 40


async def test_a_write_cancelled_in_its_middle_is_undone(database: Database) -> None:
    in_the_middle = asyncio.Event()

    async def write() -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            in_the_middle.set()
            await asyncio.sleep(LATER)

    task = asyncio.create_task(write())
    await in_the_middle.wait()
    others = [asyncio.create_task(database.run_once("one", ADD_AUTHOR, id=str(n), name="B")) for n in range(3)]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.gather(*others) == [1, 1, 1]
    async with database.read("one") as reader:
        assert [author.id for author in await reader.all(ALL_AUTHORS)] == ["0", "1", "2"]


async def test_writes_cancelled_at_any_moment_leave_the_database_usable(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id=f"a{number}", name="first")
            await tx.run(ADD_AUTHOR, id=f"b{number}", name="second")

    for steps in range(12):
        tasks = [asyncio.create_task(write(steps * 100 + number)) for number in range(10)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() or task.exception() is None for task in tasks)
    async with database.read("one") as reader:
        ids = [author.id for author in await reader.all(ALL_AUTHORS)]
    assert {name[1:] for name in ids if name[0] == "a"} == {name[1:] for name in ids if name[0] == "b"}
    assert len(ids) >= 12 * 5 * 2
    await database.run_once("one", ADD_AUTHOR, id="last", name="L")


async def test_a_write_that_was_cancelled_while_it_committed_tells_what_it_kept(database: Database) -> None:
    """What stands has its callbacks called, or a cache would never hear of it (SQLite; on PostgreSQL it polls)."""
    called: list[str] = []
    for number in range(30):
        name = f"a{number}"

        async def write(name: str = name) -> None:
            async with database.write("one") as tx:
                await tx.run(ADD_AUTHOR, id=name, name="Ann")
                tx.after_commit(lambda: called.append(name))

        task = asyncio.create_task(write())
        for _ in range(number % 5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await database.run_once("two", ADD_AUTHOR, id="z", name="after them")
    async with database.read("one") as reader:
        kept = [author.id for author in await reader.all(ALL_AUTHORS)]
    if database.dialect == "sqlite":
        assert sorted(called) == kept
    assert set(called) <= set(kept)


async def test_readers_see_whole_writes_only(database: Database) -> None:
    rename_all = statement(update(authors).values(name=bindparam("name")))
    names = statement(select(func.count(authors.c.name.distinct())), int)
    for name in ("a", "b", "c"):
        await database.run_once("one", ADD_AUTHOR, id=name, name="start")

    async def write() -> None:
        for number in range(30):
            async with database.write("one") as tx:
                await tx.run(rename_all, name=f"n{number}")

    async def read() -> set[int | None]:
        seen = set()
        while not writing.done():
            async with database.read("one") as reader, database.scan("one") as scan:
                seen |= {await reader.one(names), await scan.one(names)}
            await asyncio.sleep(0)
        return seen

    writing = asyncio.create_task(write())
    assert await read() == {1}
    await writing


async def test_closing_waits_for_the_writes_under_way(database: Database) -> None:
    written = [asyncio.create_task(database.run_once("one", ADD_AUTHOR, id=str(n), name="A")) for n in range(20)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*written) == [1] * 20
    await database.open()
    async with database.read("one") as reader:
        assert await reader.one(COUNT_AUTHORS) == 20


async def test_what_a_write_reads_is_what_it_changes(database: Database) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="")
    find = statement(select(authors.c.id, authors.c.name).where(authors.c.id == "a").with_for_update(), Author)
    rename = statement(update(authors).values(name=bindparam("name")).where(authors.c.id == "a"))

    async def append(tx: Transaction) -> None:
        author = await tx.one(find)
        assert author is not None
        await tx.run(rename, name=author.name + "x")

    async def write() -> None:
        async with database.write("one") as tx:
            await append(tx)

    await asyncio.gather(*(write() for _ in range(20)))
    async with database.read("one") as reader:
        assert await reader.one(find) == Author("a", "x" * 20)
