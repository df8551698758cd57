"""Passwords of users: written, replaced, checked, and gone with their user."""

import pytest
from sqlalchemy import bindparam, delete

from narthex.access import system_actor
from narthex.credentials import service as credentials
from narthex.kit.database import ForeignKeyViolation, statement
from narthex.kit.worker_pool import Busy
from narthex.users import making
from narthex.users.schemas import NewUser
from narthex.users.tables import users as users_table
from tests.fixtures.server import Server
from tests.fixtures.traces import rows, watched_hashes

DELETE_USER = statement(delete(users_table).where(users_table.c.id == bindparam("user_id")))


async def with_password(server: Server, password: str) -> str:
    hashed = await credentials.hashed(server.runtime, password)
    async with server.runtime.database.write("default") as tx:
        user = await making.create(tx, system_actor("default"), NewUser("ada"))
        await credentials.put(tx, user.id, hashed)
    return user.id


async def candidate(server: Server, key: str, tenant_id: str = "default") -> credentials.PasswordCandidate | None:
    async with server.runtime.database.read(tenant_id) as reader:
        return await credentials.candidate(reader, key)


async def test_the_right_password_matches_and_no_other(server: Server) -> None:
    user_id = await with_password(server, "correct-Horse-42")
    found = await candidate(server, "ada")
    assert found is not None
    assert (found.user_id, found.is_suspended) == (user_id, False)
    assert await credentials.matches(server.runtime, "correct-Horse-42", found)
    for wrong in ("correct-horse-42", "", "correct-Horse-42 ", "x" * 4096):
        assert not await credentials.matches(server.runtime, wrong, found)


async def test_without_a_candidate_the_same_work_is_done_for_nothing(server: Server) -> None:
    with watched_hashes(server) as hashes:
        assert not await credentials.matches(server.runtime, "anything", None)
    assert hashes == ["verify_password"]


async def test_nobody_is_found_by_another_name_or_in_another_tenant(server: Server) -> None:
    await with_password(server, "correct-Horse-42")
    assert await candidate(server, "bob") is None
    assert await candidate(server, "ada", "admin") is None


async def test_who_has_no_password_is_no_candidate(server: Server) -> None:
    async with server.runtime.database.write("default") as tx:
        await making.create(tx, system_actor("default"), NewUser("bob"))
    assert await candidate(server, "bob") is None


async def test_two_hashes_of_one_password_differ(server: Server) -> None:
    assert await credentials.hashed(server.runtime, "same") != await credentials.hashed(server.runtime, "same")


async def test_a_new_password_takes_the_place_of_the_old_one(server: Server) -> None:
    user_id = await with_password(server, "the-old-one-42")
    hashed = await credentials.hashed(server.runtime, "the-new-one-43")
    server.clock.advance(seconds=1)
    async with server.runtime.database.write("default") as tx:
        await credentials.put(tx, user_id, hashed)
    found = await candidate(server, "ada")
    assert not await credentials.matches(server.runtime, "the-old-one-42", found)
    assert await credentials.matches(server.runtime, "the-new-one-43", found)
    (row,) = await rows(server, "passwords")
    assert row["updated_at"] == row["created_at"] + 1000 == server.clock.now()


async def test_a_password_needs_its_user_and_goes_with_it(server: Server) -> None:
    with pytest.raises(ForeignKeyViolation):
        async with server.runtime.database.write("default") as tx:
            await credentials.put(tx, "nobody", "hash")
    user_id = await with_password(server, "correct-Horse-42")
    await server.runtime.database.run_once("default", DELETE_USER, user_id=user_id)
    assert await rows(server, "passwords") == []


async def test_nothing_is_hashed_inside_a_write(server: Server) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        async with server.runtime.database.write("default"):
            await credentials.hashed(server.runtime, "password")


async def test_too_many_hashes_at_once_are_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.runtime.hashing, "queue_limit", -server.runtime.hashing.threads)
    with pytest.raises(Busy) as refused:
        await credentials.hashed(server.runtime, "password")
    assert (refused.value.status, dict(refused.value.headers)) == (503, {b"retry-after": b"1"})
