"""Operators and their console sessions: what ends one acts at the next request."""

import asyncio

import pytest

from narthex.access import Actor, ActorKind, Permission, system_actor
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.operators import service as operators
from narthex.operators.schemas import CONSOLE_SESSION_TTL, Operator, Role
from narthex.operators.service import LastOwner, NotAnOperator, RemovesSelf
from narthex.sessions import service as sessions
from narthex.sessions.schemas import SESSION_TTL, Session
from narthex.tenants.schemas import ADMIN_TENANT
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser
from tests.fixtures.operator_links import first_operator, invitation_token, listed, operator_actor, use
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows, watched_statements

SYSTEM = system_actor(ADMIN_TENANT)


async def signed_in(server: Server, user_id: str) -> tuple[Session, str]:
    """A sign-in session of a user in the tenant `admin`, and a console session on top of it."""
    actor = Actor(ActorKind.USER, ADMIN_TENANT, user_id)
    server.clock.advance(milliseconds=1)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        opened = await sessions.open_session(tx, actor, server.runtime, None, user_id, ("pwd",), tx.now)
        secret = await operators.open_console_session(tx, actor, server.runtime, user_id, opened.session.id)
    return opened.session, secret


async def current(server: Server, secret: str | None) -> Operator | None:
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        return await operators.current(reader, secret, server.clock.now())


async def two(server: Server) -> tuple[str, str]:
    """Two owners; their user ids."""
    olivia = await first_operator(server)
    await use(server, await invitation_token(server, olivia), "oscar")
    return olivia, (await listed(server))[1].user_id


async def test_a_console_session_is_read_by_its_secret(server: Server) -> None:
    olivia = await first_operator(server)
    session, secret = await signed_in(server, olivia)
    with watched_statements(server) as noted:
        operator = await current(server, secret)
    assert operator is not None
    assert (operator.user_id, operator.display_name, operator.role) == (olivia, "olivia", Role.OWNER)
    assert operator.session_id == session.id
    assert len([one for one in noted if " SELECT" in one]) == 1
    assert secret not in str(await rows(server, "console_sessions", ADMIN_TENANT))
    for nobody in (None, "", "x" * 43, operator.console_session_id):
        assert await current(server, nobody) is None


@pytest.mark.parametrize("end", ["sign-out", "suspended", "everywhere", "deleted", "removed", "console", "expiry"])
async def test_what_ends_it_acts_at_the_next_request(server: Server, end: str) -> None:
    olivia, oscar = await two(server)
    session, secret = await signed_in(server, oscar)
    _, of_olivia = await signed_in(server, olivia)
    operator = await current(server, secret)
    assert operator is not None
    server.clock.advance(seconds=1)
    by = operator_actor(olivia)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        match end:
            case "sign-out":
                await sessions.end(tx, by, session)
            case "suspended":
                await users.set_suspended(tx, by, oscar, suspended=True)
            case "everywhere":
                await users.sign_out_everywhere(tx, by, oscar)
            case "deleted":
                await users.delete(tx, by, oscar)
            case "removed":
                await operators.remove(tx, by, server.runtime, oscar)
            case "console":
                await operators.end_console_session(tx, by, operator)
            case _:
                server.clock.advance(milliseconds=CONSOLE_SESSION_TTL)
    assert await current(server, secret) is None
    assert (await current(server, of_olivia) is None) == (end == "expiry")


async def test_a_lifted_suspension_does_not_bring_the_session_back(server: Server) -> None:
    olivia, oscar = await two(server)
    _, secret = await signed_in(server, oscar)
    for suspended in (True, False):
        async with server.runtime.database.write(ADMIN_TENANT) as tx:
            await users.set_suspended(tx, operator_actor(olivia), oscar, suspended=suspended)
        assert await current(server, secret) is None
    assert await current(server, (await signed_in(server, oscar))[1]) is not None


async def test_it_never_outlives_the_sign_in(server: Server) -> None:
    olivia = await first_operator(server)
    session, _ = await signed_in(server, olivia)
    server.clock.advance(milliseconds=SESSION_TTL - 1000)
    actor = Actor(ActorKind.USER, ADMIN_TENANT, olivia)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        secret = await operators.open_console_session(tx, actor, server.runtime, olivia, session.id)
    operator = await current(server, secret)
    assert operator is not None
    assert operator.expires_at == session.expires_at
    server.clock.advance(seconds=1)
    assert await current(server, secret) is None


async def test_only_an_operator_who_is_signed_in_gets_one(server: Server) -> None:
    olivia, oscar = await two(server)
    of_olivia, _ = await signed_in(server, olivia)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        nobody = await making.create(tx, SYSTEM, NewUser("nobody"))
        theirs = await sessions.open_session(tx, SYSTEM, server.runtime, None, nobody.id, ("pwd",), tx.now)
    for user_id, session_id in (
        (nobody.id, theirs.session.id),
        (oscar, of_olivia.id),
        (olivia, theirs.session.id),
        (olivia, "no-session"),
        ("no-user", of_olivia.id),
    ):
        async with server.runtime.database.write(ADMIN_TENANT) as tx:
            with pytest.raises(NotAnOperator):
                await operators.open_console_session(tx, SYSTEM, server.runtime, user_id, session_id)


async def test_the_last_owner_stays_and_nobody_removes_themselves(server: Server) -> None:
    olivia, oscar = await two(server)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        with pytest.raises(RemovesSelf):
            await operators.remove(tx, operator_actor(olivia), server.runtime, olivia)
        await operators.remove(tx, operator_actor(olivia), server.runtime, oscar)
        with pytest.raises(EntityNotFound):
            await operators.remove(tx, operator_actor(olivia), server.runtime, oscar)
        with pytest.raises(LastOwner):
            await operators.remove(tx, SYSTEM, server.runtime, olivia)
    assert [one.username for one in await listed(server)] == ["olivia"]
    [event] = await events(server.runtime, "Operator.Remove", ADMIN_TENANT)
    assert event.user_id == oscar
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        assert await users.find(reader, oscar) is not None


async def test_two_owners_who_remove_each_other_leave_one(server: Server) -> None:
    olivia, oscar = await two(server)

    async def remove(by: str, whom: str) -> bool:
        try:
            async with server.runtime.database.write(ADMIN_TENANT) as tx:
                await operators.remove(tx, operator_actor(by), server.runtime, whom)
        except Refusal:
            return False
        return True

    done = await asyncio.gather(remove(olivia, oscar), remove(oscar, olivia))
    assert sorted(done) == [False, True]
    assert len(await listed(server)) == 1


async def test_an_operator_acts_in_the_tenants_they_may_see(server: Server) -> None:
    olivia = await first_operator(server)
    operator = await current(server, (await signed_in(server, olivia))[1])
    assert operator is not None
    visitor = Actor(ActorKind.VISITOR, ADMIN_TENANT, ip="192.0.2.1", user_agent="a browser", request_id="r1")
    actor = operator.actor(visitor, "default")
    assert (actor.kind, actor.tenant_id, actor.id) == (ActorKind.OPERATOR, "default", olivia)
    assert actor.permissions == {Permission.MANAGE, Permission.REGISTER}
    assert (actor.ip, actor.user_agent, actor.request_id) == ("192.0.2.1", "a browser", "r1")
    narrow = Operator(olivia, None, None, None, Role.OWNER, ("acme",), "s", "c", 0)
    assert [narrow.may_see(one) for one in ("acme", "default")] == [True, False]
    assert narrow.actor(visitor, "default").permissions == frozenset()
    assert narrow.display_name == olivia
