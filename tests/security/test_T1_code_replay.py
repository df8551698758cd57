"""T1: a code that comes twice is refused, and everything that was made from it dies (RFC 6749 4.1.2)."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import NewServer, Server
from tests.oidc.relying_party import answered, api_with_scope, claims_of, refused, relying_party

API = "https://api.example.com"
KINDS = [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE]


@pytest.mark.parametrize("kind", KINDS)
async def test_T1_a_code_gives_tokens_once(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    code = await party.sign_up()
    tokens = answered(await party.redeem(code))
    for _ in range(3):
        refused(await party.redeem(code))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    refused(await party.refresh(tokens["refresh_token"]))


async def test_T1_all_that_came_from_the_code_dies(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    user_id = claims_of(answered(await party.redeem(code))["id_token"])["sub"]
    await api_with_scope(server, API, "read", user_id)
    code = await party.code(scope="openid offline_access read", resource=API)
    first = answered(await party.redeem(code, resource=API))
    second = answered(await party.refresh(first["refresh_token"]))
    third = answered(await party.refresh(second["refresh_token"], resource=API))
    living = [first["access_token"], second["access_token"], third["access_token"], third["refresh_token"]]
    for token in living:
        assert (await party.introspect(token))["active"] is True
    refused(await party.redeem(code, resource=API))
    for token in living:
        assert await party.introspect(token) == {"active": False}
    assert (await party.userinfo(second["access_token"])).status_code == 401
    for tokens in (first, second, third):
        refused(await party.refresh(tokens["refresh_token"]))


async def test_T1_what_came_from_another_code_lives_on(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    tokens, others = answered(await party.redeem(code)), await party.tokens()
    refused(await party.redeem(code))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.userinfo(others["access_token"])).status_code == 200
    answered(await party.refresh(others["refresh_token"]))


async def test_T1_a_code_is_remembered_after_it_is_over(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    tokens = answered(await party.redeem(code))
    server.clock.advance(days=2)
    refused(await party.redeem(code))
    refused(await party.refresh(tokens["refresh_token"]))


async def test_T1_another_client_cannot_kill_a_grant_with_its_code(server: Server) -> None:
    party, thief = await relying_party(server), await relying_party(server)
    code = await party.sign_up()
    tokens = answered(await party.redeem(code))
    refused(await thief.redeem(code))
    refused(await party.post("token", grant_type="authorization_code", code=code, client_secret="wrong"), *INVALID)
    assert (await party.userinfo(tokens["access_token"])).status_code == 200


INVALID = ("invalid_client", 401)


async def test_T1_a_restart_forgets_no_code(new_server: NewServer) -> None:
    server = await new_server()
    party = await relying_party(server)
    code = await party.sign_up()
    tokens = answered(await party.redeem(code))
    await server.app.shutdown()
    restarted = await new_server()
    same = type(party)(restarted, party.credentials, restarted.browser())
    refused(await same.redeem(code))
    refused(await same.refresh(tokens["refresh_token"]))
    await server.app.startup()
