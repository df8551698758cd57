"""Requests to the token endpoint and their answers (RFC 6749 4.1.3, 5 and 6), and revocation (RFC 7009)."""

import base64
from dataclasses import dataclass
from urllib.parse import quote

from narthex_client.core.config import ClientConfig
from narthex_client.core.messages import HttpRequest, HttpResponse, text_of
from narthex_client.core.slots import SignInSlot
from narthex_client.errors import TokenError

Form = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token endpoint gave; `expires_in` in seconds from when it was received."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str | None
    refresh_token: str | None
    id_token: str | None


def code_request(url: str, config: ClientConfig, code: str, slot: SignInSlot) -> HttpRequest:
    """Exchange a code for tokens."""
    form: Form = {
        "grant_type": "authorization_code",
        "redirect_uri": slot.redirect_uri,
        "code": code,
        "code_verifier": slot.code_verifier,
    }
    return authenticated(url, config, form)


def refresh_request(
    url: str, config: ClientConfig, refresh_token: str, resource: str | None, organization_id: str | None
) -> HttpRequest:
    """Exchange a refresh token for an access token, for an API, an organization, or an API of an organization."""
    form: Form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "resource": resource,
        "organization_id": organization_id,
    }
    return authenticated(url, config, form)


def revocation_request(url: str, config: ClientConfig, refresh_token: str) -> HttpRequest:
    """End a refresh token, and with it the grant."""
    return authenticated(url, config, {"token": refresh_token, "token_type_hint": "refresh_token"})


def authenticated(url: str, config: ClientConfig, form: Form) -> HttpRequest:
    """A form with the client's credentials, where its configuration wants them (RFC 6749 2.3.1)."""
    head, *rest = form.items()
    members: Form = {head[0]: head[1], "client_id": config.app_id}
    headers = {"accept": "application/json"}
    if config.app_secret and config.client_authentication == "client_secret_post":
        members["client_secret"] = config.app_secret
    elif config.app_secret:
        headers["authorization"] = _basic(config.app_id, config.app_secret)
    members |= dict(rest)
    return HttpRequest(url, tuple((name, value) for name, value in members.items() if value), headers)


def _basic(name: str, secret: str) -> str:
    pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}"


def read_tokens(answer: HttpResponse) -> TokenAnswer:
    """The tokens; raises `TokenError`."""
    found = answer.json_object()
    if not answer.is_success:
        raise refused(answer)
    access_token = text_of(found or {}, "access_token")
    if found is None or access_token is None:
        raise TokenError(answer.status, "invalid_response", "the answer holds no access token")
    token_type = text_of(found, "token_type") or "Bearer"
    if token_type.lower() != "bearer":
        raise TokenError(answer.status, "invalid_response", "the token is not a bearer token")
    expires_in = found.get("expires_in")
    return TokenAnswer(
        access_token=access_token,
        token_type=token_type,
        expires_in=int(expires_in) if isinstance(expires_in, int | float) else 0,
        scope=text_of(found, "scope"),
        refresh_token=text_of(found, "refresh_token"),
        id_token=text_of(found, "id_token"),
    )


def refused(answer: HttpResponse) -> TokenError:
    """The server's own words for a refusal. Wire: client-sdks-and-tutorial.md 3.1, errors."""
    found = answer.json_object() or {}
    description = text_of(found, "error_description") or text_of(found, "message") or ""
    return TokenError(answer.status, text_of(found, "error") or "", description, text_of(found, "code") or "")
