"""Sessions of browsers: opened, renewed under a new secret, read with their user, ended once."""

import pytest
from sqlalchemy import bindparam, delete

from narthex.access import Actor, ActorKind, system_actor
from narthex.kit.database import ForeignKeyViolation, statement
from narthex.kit.digests import digest
from narthex.sessions import service as sessions
from narthex.sessions.schemas import SESSION_TTL, Session
from narthex.sessions.service import OpenedSession
from narthex.tenants.request import Request
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser
from narthex.users.tables import users as users_table
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

ACTOR = Actor(ActorKind.USER, "default", "ada", ip="203.0.113.1", user_agent="a browser")
DELETE_USER = statement(delete(users_table).where(users_table.c.id == bindparam("user_id")))


@pytest.fixture
async def ada(server: Server) -> str:
    """The id of a user."""
    async with server.runtime.database.write("default") as tx:
        return (await making.create(tx, system_actor("default"), NewUser("ada"))).id


async def opened(server: Server, user_id: str, previous: Session | None = None, at: int | None = None) -> OpenedSession:
    moment = server.clock.now() if at is None else at
    async with server.runtime.database.write("default") as tx:
        return await sessions.open_session(tx, ACTOR, server.runtime, previous, user_id, ("pwd",), moment)


async def current(server: Server, secret: str, tenant_id: str = "default") -> Session | None:
    tenant = server.tenant(tenant_id)
    headers = {b"cookie": f"session.{tenant_id}={secret}".encode()}

    async def receive() -> dict[str, object]:
        return {}

    request = Request(tenant, "GET", "/", b"", headers, receive, request_id="r1", ip="-")
    async with server.runtime.database.read(tenant_id) as reader:
        return await sessions.current(reader, request, server.clock.now())


async def test_a_session_is_what_its_secret_opens(server: Server, ada: str) -> None:
    made = await opened(server, ada, at=server.clock.now() - 5)
    now = server.clock.now()
    assert await current(server, made.secret) == made.session
    assert made.session == Session(made.session.id, ada, now - 5, ("pwd",), now, now + SESSION_TTL)
    (row,) = await rows(server, "sessions")
    assert (row["secret_hash"], row["ip"], row["user_agent"]) == (digest(made.secret), "203.0.113.1", "a browser")


async def test_no_other_secret_opens_it(server: Server, ada: str) -> None:
    await opened(server, ada)
    for secret in ("", "x", "A" * 43, "A" * 5000, "é"):
        assert await current(server, secret) is None


async def test_it_opens_in_its_tenant_only(server: Server, ada: str) -> None:
    made = await opened(server, ada)
    assert await current(server, made.secret, "admin") is None


async def test_it_is_over_after_its_time(server: Server, ada: str) -> None:
    made = await opened(server, ada)
    server.clock.advance(milliseconds=SESSION_TTL - 1)
    assert await current(server, made.secret) is not None
    server.clock.advance(milliseconds=1)
    assert await current(server, made.secret) is None


async def test_the_same_user_goes_on_under_a_new_secret(server: Server, ada: str) -> None:
    first = await opened(server, ada)
    server.clock.advance(days=1)
    second = await opened(server, ada, first.session)
    assert second.session.id == first.session.id
    assert second.session.created_at == first.session.created_at
    assert second.session.authenticated_at == server.clock.now()
    assert second.session.expires_at == server.clock.now() + SESSION_TTL
    assert await current(server, first.secret) is None
    assert await current(server, second.secret) == second.session
    assert await events(server.runtime, "Session.End") == []


async def test_another_user_ends_it(server: Server, ada: str) -> None:
    async with server.runtime.database.write("default") as tx:
        bob = (await making.create(tx, system_actor("default"), NewUser("bob"))).id
    first = await opened(server, ada)
    second = await opened(server, bob, first.session)
    assert second.session.id != first.session.id
    assert await current(server, first.secret) is None
    assert [row.session_id for row in await events(server.runtime, "Session.End")] == [first.session.id]


async def test_one_that_ended_meanwhile_is_not_renewed(server: Server, ada: str) -> None:
    first = await opened(server, ada)
    async with server.runtime.database.write("default") as tx:
        await sessions.end(tx, ACTOR, first.session)
    second = await opened(server, ada, first.session)
    assert second.session.id != first.session.id
    assert await current(server, second.secret) == second.session


async def test_it_ends_once_and_is_told_once(server: Server, ada: str) -> None:
    made = await opened(server, ada)

    async def end() -> bool:
        async with server.runtime.database.write("default") as tx:
            return await sessions.end(tx, ACTOR, made.session)

    assert [await end(), await end()] == [True, False]
    assert await current(server, made.secret) is None
    (row,) = await events(server.runtime, "Session.End")
    assert (row.user_id, row.session_id, row.result) == (ada, made.session.id, "Success")
    assert made.secret not in str(row.payload)


async def test_a_suspended_user_has_no_session(server: Server, ada: str) -> None:
    made = await opened(server, ada)
    server.clock.advance(milliseconds=1)
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), ada, True)
    assert await current(server, made.secret) is None
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), ada, False)
    assert await current(server, made.secret) is None, "what was before the suspension stays dead"
    server.clock.advance(milliseconds=1)
    again = await opened(server, ada)
    assert await current(server, again.secret) is not None


async def test_a_session_needs_its_user_and_goes_with_it(server: Server, ada: str) -> None:
    with pytest.raises(ForeignKeyViolation):
        await opened(server, "nobody")
    await opened(server, ada)
    await server.runtime.database.run_once("default", DELETE_USER, user_id=ada)
    assert await rows(server, "sessions") == []
