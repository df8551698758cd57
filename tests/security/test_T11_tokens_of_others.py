"""T11: a client learns nothing about a token that is not its own, and can do nothing to it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.oidc.relying_party import (
    RelyingParty,
    answered,
    api_with_scope,
    claims_of,
    machine,
    post_form,
    refused,
    relying_party,
    suspend,
)

API = "https://api.example.com"
INACTIVE = {"active": False}


async def three_tokens(party: RelyingParty) -> dict[str, str]:
    """An opaque token, a JWT and a refresh token of somebody who is signed in."""
    await party.sign_up()
    await api_with_scope(party.server, API, "read")
    tokens = await party.tokens(resource=API)
    jwt = answered(await party.refresh(tokens["refresh_token"], resource=API))["access_token"]
    return {"opaque": tokens["access_token"], "JWT": jwt, "refresh": tokens["refresh_token"]}


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, ApplicationType.SPA])
async def test_T11_another_client_sees_nothing(server: Server, kind: ApplicationType) -> None:
    party, other, script = await relying_party(server, kind), await relying_party(server), await machine(server)
    tokens = await three_tokens(party)
    for name, token in tokens.items():
        for stranger in (other, script):
            for hint in (None, "access_token", "refresh_token", "unknown"):
                assert await stranger.introspect(token, token_type_hint=hint) == INACTIVE, name
        if kind is ApplicationType.TRADITIONAL:
            assert (await party.introspect(token))["active"] is True, name


async def test_T11_another_client_revokes_nothing(server: Server) -> None:
    party, other, script = await relying_party(server), await relying_party(server), await machine(server)
    public = await relying_party(server, ApplicationType.SPA)
    tokens = await three_tokens(party)
    for token in (tokens["opaque"], tokens["refresh"]):
        for stranger in (other, script, public):
            for hint in (None, "access_token", "refresh_token"):
                answer = await stranger.revoke(token, token_type_hint=hint)
                assert (answer.status_code, answer.content) == (200, b""), "the same as for a token that never was"
    assert (await party.userinfo(tokens["opaque"])).status_code == 200
    for token in tokens.values():
        assert (await party.introspect(token))["active"] is True


async def test_T11_nobody_asks_without_being_somebody(server: Server) -> None:
    party, public = await relying_party(server), await relying_party(server, ApplicationType.SPA)
    tokens = await three_tokens(party)
    for token in tokens.values():
        for endpoint in ("token/introspection", "token/revocation"):
            refused(await post_form(server, f"/oidc/{endpoint}", {"token": token}), "invalid_request")
            refused(await party.post(endpoint, token=token, client_secret=None), "invalid_client", 401)
            refused(await party.post(endpoint, token=token, client_secret="x"), "invalid_client", 401)
        refused(await public.post("token/introspection", token=token), "invalid_client", 401)
        bearer = {"authorization": f"Bearer {tokens['opaque']}"}
        answer = await post_form(server, "/oidc/token/introspection", {"token": token}, bearer)
        refused(answer, "invalid_request")
    assert (await party.userinfo(tokens["opaque"])).status_code == 200


async def test_T11_another_tenant_sees_and_revokes_nothing(server: Server) -> None:
    await server.add_tenant("acme")
    party, theirs = await relying_party(server), await relying_party(server, tenant_id="acme")
    tokens = await three_tokens(party)
    for token in tokens.values():
        assert await theirs.introspect(token) == INACTIVE
    for token in (tokens["opaque"], tokens["refresh"]):
        assert (await theirs.revoke(token)).status_code == 200
        assert (await party.introspect(token))["active"] is True


async def test_T11_an_inactive_token_tells_nothing(server: Server) -> None:
    """Over, revoked, of a suspended person, made up: all look the same."""
    party = await relying_party(server)
    tokens = await three_tokens(party)
    revoked = await party.tokens()
    assert (await party.revoke(revoked["refresh_token"])).status_code == 200
    made_up = ["x", "A" * 43, "a.b.c", "\u00e9", "' OR 1=1 --", "A" * 20_000]
    for token in (revoked["access_token"], revoked["refresh_token"], await party.code(), *made_up):
        assert await party.introspect(token) == INACTIVE
    user_id = claims_of(tokens["JWT"])["sub"]
    await suspend(server, user_id)
    for token in tokens.values():
        assert await party.introspect(token) == INACTIVE


async def test_T11_every_token_is_inactive_once_it_is_over(server: Server) -> None:
    party = await relying_party(server)
    tokens = await three_tokens(party)
    server.clock.advance(hours=1)
    assert await party.introspect(tokens["opaque"]) == INACTIVE
    assert await party.introspect(tokens["JWT"]) == INACTIVE
    server.clock.advance(days=14)
    assert await party.introspect(tokens["refresh"]) == INACTIVE


async def test_T11_a_replaced_refresh_token_is_inactive(server: Server) -> None:
    party = await relying_party(server)
    first = answered(await party.redeem(await party.sign_up()))
    server.clock.advance(days=10)
    second = answered(await party.refresh(first["refresh_token"]))
    assert await party.introspect(first["refresh_token"]) == INACTIVE
    assert (await party.introspect(second["refresh_token"]))["active"] is True
