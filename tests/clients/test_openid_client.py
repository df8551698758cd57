"""npm `openid-client` over HTTP: code with PKCE and nonce, refresh, userinfo, introspection, sign-out, revocation."""

from typing import Any

import msgspec
import pytest

from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from tests.fixtures.live_server import sign_up_at
from tests.fixtures.node import run_node
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import Browser


class OpenidClient:
    """The script of tests/node as one application."""

    def __init__(self, server: Server, credentials: Credentials) -> None:
        self._issuer = server.tenant().issuer
        self._client_id = credentials.application_id
        self._environ = {"CLIENT_SECRET": credentials.secret or "", "HOME_URL": HOME}

    async def run(self, step: str, *arguments: str) -> dict[str, Any]:
        """What a step prints."""
        script = ("openid_client.mjs", step, self._issuer, self._client_id, *arguments)
        done = await run_node(*script, environ=self._environ)
        assert done.code == 0, done.errors
        return msgspec.json.decode(done.output, type=dict[str, Any])


async def signed_in(client: OpenidClient, browser: Browser) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the client began with, and what came of it."""
    begun = await client.run("begin", CALLBACK)
    answer = await sign_up_at(browser, begun["url"])
    checks = msgspec.json.encode(begun["checks"]).decode()
    return begun, await client.run("finish", checks, answer.headers["location"])


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, ApplicationType.SPA])
async def test_openid_client_signs_a_person_in_and_out(live_server: Server, kind: ApplicationType) -> None:
    credentials = await live_server.application(kind)
    browser = live_server.browser()
    begun, finished = await signed_in(OpenidClient(live_server, credentials), browser)

    claims = finished["claims"]
    assert (claims["iss"], claims["aud"]) == (live_server.tenant().issuer, credentials.application_id)
    assert claims["nonce"] == begun["checks"]["expectedNonce"]
    assert claims["username"] == "ada"
    assert finished["refreshedClaims"]["sub"] == claims["sub"]
    assert finished["userinfo"]["username"] == "ada"
    assert finished["scope"] == "openid offline_access profile"
    if credentials.secret is not None:
        assert finished["introspection"]["active"] is True

    gone = await browser.get(finished["signOutUrl"])
    assert gone.headers["location"] == f"{HOME}?state=bye"
    page = await browser.get(begun["url"])
    assert "<h1>Sign in to Bookstore</h1>" in page.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_openid_client_finds_the_same_metadata_by_rfc_8414(live_server: Server) -> None:
    found = await OpenidClient(live_server, await live_server.application()).run("find")
    for path in ("/oidc/.well-known/openid-configuration", "/oidc/.well-known/oauth-authorization-server"):
        assert found == (await live_server.client().get(path)).json()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_openid_client_revokes_a_refresh_token(live_server: Server) -> None:
    client = OpenidClient(live_server, await live_server.application())
    _, finished = await signed_in(client, live_server.browser())
    assert await client.run("revoke", finished["refreshToken"]) == {"error": "invalid_grant"}
