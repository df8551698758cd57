"""Passwords of others: who has one, giving and taking one, checking one for a program."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, Permission
from narthex.credentials import queries
from narthex.credentials import service as credentials
from narthex.credentials.attempts import Limit
from narthex.kit.errors import EntityNotFound
from narthex.kit.randomness import Randomness
from narthex.users.schemas import NewUser
from narthex.verifications import password_of_user
from narthex.verifications.password import InvalidCredentials, Locked
from tests.fixtures.server import Server
from tests.fixtures.traces import contents, events, rows
from tests.users.people import made

OPERATOR = Actor(ActorKind.OPERATOR, "default", "op", permissions=frozenset({Permission.MANAGE}))
NOBODY = Actor(ActorKind.VISITOR, "default", permissions=frozenset({Permission.REGISTER}))
PASSWORD = "correct horse battery"
LIMIT = Limit(3, 60_000)


async def given(server: Server, user_id: str, password: str, actor: Actor = OPERATOR) -> None:
    hashed = await credentials.hashed(server.runtime, password)
    async with server.runtime.database.write("default") as tx:
        await credentials.set_password(tx, actor, user_id, hashed)


async def verify(server: Server, user_id: str, password: str, actor: Actor = OPERATOR) -> None:
    server.clock.advance(milliseconds=1)
    await password_of_user.verify(server.runtime, actor, user_id, password, LIMIT)


async def test_who_has_a_password(server: Server) -> None:
    ada, bob = await made(server, NewUser("ada")), await made(server, NewUser("bob"))
    await given(server, ada.id, PASSWORD)
    async with server.runtime.database.read("default") as reader:
        assert await queries.with_password(reader, [ada.id, bob.id, "nobody", "%"]) == {ada.id}
        assert await queries.with_password(reader, []) == frozenset()
        assert await queries.has_password(reader, ada.id)
        assert not await queries.has_password(reader, bob.id)
    async with server.runtime.database.read("admin") as reader:
        assert not await queries.has_password(reader, ada.id)


async def test_a_new_password_signs_out_whoever_had_the_old_one(server: Server) -> None:
    ada = await made(server, NewUser("ada"))
    server.clock.advance(seconds=1)
    await given(server, ada.id, PASSWORD)
    (row,) = await rows(server, "users")
    assert row["valid_after"] == server.clock.now()
    await given(server, ada.id, "another one entirely")
    await verify(server, ada.id, "another one entirely")
    told = await events(server.runtime, "User.PasswordUpdate")
    assert [(event.user_id, event.result) for event in told] == [(ada.id, "Success")] * 2
    assert len(await events(server.runtime, "User.SignOutEverywhere")) == 2
    assert PASSWORD not in await contents(server)


async def test_a_password_is_taken_away(server: Server) -> None:
    ada = await made(server, NewUser("ada"))
    await given(server, ada.id, PASSWORD)
    async with server.runtime.database.write("default") as tx:
        assert await credentials.remove_password(tx, OPERATOR, ada.id)
        assert not await credentials.remove_password(tx, OPERATOR, ada.id)
        assert not await credentials.remove_password(tx, OPERATOR, "nobody")
    assert await rows(server, "passwords") == []
    assert len(await events(server.runtime, "User.PasswordDelete")) == 1
    with pytest.raises(InvalidCredentials):
        await verify(server, ada.id, PASSWORD)


async def test_it_needs_the_right_to_and_a_user(server: Server) -> None:
    ada = await made(server, NewUser("ada"))
    elsewhere = await made(server, NewUser("ada"), "admin")
    with pytest.raises(NotPermitted):
        await given(server, ada.id, PASSWORD, NOBODY)
    with pytest.raises(NotPermitted):
        await verify(server, ada.id, PASSWORD, NOBODY)
    async with server.runtime.database.write("default") as tx:
        with pytest.raises(NotPermitted):
            await credentials.remove_password(tx, NOBODY, ada.id)
    for user_id in ("nobody", "", elsewhere.id):
        with pytest.raises(EntityNotFound):
            await given(server, user_id, PASSWORD)
        with pytest.raises(EntityNotFound):
            await verify(server, user_id, PASSWORD)
    assert await rows(server, "passwords") == []


async def test_checking_counts_and_is_told(server: Server) -> None:
    ada = await made(server, NewUser("ada"))
    await given(server, ada.id, PASSWORD)
    for wrong in ("x", "", "a\0" * 3000):
        with pytest.raises(InvalidCredentials) as refused:
            await verify(server, ada.id, wrong)
        assert (refused.value.status, refused.value.code) == (422, "session.invalid_credentials")
    with pytest.raises(Locked) as locked:
        await verify(server, ada.id, PASSWORD)
    assert locked.value.status == 429
    server.clock.advance(minutes=1)
    await verify(server, ada.id, PASSWORD)
    for _ in range(5):
        await verify(server, ada.id, PASSWORD)
    told = await events(server.runtime, "User.PasswordVerify")
    errors = [event.payload.get("error") for event in told]
    assert errors == ["invalid_credentials"] * 3 + ["locked"] + [None] * 6
    assert PASSWORD not in await contents(server)


def test_a_made_password_is_long_and_never_the_same() -> None:
    made_passwords = {credentials.made_password(Randomness()) for _ in range(50)}
    assert len(made_passwords) == 50
    assert all(len(one) == 20 and one.isalnum() for one in made_passwords)
