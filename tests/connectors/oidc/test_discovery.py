"""Filling in the form from what a provider publishes."""

from typing import Any

import pytest

from narthex.connectors.contract import ConfigInvalid, ConnectorFailed
from narthex.connectors.oidc.config import read_config
from narthex.connectors.oidc.connector import OidcConnector
from narthex.kit.http_client import HttpClient
from tests.fixtures.small_provider import SmallProvider

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


def publish(provider: SmallProvider, path: str = OPENID, issuer: str = "", **changes: object) -> None:
    document: dict[str, object] = {
        "issuer": issuer or provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/auth",
        "token_endpoint": f"{provider.issuer}/token",
        "jwks_uri": f"{provider.issuer}/jwks",
        **changes,
    }
    provider.document = {path: {name: value for name, value in document.items() if value is not ...}}


async def discover(http: HttpClient, address: str) -> dict[str, Any]:
    return await OidcConnector().discover(http, address)


async def test_what_is_published_is_filled_in(http: HttpClient, small_provider: SmallProvider) -> None:
    publish(
        small_provider,
        scopes_supported=["openid", "email", "offline_access"],
        id_token_signing_alg_values_supported=["none", "HS256", "RS256", "ES256"],
        token_endpoint_auth_methods_supported=["private_key_jwt", "client_secret_basic"],
        code_challenge_methods_supported=["plain", "S256"],
        authorization_response_iss_parameter_supported=True,
    )
    found = await discover(http, small_provider.issuer)
    assert found == {
        "authorizationEndpoint": f"{small_provider.issuer}/auth",
        "tokenEndpoint": f"{small_provider.issuer}/token",
        "scope": "openid email",
        "tokenEndpointAuthMethod": "client_secret_basic",
        "enablePkce": True,
        "authorizationResponseIssParameterSupported": True,
        "idTokenVerificationConfig": {
            "jwksUri": f"{small_provider.issuer}/jwks",
            "issuer": small_provider.issuer,
            "algorithms": ["RS256", "ES256"],
        },
    }
    config = read_config({**found, "clientId": "a", "clientSecret": "b"})
    assert (config.pkce, config.issuer_in_callback) == (True, True)


async def test_what_is_not_said_has_the_meaning_of_the_specification(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    publish(small_provider)
    found = await discover(http, small_provider.issuer)
    assert found["tokenEndpointAuthMethod"] == "client_secret_basic"
    assert found["scope"] == "openid profile email"
    assert (found["enablePkce"], found["authorizationResponseIssParameterSupported"]) == (False, False)
    assert "algorithms" not in found["idTokenVerificationConfig"]


async def test_the_address_may_be_the_issuer_or_that_of_the_document(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    issuer = f"{small_provider.issuer}/tenant"
    for path in (f"/tenant{OPENID}", f"{OAUTH}/tenant"):
        publish(small_provider, path, issuer)
        for address in (issuer, f"{issuer}/", f" {issuer} ", small_provider.issuer + path):
            assert (await discover(http, address))["idTokenVerificationConfig"]["issuer"] == issuer


async def test_the_issuer_is_spelled_as_the_provider_does(http: HttpClient, small_provider: SmallProvider) -> None:
    publish(small_provider, issuer=f"{small_provider.issuer}/")
    found = await discover(http, small_provider.issuer)
    assert found["idTokenVerificationConfig"]["issuer"] == f"{small_provider.issuer}/"


@pytest.mark.parametrize(
    "address",
    ["", "idp.example", "ftp://idp.example", "https://u:p@idp.example", "https://idp.example/?x=y", "https://"],
)
async def test_what_is_no_address_is_refused(http: HttpClient, address: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        await discover(http, address)
    assert refused.value.field == "issuer"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"issuer": "https://another.example"}, "issuer"),
        ({"issuer": 5}, "issuer"),
        ({"issuer": ...}, "issuer"),
        ({"authorization_endpoint": ...}, "garbage"),
        ({"token_endpoint": "javascript:alert(1)"}, "garbage"),
        ({"jwks_uri": "/jwks"}, "garbage"),
        ({"jwks_uri": ["x"]}, "garbage"),
    ],
    ids=repr,
)
async def test_a_document_that_cannot_be_used(
    http: HttpClient, small_provider: SmallProvider, changes: dict[str, Any], cause: str
) -> None:
    publish(small_provider)
    document = {**small_provider.document[OPENID], **changes}
    small_provider.document[OPENID] = {name: value for name, value in document.items() if value is not ...}
    with pytest.raises(ConnectorFailed) as failed:
        await discover(http, small_provider.issuer)
    assert failed.value.cause == cause


async def test_a_provider_that_publishes_nothing(http: HttpClient, small_provider: SmallProvider) -> None:
    with pytest.raises(ConnectorFailed, match="by hand") as failed:
        await discover(http, small_provider.issuer)
    assert failed.value.cause == "garbage"
    assert small_provider.paths == [OPENID, OAUTH]


async def test_an_address_inside_is_refused(small_provider: SmallProvider) -> None:
    http = HttpClient()
    with pytest.raises(ConnectorFailed, match="NARTHEX_OUTGOING_ALLOW") as failed:
        await discover(http, small_provider.issuer)
    await http.close()
    assert (failed.value.cause, small_provider.paths) == ("refused_outgoing", [])
