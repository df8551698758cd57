"""Filling in a configuration from what the provider publishes (OpenID Connect Discovery 1.0 section 4; RFC 8414)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from narthex.connectors.asking import ask, read_object
from narthex.connectors.config_reading import is_url
from narthex.connectors.contract import ConfigInvalid, ConnectorFailed
from narthex.connectors.oidc.config import ALGORITHMS, AUTH_METHODS, VERIFICATION
from narthex.kit.http_client import HttpAnswer, HttpClient

SUFFIXES = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_SCOPES = ("openid", "profile", "email", "phone")


async def discover(http: HttpClient, address: str) -> dict[str, object]:
    """The fields that the provider tells, from its issuer or the address of its document. Raises `ConfigInvalid` for
    what is no address, and `ConnectorFailed`."""
    issuer = _issuer_of(address.strip())
    document = await _document(http, issuer)
    found = document.get("issuer")
    if not isinstance(found, str) or found.rstrip("/") != issuer.rstrip("/"):
        text = "The discovery document is of another issuer than the address it was found at."
        raise ConnectorFailed("issuer", text, f"issuer={str(found)[:128]!r}")
    return _fields(document, found)


def _issuer_of(address: str) -> str:
    if not is_url(address) or "?" in address:
        raise ConfigInvalid("issuer", "must be the provider's address, as in https://idp.example.com")
    for suffix in SUFFIXES:
        before, found, after = address.partition(suffix)
        if found:
            return before + after
    return address


def _addresses(issuer: str) -> Iterator[str]:
    yield issuer.rstrip("/") + SUFFIXES[0]
    # The other document is of the same shape, and its well-known part stands before the path.
    parts = urlsplit(issuer)
    yield urlunsplit(parts._replace(path=SUFFIXES[1] + parts.path.rstrip("/")))


async def _document(http: HttpClient, issuer: str) -> dict[str, Any]:
    answer: HttpAnswer | None = None
    for address in _addresses(issuer):
        answer = await ask(http, "The provider's discovery document", address)
        if answer.status == 200:
            break
    if answer is None or answer.status != 200:
        raise ConnectorFailed("garbage", "There is no discovery document at this address; fill in the fields by hand.")
    try:
        return read_object(answer.body)
    except ValueError as error:
        raise ConnectorFailed("garbage", "The discovery document cannot be read.", str(error)) from error


def _fields(document: dict[str, Any], issuer: str) -> dict[str, object]:
    verification: dict[str, object] = {"jwksUri": _endpoint(document, "jwks_uri"), "issuer": issuer}
    algorithms = [name for name in _listed(document, "id_token_signing_alg_values_supported") if name in ALGORITHMS]
    if algorithms:
        verification["algorithms"] = algorithms
    # Not said means basic (Discovery 1.0 section 3).
    methods = _listed(document, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    scopes = _listed(document, "scopes_supported")
    return {
        "authorizationEndpoint": _endpoint(document, "authorization_endpoint"),
        "tokenEndpoint": _endpoint(document, "token_endpoint"),
        "scope": " ".join(scope for scope in _SCOPES if scope in ("openid", *scopes))
        if scopes
        else "openid profile email",
        "tokenEndpointAuthMethod": next((name for name in AUTH_METHODS if name in methods), AUTH_METHODS[0]),
        "enablePkce": "S256" in _listed(document, "code_challenge_methods_supported"),
        "authorizationResponseIssParameterSupported": document.get("authorization_response_iss_parameter_supported")
        is True,
        VERIFICATION: verification,
    }


def _endpoint(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not is_url(value):
        raise ConnectorFailed("garbage", f"The discovery document has no usable {name}.")
    return value


def _listed(document: dict[str, Any], name: str) -> list[str]:
    value = document.get(name)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
