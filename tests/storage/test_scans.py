"""Lists and searches: bounded in time, and away from the event loop."""

import asyncio
import time

import pytest
from sqlalchemy import func, literal, select

from narthex.kit.database import Database, ReadTimeout, across_tenants
from tests.storage.example import ADD_AUTHOR, ALL_AUTHORS, COUNT_AUTHORS, Author

numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 1_000_000_000))
ENDLESS = across_tenants(select(func.max(numbers.c.n)), int, reason="a test wants a statement that takes minutes")


async def scan_endlessly(database: Database) -> None:
    async with database.scan("one") as scan:
        await scan.one(ENDLESS)


async def test_a_scan_reads_rows(database: Database) -> None:
    async with database.scan("one") as scan:
        assert await scan.one(COUNT_AUTHORS) == 0
        assert await scan.all(ALL_AUTHORS) == []
    for name in ("a", "b"):
        await database.run_once("one", ADD_AUTHOR, id=name, name="Ann")
    async with database.scan("one") as scan:
        assert await scan.one(ALL_AUTHORS) == Author("a", "Ann")
        assert await scan.all(ALL_AUTHORS) == [Author("a", "Ann"), Author("b", "Ann")]


async def test_a_scan_that_takes_too_long_is_stopped_and_the_loop_goes_on(database: Database) -> None:
    started = time.monotonic()
    scan = asyncio.create_task(scan_endlessly(database))
    turns_of_the_loop = 0
    while not scan.done():
        await asyncio.sleep(0.001)
        turns_of_the_loop += 1
    with pytest.raises(ReadTimeout) as caught:
        await scan
    assert caught.value.status == 503
    assert 0.4 < time.monotonic() - started < 5
    assert turns_of_the_loop > 10
    async with database.scan("one") as again:
        assert await again.one(COUNT_AUTHORS) == 0


async def test_scans_that_nobody_waits_for_are_stopped(database: Database) -> None:
    for _ in range(4):
        scans = [asyncio.create_task(scan_endlessly(database)) for _ in range(8)]
        await asyncio.sleep(0.02)
        for scan in scans:
            scan.cancel()
        await asyncio.gather(*scans, return_exceptions=True)
        assert all(scan.cancelled() for scan in scans)
    async with database.scan("one") as again:
        assert await again.one(COUNT_AUTHORS) == 0


async def test_the_wait_for_a_thread_counts(database: Database) -> None:
    started = time.monotonic()
    results = await asyncio.gather(*(scan_endlessly(database) for _ in range(12)), return_exceptions=True)
    assert {type(result) for result in results} == {ReadTimeout}
    assert time.monotonic() - started < 5
