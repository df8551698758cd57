"""Turning the code into an ID token at the provider's token endpoint (OpenID Connect Core 3.1.3)."""

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote_plus

import msgspec

from narthex.connectors.asking import ask, read_object
from narthex.connectors.contract import CallbackContext, ConnectorFailed
from narthex.connectors.oidc.config import OidcConfig
from narthex.kit import base64url
from narthex.kit.http_client import HttpAnswer, HttpClient

ASSERTION_SECONDS = 300
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_ERROR = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


async def redeem(http: HttpClient, config: OidcConfig, callback: CallbackContext, code: str) -> str:
    """The ID token for a code. Raises `ConnectorFailed`."""
    form = {
        **config.custom,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback.redirect_uri,
    }
    if "code_verifier" in callback.kept:
        form["code_verifier"] = callback.kept["code_verifier"]
    credentials, headers = _credentials(config, callback)
    answer = await ask(http, "The token endpoint", config.token_endpoint, form=form | credentials, headers=headers)
    return _id_token(_tokens(answer, (code, config.client_secret)))


def _credentials(config: OidcConfig, callback: CallbackContext) -> tuple[dict[str, str], dict[str, str]]:
    """What authenticates us: parameters of the form, and headers (OpenID Connect Core 9)."""
    if config.auth_method == "client_secret_basic":
        pair = f"{quote_plus(config.client_id)}:{quote_plus(config.client_secret)}"
        return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}
    if config.auth_method == "client_secret_jwt":
        assertion = _assertion(config, callback.kept["assertion_id"], callback.now_ms // 1000)
        return {
            "client_id": config.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }, {}
    return {"client_id": config.client_id, "client_secret": config.client_secret}, {}


def _assertion(config: OidcConfig, id: str, now: int) -> str:
    claims = {
        "iss": config.client_id,
        "sub": config.client_id,
        "aud": config.token_endpoint,
        "jti": id,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    header = {"alg": config.secret_algorithm, "typ": "JWT"}
    signed = b".".join(base64url.encode(msgspec.json.encode(part)) for part in (header, claims))
    signature = hmac.digest(config.client_secret.encode(), signed, _DIGESTS[config.secret_algorithm])
    return (signed + b"." + base64url.encode(signature)).decode("ascii")


def _tokens(answer: HttpAnswer, secrets: tuple[str, ...]) -> dict[str, Any]:
    try:
        read = read_object(answer.body)
    except ValueError:
        read = None
    if answer.status != 200:
        raise _refused(answer.status, read or {}, secrets)
    if read is None:
        raise ConnectorFailed("garbage", "The token endpoint did not answer with a JSON object.")
    return read


def _refused(status: int, answer: dict[str, Any], secrets: tuple[str, ...]) -> ConnectorFailed:
    error, description = answer.get("error"), str(answer.get("error_description", ""))
    named = error if isinstance(error, str) and _ERROR.fullmatch(error) else f"status {status}"
    # A provider that repeats what it was sent must not put it into our log.
    for secret in secrets:
        named, description = named.replace(secret, "…"), description.replace(secret, "…")
    return ConnectorFailed(
        "token_endpoint_error", f"The token endpoint did not take the code: {named}.", description[:200]
    )


def _id_token(tokens: dict[str, Any]) -> str:
    token = tokens.get("id_token")
    if not isinstance(token, str) or not token:
        raise ConnectorFailed(
            "no_id_token", "The token endpoint gave no ID token: does the provider speak OpenID Connect?"
        )
    return token
