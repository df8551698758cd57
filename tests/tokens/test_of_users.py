"""Sessions and grants of a user, as an operator sees them and ends them."""

from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, Permission
from narthex.kit.errors import EntityNotFound
from narthex.sessions import queries as sessions
from narthex.sessions import service as sessions_service
from narthex.sessions.queries import SessionInfo
from narthex.sessions.schemas import SESSION_TTL
from narthex.tokens import grants_of_user
from narthex.tokens.grants_of_user import GrantInfo
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows
from tests.oidc.relying_party import RelyingParty, answered, claims_of, refused, relying_party, suspend

OPERATOR = Actor(ActorKind.OPERATOR, "default", "op", permissions=frozenset({Permission.MANAGE}))
NOBODY = Actor(ActorKind.VISITOR, "default", permissions=frozenset({Permission.REGISTER}))


async def sessions_of(server: Server, user_id: str, tenant_id: str = "default") -> list[SessionInfo]:
    async with server.runtime.database.read(tenant_id) as reader:
        return await sessions.of_user(reader, user_id, server.clock.now())


async def grants_of(server: Server, user_id: str, tenant_id: str = "default") -> list[GrantInfo]:
    async with server.runtime.database.read(tenant_id) as reader:
        return await grants_of_user.of_user(reader, user_id, server.clock.now())


async def end(server: Server, user_id: str, session_id: str, actor: Actor = OPERATOR) -> None:
    async with server.runtime.database.write("default") as tx:
        await sessions_service.end_by_id(tx, actor, user_id, session_id)


async def signed_up(server: Server, **fields: Any) -> tuple[RelyingParty, str, str]:
    """A party whose user signed up, the user's id, and a refresh token."""
    party = await relying_party(server, **fields)
    tokens = answered(await party.redeem(await party.sign_up()))
    return party, claims_of(tokens["id_token"])["sub"], tokens["refresh_token"]


async def test_a_user_has_sessions_and_grants(server: Server) -> None:
    party, user_id, _ = await signed_up(server, name="Bookstore")
    server.clock.advance(minutes=1)
    other = party.beside(server.browser(user_agent="Second"))
    answered(await other.redeem(await other.sign_in()))
    second, first = await sessions_of(server, user_id)
    assert second.authenticated_at == first.authenticated_at + 60_000
    assert (second.user_id, second.user_agent, first.ip is not None) == (user_id, "Second", True)
    assert first.methods == ("pwd",)
    newest, oldest = await grants_of(server, user_id)
    assert (newest.session_id, oldest.session_id) == (second.id, first.id)
    assert (newest.application_name, newest.application_id, newest.is_third_party) == ("Bookstore", party.id, False)
    assert newest.is_offline == ("offline_access" in newest.scopes)
    async with server.runtime.database.read("default") as reader:
        assert await sessions.get(reader, user_id, first.id, server.clock.now()) == first
        for wrong in ((user_id, "nothing"), ("nobody", first.id), (user_id, "")):
            with pytest.raises(EntityNotFound):
                await sessions.get(reader, *wrong, server.clock.now())
    for tenant_id, someone in (("admin", user_id), ("default", "nobody"), ("default", "%")):
        assert await sessions_of(server, someone, tenant_id) == []
        assert await grants_of(server, someone, tenant_id) == []


async def test_only_what_lives_is_listed(server: Server) -> None:
    _, user_id, _ = await signed_up(server)
    server.clock.advance(milliseconds=SESSION_TTL)
    assert await sessions_of(server, user_id) == []
    party = await relying_party(server)
    tokens = answered(await party.redeem(await party.sign_up("bob")))
    bob = claims_of(tokens["id_token"])["sub"]
    assert len(await sessions_of(server, bob)) == len(await grants_of(server, bob)) == 1
    server.clock.advance(seconds=1)
    await suspend(server, bob)
    assert await sessions_of(server, bob) == []
    assert await grants_of(server, bob) == []


async def test_a_session_is_ended_by_its_id(server: Server) -> None:
    party, user_id, _ = await signed_up(server)
    (session,) = await sessions_of(server, user_id)
    with pytest.raises(NotPermitted):
        await end(server, user_id, session.id, NOBODY)
    for wrong in ((user_id, "nothing"), ("nobody", session.id), (user_id, "%")):
        with pytest.raises(EntityNotFound):
            await end(server, *wrong)
    await end(server, user_id, session.id)
    with pytest.raises(EntityNotFound):
        await end(server, user_id, session.id)
    assert await sessions_of(server, user_id) == []
    assert (await party.authorize(prompt="none")).headers["location"].count("login_required") == 1
    (event,) = await events(server.runtime, "Session.End")
    assert (event.user_id, event.session_id) == (user_id, session.id)


async def test_a_grant_is_revoked_with_its_tokens(server: Server) -> None:
    party, user_id, refresh_token = await signed_up(server)
    (grant,) = await grants_of(server, user_id)

    async def revoke(someone: str, grant_id: str, actor: Actor = OPERATOR) -> None:
        async with server.runtime.database.write("default") as tx:
            await grants_of_user.revoke_one(tx, actor, someone, grant_id)

    with pytest.raises(NotPermitted):
        await revoke(user_id, grant.id, NOBODY)
    for wrong in ((user_id, "nothing"), ("nobody", grant.id)):
        with pytest.raises(EntityNotFound):
            await revoke(*wrong)
    answered(await party.refresh(refresh_token))
    await revoke(user_id, grant.id)
    with pytest.raises(EntityNotFound):
        await revoke(user_id, grant.id)
    assert await grants_of(server, user_id) == []
    refused(await party.refresh(refresh_token))
    (event,) = await events(server.runtime, "RevokeGrants")
    assert (event.user_id, event.payload["grantId"]) == (user_id, grant.id)


@pytest.mark.parametrize("first_party_only", [True, False])
async def test_what_was_granted_in_a_session_is_revoked(server: Server, first_party_only: bool) -> None:
    party, user_id, _ = await signed_up(server)
    foreign = (await relying_party(server, is_third_party=True, name="Foreign")).beside(party.browser)
    page = await party.browser.get(party.browser.authorize_url(foreign.id, foreign.redirect_uri, scope="openid"))
    await party.browser.submit(page, {"decision": "allow"})
    (session,) = await sessions_of(server, user_id)
    assert {grant.is_third_party for grant in await grants_of(server, user_id)} == {True, False}

    async def revoke(someone: str, session_id: str, actor: Actor = OPERATOR) -> int:
        async with server.runtime.database.write("default") as tx:
            return await grants_of_user.revoke_of_session(
                tx, actor, someone, session_id, first_party_only=first_party_only
            )

    with pytest.raises(NotPermitted):
        await revoke(user_id, session.id, NOBODY)
    assert await revoke("nobody", session.id) == await revoke(user_id, "nothing") == 0
    assert await revoke(user_id, session.id) == (1 if first_party_only else 2)
    left = [grant.is_third_party for grant in await grants_of(server, user_id)]
    assert left == ([True] if first_party_only else [])
    assert len([row for row in await rows(server, "grants") if row["revoked_at"]]) == (1 if first_party_only else 2)
