"""Making a person: user and password together, or neither."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, Permission, system_actor
from narthex.credentials.password_policy import PasswordRejected, PasswordRules
from narthex.registration import service as registration
from narthex.registration.service import SIGN_UPS_PER_ADDRESS, NewPerson, TooManySignUps
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from narthex.users.schemas import User
from narthex.users.service import UsernameTaken
from narthex.users.username import UsernameRefused
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

VISITOR = Actor(ActorKind.VISITOR, "default", permissions=frozenset({Permission.REGISTER}), ip="203.0.113.1")
RULES = PasswordRules()


async def register(server: Server, name: str = "ada", actor: Actor = VISITOR) -> User:
    async with server.runtime.database.write("default") as tx:
        return await registration.register(tx, actor, NewPerson(name, "a-hash", None))


async def test_a_person_has_a_user_and_a_password(server: Server) -> None:
    user = await register(server)
    assert [row["id"] for row in await rows(server, "users")] == [user.id]
    assert [(row["user_id"], row["password_hash"]) for row in await rows(server, "passwords")] == [(user.id, "a-hash")]
    assert [row.user_id for row in await events(server.runtime, "User.Create")] == [user.id]


async def test_a_taken_name_leaves_no_password_behind(server: Server) -> None:
    await register(server)
    with pytest.raises(UsernameTaken):
        await register(server, "ADA")
    assert len(await rows(server, "passwords")) == 1


async def test_it_needs_the_right_to(server: Server) -> None:
    with pytest.raises(NotPermitted):
        await register(server, actor=Actor(ActorKind.VISITOR, "default"))
    assert await rows(server, "users") == await rows(server, "passwords") == []


def test_what_will_be_kept_is_checked_before_anything_is_done() -> None:
    assert registration.check(" Ada ", "correct-Horse-42", RULES) == "Ada"
    with pytest.raises(UsernameRefused):
        registration.check("no good", "correct-Horse-42", RULES)
    with pytest.raises(PasswordRejected):
        registration.check("ada", "short", RULES)
    with pytest.raises(PasswordRejected) as refused:
        registration.check("ada_lovelace", "i-am-ADA_lovelace", RULES)
    assert [one.code for one in refused.value.objections] == ["restricted.user_info"]


async def attempt(server: Server, ip: str | None) -> None:
    await registration.count_attempt(server.runtime, Actor(ActorKind.VISITOR, "default", ip=ip))


async def test_an_address_may_ask_so_often(server: Server) -> None:
    for _ in range(SIGN_UPS_PER_ADDRESS.most):
        await attempt(server, "203.0.113.1")
    with pytest.raises(TooManySignUps) as refused:
        await attempt(server, "203.0.113.1")
    assert (refused.value.status, refused.value.values) == (429, {"minutes": 60})
    assert dict(refused.value.headers) == {b"retry-after": b"3600"}
    await attempt(server, "203.0.113.2")
    await attempt(server, None)
    server.clock.advance(minutes=60)
    await attempt(server, "203.0.113.1")


async def test_a_household_counts_as_one_address(server: Server) -> None:
    for number in range(SIGN_UPS_PER_ADDRESS.most):
        await attempt(server, f"2001:db8:1:2::{number + 1:x}")
    with pytest.raises(TooManySignUps):
        await attempt(server, "2001:db8:1:2:ffff::1")
    await attempt(server, "2001:db8:1:3::1")


async def test_a_person_begins_with_the_default_roles(server: Server) -> None:
    system = system_actor("default")
    async with server.runtime.database.write("default") as tx:
        cache, kind = server.runtime.cache, RoleType.USER
        given = await roles.create(tx, system, cache, "reader", "", kind, is_default=True)
        await roles.create(tx, system, cache, "writer", "", kind)
    user = await register(server)
    assert [(row["user_id"], row["role_id"]) for row in await rows(server, "user_roles")] == [(user.id, given)]
