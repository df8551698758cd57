"""Counting attempts: exactly as many as are allowed, in any order and at any time."""

import asyncio

import pytest

from narthex.credentials import attempts
from narthex.credentials.attempts import Allowance, Limit
from tests.fixtures.server import Server
from tests.fixtures.traces import contents, rows

LIMIT = Limit(3, 60_000)


async def count(server: Server, subject: str = "ada", limit: Limit = LIMIT, tenant_id: str = "default") -> Allowance:
    async with server.runtime.database.write(tenant_id) as tx:
        return await attempts.count(tx, "password", subject, limit)


async def counted(server: Server, times: int, subject: str = "ada") -> list[bool]:
    return [(await count(server, subject)).allowed for _ in range(times)]


async def test_as_many_as_the_limit_are_allowed(server: Server) -> None:
    assert await counted(server, 5) == [True, True, True, False, False]


async def test_all_at_once_no_more_are_allowed(server: Server) -> None:
    found = await asyncio.gather(*(count(server) for _ in range(20)))
    assert sum(one.allowed for one in found) == 3


async def test_subjects_purposes_and_tenants_are_counted_apart(server: Server) -> None:
    await counted(server, 4)
    assert (await count(server, "bob")).allowed
    assert (await count(server, tenant_id="admin")).allowed
    async with server.runtime.database.write("default") as tx:
        assert (await attempts.count(tx, "other", "ada", LIMIT)).allowed


async def test_a_lock_lasts_its_full_time_from_the_last_allowed_attempt(server: Server) -> None:
    await counted(server, 2)
    server.clock.advance(seconds=59)
    assert (await count(server)).allowed
    assert await count(server) == Allowance(False, 60_000)
    server.clock.advance(seconds=59)
    assert await count(server) == Allowance(False, 1_000)
    server.clock.advance(seconds=1)
    assert await counted(server, 4) == [True, True, True, False]


async def test_a_window_ends(server: Server) -> None:
    await counted(server, 2)
    server.clock.advance(milliseconds=60_000)
    assert await counted(server, 4) == [True, True, True, False]


async def test_a_limit_of_one(server: Server) -> None:
    one = Limit(1, 1_000)
    assert (await count(server, limit=one)).allowed
    assert await count(server, limit=one) == Allowance(False, 1_000)
    server.clock.advance(seconds=1)
    assert (await count(server, limit=one)).allowed


async def test_a_limit_that_was_lowered_holds_at_once(server: Server) -> None:
    assert await counted(server, 2) == [True, True]
    assert not (await count(server, limit=Limit(2, 60_000))).allowed


async def test_a_counter_is_forgotten(server: Server) -> None:
    await counted(server, 4)
    async with server.runtime.database.write("default") as tx:
        await attempts.forget(tx, "password", "ada")
        await attempts.forget(tx, "password", "nobody")
    assert await counted(server, 4) == [True, True, True, False]


async def test_the_table_does_not_tell_who_was_tried(server: Server) -> None:
    await count(server, "ada_lovelace")
    async with server.runtime.database.write("default") as tx:
        await attempts.remember_browser(tx, "a-device-secret", "ada_lovelace")
    kept = await contents(server)
    assert "ada_lovelace" not in kept
    assert "a-device-secret" not in kept


async def known(server: Server, browser: str, name: str, tenant_id: str = "default") -> bool:
    async with server.runtime.database.read(tenant_id) as reader:
        return await attempts.is_known(reader, browser, name)


async def test_a_browser_is_known_for_a_name(server: Server) -> None:
    async with server.runtime.database.write("default") as tx:
        await attempts.remember_browser(tx, "device", "ada")
    assert await known(server, "device", "ada")
    assert not await known(server, "device", "bob")
    assert not await known(server, "another", "ada")
    assert not await known(server, "device", "ada", "admin")


async def test_a_browser_is_remembered_once_with_its_last_use(server: Server) -> None:
    for _ in range(2):
        server.clock.advance(days=1)
        async with server.runtime.database.write("default") as tx:
            await attempts.remember_browser(tx, "device", "ada")
    (row,) = await rows(server, "known_browsers")
    assert row["used_at"] == server.clock.now()


@pytest.mark.parametrize("subject", ["", "\n", "a" * 10_000, "Ünïcödé", "x\ny"])
async def test_any_text_can_be_counted(server: Server, subject: str) -> None:
    assert await counted(server, 4, subject) == [True, True, True, False]
