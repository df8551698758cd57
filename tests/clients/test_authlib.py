"""Authlib over HTTP: its client for code with PKCE, refresh, userinfo, revocation and sign-out, and its Starlette
integration, which checks ID tokens too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.requests import Request

from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from tests.fixtures.live_server import sign_up_at
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import VERIFIER

SCOPE = "openid offline_access profile"


@asynccontextmanager
async def authlib(server: Server, credentials: Credentials, method: str) -> AsyncIterator[AsyncOAuth2Client]:
    """Authlib's client with what discovery says."""
    async with AsyncOAuth2Client(
        credentials.application_id,
        credentials.secret,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as client:
        place = f"{server.tenant().issuer}/.well-known/openid-configuration"
        found = await client.request("GET", place, withhold_token=True)
        client.metadata |= found.json()
        yield client


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (ApplicationType.TRADITIONAL, "client_secret_basic"),
        (ApplicationType.TRADITIONAL, "client_secret_post"),
        (ApplicationType.SPA, "none"),
    ],
)
async def test_authlib_signs_a_person_in_and_out(live_server: Server, kind: ApplicationType, method: str) -> None:
    credentials, browser = await live_server.application(kind), live_server.browser()
    async with authlib(live_server, credentials, method) as client:
        endpoints = client.metadata
        url, state = client.create_authorization_url(
            endpoints["authorization_endpoint"], code_verifier=VERIFIER, nonce="nonce-1", prompt="consent"
        )
        answer = await sign_up_at(browser, url)
        tokens = await client.fetch_token(
            authorization_response=answer.headers["location"], state=state, code_verifier=VERIFIER
        )
        claims = await checked_claims(client, tokens["id_token"])
        assert (claims["aud"], claims["nonce"]) == (credentials.application_id, "nonce-1")
        userinfo = (await client.get(endpoints["userinfo_endpoint"])).json()
        assert (userinfo["sub"], userinfo["username"]) == (claims["sub"], "ada")

        refreshed = await client.refresh_token(endpoints["token_endpoint"])
        assert refreshed["access_token"] != tokens["access_token"]
        assert (await checked_claims(client, refreshed["id_token"]))["sub"] == claims["sub"]
        assert (await client.get(endpoints["userinfo_endpoint"])).json() == userinfo

        query = {"id_token_hint": refreshed["id_token"], "post_logout_redirect_uri": HOME}
        gone = await browser.get(f"{endpoints['end_session_endpoint']}?{urlencode(query)}")
        assert gone.headers["location"] == HOME
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.refresh_token(endpoints["token_endpoint"])


async def checked_claims(client: AsyncOAuth2Client, id_token: str) -> dict[str, Any]:
    """The claims of an ID token that the published keys have signed."""
    keys = KeySet.import_key_set((await client.get(client.metadata["jwks_uri"])).json())
    claims: dict[str, Any] = jwt.decode(id_token, keys, algorithms=["ES256"]).claims
    assert claims["iss"] == client.metadata["issuer"]
    return claims


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_authlib_revokes_a_refresh_token(live_server: Server, method: str) -> None:
    async with authlib(live_server, await live_server.application(), method) as client:
        url, _ = client.create_authorization_url(
            client.metadata["authorization_endpoint"], code_verifier=VERIFIER, prompt="consent"
        )
        answer = await sign_up_at(live_server.browser(), url)
        tokens = await client.fetch_token(authorization_response=answer.headers["location"], code_verifier=VERIFIER)
        revoked = await client.revoke_token(client.metadata["revocation_endpoint"], token=tokens["refresh_token"])
        assert revoked.url.path == "/oidc/token/revocation"
        assert revoked.status_code == 200
        assert (await client.get(client.metadata["userinfo_endpoint"])).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_authlib_s_starlette_integration_finds_everything_by_discovery(live_server: Server) -> None:
    credentials = await live_server.application()
    oauth = OAuth()
    narthex = oauth.register(
        "narthex",
        server_metadata_url=f"{live_server.tenant().issuer}/.well-known/openid-configuration",
        client_id=credentials.application_id,
        client_secret=credentials.secret,
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "prompt": "consent"},
    )
    session: dict[str, Any] = {}
    away = await narthex.authorize_redirect(visit(session), CALLBACK)
    answer = await sign_up_at(live_server.browser(), away.headers["location"])
    tokens = await narthex.authorize_access_token(visit(session, answer.headers["location"]))
    # It checked signature, issuer, audience, times and nonce before it gave this out.
    assert tokens["userinfo"]["username"] == "ada"
    assert tokens["userinfo"]["iss"] == live_server.tenant().issuer
    assert (await narthex.userinfo(token=tokens))["username"] == "ada"


def visit(session: dict[str, Any], url: str = HOME) -> Request:
    """A request that a visitor of the application makes."""
    query = url.partition("?")[2].encode()
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": [], "session": session}
    )
