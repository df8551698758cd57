"""Which scripts of which origins may call what. Wire: logto-api.md 1.9, Appendix C."""

import httpx2
import pytest

from narthex.applications.schemas import CustomClientMetadata
from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import VERIFIER
from tests.oidc.relying_party import RelyingParty, answered, refused, relying_party

OWN, ALLOWED, FOREIGN = "https://shop.example.com", "https://admin.example.com:8443", "https://evil.example"
DOCUMENTS = ("/oidc/.well-known/openid-configuration", "/oidc/.well-known/oauth-authorization-server", "/oidc/jwks")
CLIENT_ENDPOINTS = {
    "/oidc/token": "POST",
    "/oidc/me": "GET",
    "/oidc/token/introspection": "POST",
    "/oidc/token/revocation": "POST",
}
PAGES = ("/oidc/auth", "/oidc/session/end", "/oidc/session/end/confirm", "/sign-in", "/register", "/demo-app")


async def shop(server: Server) -> RelyingParty:
    """A browser application of two origins."""
    custom = CustomClientMetadata(cors_allowed_origins=(ALLOWED,))
    return await relying_party(server, ApplicationType.SPA, redirect_uris=(f"{OWN}/callback",), custom=custom)


async def preflight(server: Server, path: str, origin: str, method: str = "POST") -> httpx2.Response:
    """What a browser asks before it sends."""
    asked = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization",
    }
    async with server.client() as client:
        return await client.options(path, headers=asked)


async def test_a_preflight_of_a_registered_origin_is_granted(server: Server) -> None:
    await shop(server)
    for path, method in CLIENT_ENDPOINTS.items():
        for origin in [OWN, ALLOWED, "http://localhost:3001"]:
            answer = await preflight(server, path, origin, method)
            assert (answer.status_code, answer.content) == (204, b"")
            assert answer.headers["access-control-allow-origin"] == origin
            assert method in answer.headers["access-control-allow-methods"].split(", ")
            assert {"authorization", "content-type"} <= set(answer.headers["access-control-allow-headers"].split(", "))
            assert "Origin" in answer.headers["vary"]
            assert int(answer.headers["access-control-max-age"]) <= 7200
            assert "access-control-allow-credentials" not in answer.headers


async def test_a_preflight_of_another_origin_is_not(server: Server) -> None:
    await shop(server)
    for path in CLIENT_ENDPOINTS:
        for origin in [
            FOREIGN,
            "null",
            "http://shop.example.com",
            f"{OWN}:8443",
            f"{OWN}.evil.example",
            "https://SHOP.example.com",
            "",
        ]:
            answer = await preflight(server, path, origin)
            assert answer.status_code == 204
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            assert answer.headers["vary"] == "Origin"


async def test_documents_are_for_everybody(server: Server) -> None:
    for path in DOCUMENTS:
        async with server.client() as client:
            for origin in (OWN, FOREIGN, "null"):
                answer = await client.get(path, headers={"origin": origin})
                assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
        answer = await preflight(server, path, FOREIGN, "GET")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")


@pytest.mark.parametrize("origin", [OWN, ALLOWED])
async def test_a_browser_application_does_everything_from_its_origin(server: Server, origin: str) -> None:
    party = await shop(server)
    code = await party.sign_up()
    headers = {"origin": origin}
    redeemed = await party.redeem(code, headers=headers)
    tokens = answered(redeemed)
    refreshed = await party.refresh(tokens["refresh_token"], headers=headers)
    async with server.client() as client:
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        userinfo = await client.get("/oidc/me", headers=headers | bearer)
    revoked = await party.revoke(answered(refreshed)["refresh_token"], headers=headers)
    for answer in (redeemed, refreshed, userinfo, revoked):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-credentials" not in answer.headers


async def test_an_error_can_be_read_by_the_script_too(server: Server) -> None:
    party = await shop(server)
    answer = await party.refresh("x", headers={"origin": OWN})
    refused(answer)
    assert answer.headers["access-control-allow-origin"] == OWN
    async with server.client() as client:
        answer = await client.get("/oidc/me", headers={"origin": OWN, "authorization": "Bearer x"})
    refused(answer, "invalid_token", 401)
    assert answer.headers["access-control-expose-headers"] == "WWW-Authenticate"


async def test_a_token_request_from_another_origin_is_refused_not_only_hidden(server: Server) -> None:
    party = await shop(server)
    code = await party.sign_up()
    for origin in (FOREIGN, "null", "http://shop.example.com", f"{OWN}/"):
        answer = await party.redeem(code, headers={"origin": origin})
        refused(answer, "invalid_request")
        assert "access-control-allow-origin" not in answer.headers
    answered(await party.redeem(code, headers={"origin": OWN}))


async def test_the_origin_of_one_application_is_not_that_of_another(server: Server) -> None:
    party = await shop(server)
    other = await relying_party(server, ApplicationType.SPA, redirect_uris=("https://other.example.com/callback",))
    code = await party.sign_up()
    refused(await party.redeem(code, headers={"origin": "https://other.example.com"}), "invalid_request")
    answered(await party.redeem(code))
    assert other.id != party.id


async def test_a_custom_scheme_makes_no_origin(server: Server) -> None:
    party = await relying_party(server, ApplicationType.NATIVE, redirect_uris=("com.example.app://callback",))
    for origin in ("com.example.app://callback", "com.example.app://", "null"):
        answer = await preflight(server, "/oidc/token", origin)
        assert "access-control-allow-origin" not in answer.headers
        refused(await party.refresh("x", headers={"origin": origin}), "invalid_request")


async def test_an_origin_is_known_as_soon_as_it_is_registered(server: Server) -> None:
    assert "access-control-allow-origin" not in (await preflight(server, "/oidc/token", OWN)).headers
    await shop(server)
    assert (await preflight(server, "/oidc/token", OWN)).headers["access-control-allow-origin"] == OWN


async def test_pages_are_for_no_script(server: Server) -> None:
    await shop(server)
    for path in PAGES:
        async with server.client() as client:
            for method in ("OPTIONS", "GET", "POST"):
                for origin in (OWN, FOREIGN):
                    answer = await client.request(method, path, headers={"origin": origin})
                    assert not [name for name in answer.headers if name.startswith("access-control-")], (method, origin)


async def test_client_endpoints_read_no_cookie(server: Server) -> None:
    """Whoever is signed in in the browser, a script gets nothing by that."""
    party = await shop(server)
    await party.sign_up()
    form = {"grant_type": "authorization_code", "client_id": party.id, "code": "x", "code_verifier": VERIFIER}
    refused(await party.browser.client.post("/oidc/token", data=form | {"redirect_uri": CALLBACK}))
    refused(await party.browser.client.get("/oidc/me"), "invalid_token", 401)
    for path in CLIENT_ENDPOINTS:
        assert "set-cookie" not in (await party.browser.client.post(path, data=form)).headers


async def test_a_tenant_answers_only_its_own_origins(server: Server) -> None:
    await server.add_tenant("acme")
    await shop(server)
    theirs = "https://acme-shop.example.com"
    await relying_party(server, ApplicationType.SPA, tenant_id="acme", redirect_uris=(f"{theirs}/callback",))
    assert "access-control-allow-origin" not in (await preflight(server, "/t/acme/oidc/token", OWN)).headers
    assert "access-control-allow-origin" not in (await preflight(server, "/oidc/token", theirs)).headers
    assert (await preflight(server, "/t/acme/oidc/token", theirs)).headers["access-control-allow-origin"] == theirs
