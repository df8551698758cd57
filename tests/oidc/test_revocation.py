"""Revocation (RFC 7009), as each SDK calls it at sign-out. Wire: revocation-unknown.json."""

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.oidc.relying_party import answered, api_with_scope, basic, post_form, refused, relying_party

KINDS = [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refresh_token_takes_its_grant_with_it(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    tokens, others = await party.tokens(), await party.tokens()
    answer = await party.revoke(tokens["refresh_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.userinfo(others["access_token"])).status_code == 200
    answered(await party.refresh(others["refresh_token"]))


@pytest.mark.parametrize("kind", KINDS)
async def test_an_access_token_goes_alone(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    tokens = await party.tokens()
    assert (await party.revoke(tokens["access_token"])).status_code == 200
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    again = answered(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(again["access_token"])).status_code == 200


async def test_an_unknown_token_is_no_error(server: Server) -> None:
    party = await relying_party(server)
    for token in ("nope", "A" * 43, "x" * 5_000):
        answer = await party.revoke(token)
        assert (answer.status_code, answer.content) == (200, b"")
    await party.sign_up()
    tokens = await party.tokens()
    for _ in range(2):
        assert (await party.revoke(tokens["refresh_token"])).status_code == 200


async def test_a_replaced_refresh_token_takes_the_grant_with_it_too(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    first = answered(await party.redeem(await party.sign_up()))
    second = answered(await party.refresh(first["refresh_token"]))
    assert (await party.revoke(first["refresh_token"])).status_code == 200
    refused(await party.refresh(second["refresh_token"]))


async def test_a_jwt_cannot_be_revoked(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    await api_with_scope(server, "https://api.example.com", "read")
    code = await party.code(resource="https://api.example.com")
    tokens = answered(await party.redeem(code, resource="https://api.example.com"))
    refused(await party.revoke(tokens["access_token"]), "unsupported_token_type")


async def test_the_ways_of_the_sdks(server: Server) -> None:
    """Ruby: secret in the body. JavaScript: client_id in the body and a header. Go: client_id alone, whatever comes."""
    party = await relying_party(server)
    await party.sign_up()
    ruby, javascript, go = [(await party.tokens())["refresh_token"] for _ in range(3)]
    assert (await party.revoke(ruby)).status_code == 200
    form = {"client_id": party.id, "token": javascript}
    answer = await post_form(server, "/oidc/token/revocation", form, basic(party.id, party.secret))
    assert answer.status_code == 200
    refused(await party.revoke(go, client_secret=None), "invalid_client", 401)
    refused(await party.refresh(ruby))
    refused(await party.refresh(javascript))
    answered(await party.refresh(go))
    for hint in ("access_token", "refresh_token", "nonsense"):
        assert (await party.revoke(go, token_type_hint=hint)).status_code == 200
    async with server.client() as client:
        assert (await client.post("/oidc/token/revocation", json=party.named | {"token": go})).status_code == 200
    assert refused(await party.post("token/revocation"), "invalid_request")["error_description"] == (
        "missing required parameter 'token'"
    )
