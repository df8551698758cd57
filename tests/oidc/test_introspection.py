"""Introspection (RFC 7662). Wire: introspection-*.json."""

from tests.fixtures.server import Server
from tests.oidc.relying_party import (
    answered,
    api_with_scope,
    basic,
    claims_of,
    machine,
    post_form,
    refused,
    relying_party,
)

API = "https://api.example.com"
DAY = 24 * 3600


async def test_an_opaque_access_token(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid profile email offline_access")
    now = server.clock.now() // 1000
    assert await party.introspect(tokens["access_token"]) == {
        "active": True,
        "sub": claims_of(tokens["id_token"])["sub"],
        "client_id": party.id,
        "exp": now + 3600,
        "iat": now,
        "iss": f"{server.base_url}/oidc",
        "scope": "openid profile email offline_access",
        "token_type": "Bearer",
    }


async def test_a_refresh_token(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens()
    now = server.clock.now() // 1000
    assert await party.introspect(tokens["refresh_token"]) == {
        "active": True,
        "sub": claims_of(tokens["id_token"])["sub"],
        "client_id": party.id,
        "exp": now + 14 * DAY,
        "iat": now,
        "iss": f"{server.base_url}/oidc",
        "scope": "openid offline_access profile",
    }


async def test_a_jwt_of_a_person_and_of_a_machine(server: Server) -> None:
    party, script = await relying_party(server), await machine(server)
    await party.sign_up()
    await api_with_scope(server, API, "read")
    of_person = answered(await party.redeem(await party.code(resource=API), resource=API))["access_token"]
    assert await party.introspect(of_person) == {"active": True, "token_type": "Bearer"} | claims_of(of_person)
    answer = await script.post("token", grant_type="client_credentials", resource=API)
    of_machine = answered(answer)["access_token"]
    assert await script.introspect(of_machine) == {"active": True, "token_type": "Bearer"} | claims_of(of_machine)


async def test_everything_else_is_inactive(server: Server) -> None:
    party = await relying_party(server)
    for token in ("nope", "a.b.c", "..", "x" * 5_000):
        assert await party.introspect(token) == {"active": False}


async def test_a_jwt_ends_with_its_grant(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    await api_with_scope(server, API, "read")
    tokens = answered(await party.redeem(await party.code(resource=API), resource=API))
    assert (await party.introspect(tokens["access_token"]))["active"] is True
    await party.revoke(tokens["refresh_token"])
    assert await party.introspect(tokens["access_token"]) == {"active": False}


async def test_a_token_without_offline_access_ends_with_the_session(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid profile")
    assert (await party.introspect(tokens["access_token"]))["active"] is True
    # No application is named, so nothing but the end of the session ends the token.
    await party.browser.submit(await party.browser.get("/oidc/session/end"), {})
    assert await party.introspect(tokens["access_token"]) == {"active": False}


async def test_how_it_is_asked(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    token = (await party.tokens())["access_token"]
    by_header = await post_form(server, "/oidc/token/introspection", {"token": token}, basic(party.id, party.secret))
    assert answered(by_header)["active"] is True
    assert by_header.headers["cache-control"] == "no-store"
    assert by_header.headers["content-type"].startswith("application/json")
    async with server.client() as client:
        by_json = await client.post("/oidc/token/introspection", json=party.named | {"token": token})
        assert answered(by_json)["active"] is True
        refused(await client.get("/oidc/token/introspection", params={"token": token}), "invalid_request", 404)
    for hint in ("access_token", "refresh_token", "nonsense"):
        assert (await party.introspect(token, token_type_hint=hint))["active"] is True
    body = refused(await party.post("token/introspection"), "invalid_request")
    assert body["error_description"] == "missing required parameter 'token'"
