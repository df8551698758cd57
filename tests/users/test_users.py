"""Users: made once per name, found by any spelling, suspended and resumed."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, Permission, system_actor
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser, User
from narthex.users.service import UsernameTaken
from narthex.users.username import UsernameRefused
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.VISITOR, "default")
VISITOR = Actor(ActorKind.VISITOR, "default", permissions=frozenset({Permission.REGISTER}), ip="203.0.113.1")


async def made(server: Server, name: str, actor: Actor = SYSTEM) -> User:
    async with server.runtime.database.write("default") as tx:
        return await making.create(tx, actor, NewUser(name))


async def test_a_user_is_made_and_found(server: Server) -> None:
    user = await made(server, " Ada ", VISITOR)
    assert (user.username, user.display_name, user.is_suspended) == ("Ada", "Ada", False)
    assert len(user.id) == 12
    assert user.created_at == user.updated_at == server.clock.now()
    async with server.runtime.database.read("default") as reader:
        assert await users.find(reader, user.id) == user
        assert await users.find_by_username(reader, "ａDA") == user
        assert await users.find(reader, "nobody") is None
        assert await users.find_by_username(reader, "nobody") is None
        assert await users.find_by_username(reader, "x" * 5000) is None


async def test_a_user_of_another_tenant_is_not_found(server: Server) -> None:
    user = await made(server, "ada")
    async with server.runtime.database.read("admin") as reader:
        assert await users.find(reader, user.id) is None
        assert await users.find_by_username(reader, "ada") is None


async def test_a_name_is_had_once(server: Server) -> None:
    await made(server, "ada")
    with pytest.raises(UsernameTaken) as refused:
        await made(server, "ADA")
    assert (refused.value.status, refused.value.code) == (422, "user.username_already_in_use")
    assert len(await rows(server, "users")) == 1
    assert len(await events(server.runtime, "User.Create")) == 1


async def test_a_refused_name_makes_nothing(server: Server) -> None:
    with pytest.raises(UsernameRefused):
        await made(server, "no good")
    assert await rows(server, "users") == []
    assert await events(server.runtime, "User.Create") == []


async def test_who_may_not_register_makes_nothing(server: Server) -> None:
    with pytest.raises(NotPermitted):
        await made(server, "ada", NOBODY)
    assert await rows(server, "users") == []


async def test_making_a_user_is_told(server: Server) -> None:
    user = await made(server, "ada", VISITOR)
    (row,) = await events(server.runtime, "User.Create")
    assert row.user_id == user.id
    assert row.payload == {"key": "User.Create", "result": "Success", "userId": user.id, "ip": "203.0.113.1"}


async def suspended(server: Server, user_id: str, value: bool, actor: Actor = SYSTEM) -> bool:
    async with server.runtime.database.write("default") as tx:
        return await users.set_suspended(tx, actor, user_id, value)


async def test_a_user_is_suspended_and_resumed(server: Server) -> None:
    user = await made(server, "ada")
    server.clock.advance(seconds=1)
    assert await suspended(server, user.id, True)
    server.clock.advance(seconds=1)
    (row,) = await rows(server, "users")
    assert (bool(row["is_suspended"]), row["valid_after"]) == (True, user.created_at + 1000)
    assert await suspended(server, user.id, False)
    (row,) = await rows(server, "users")
    assert (bool(row["is_suspended"]), row["valid_after"]) == (False, user.created_at + 2000)
    told = await events(server.runtime)
    assert [one.key for one in told if one.user_id == user.id] == ["User.Create", "User.Suspend", "User.Resume"]


async def test_nobody_is_suspended_where_there_is_nobody(server: Server) -> None:
    assert not await suspended(server, "nobody", True)
    assert await events(server.runtime, "User.Suspend") == []


async def test_suspending_needs_the_right_to(server: Server) -> None:
    user = await made(server, "ada")
    for actor in (NOBODY, VISITOR):
        with pytest.raises(NotPermitted):
            await suspended(server, user.id, True, actor)
    assert not (await rows(server, "users"))[0]["is_suspended"]


async def test_a_sign_in_is_noted(server: Server) -> None:
    user = await made(server, "ada")
    server.clock.advance(seconds=5)
    async with server.runtime.database.write("default") as tx:
        assert await users.record_sign_in(tx, user.id, user.created_at)
        assert not await users.record_sign_in(tx, "nobody", user.created_at)
    (row,) = await rows(server, "users")
    assert row["last_sign_in_at"] == row["updated_at"] == user.created_at + 5000


async def test_a_proof_from_before_a_suspension_holds_no_more(server: Server) -> None:
    user = await made(server, "ada")
    proved_at = server.clock.now()
    server.clock.advance(milliseconds=1)
    await suspended(server, user.id, True)

    async def holds(at: int) -> bool:
        async with server.runtime.database.write("default") as tx:
            return await users.record_sign_in(tx, user.id, at)

    assert not await holds(proved_at)
    assert not await holds(server.clock.now() + 1), "suspended"
    await suspended(server, user.id, False)
    assert not await holds(proved_at)
    assert not await holds(server.clock.now()), "the moment itself is not after it"
    assert await holds(server.clock.now() + 1)


def test_a_person_is_called_by_the_best_name_there_is() -> None:
    fields = ("ada", "ada@example.com", "+49301234567", "Ada L.")
    expected = ["Ada L.", "ada", "ada@example.com", "+49301234567", "id"]
    for missing, name in enumerate(expected):
        order = [3, 0, 1, 2]
        given = [None if order.index(field) < missing else fields[field] for field in range(4)]
        user = User("id", given[0], given[1], given[2], given[3], None, {}, {}, None, False, 0, None, 0, 0)
        assert user.display_name == name
