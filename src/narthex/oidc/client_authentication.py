"""Who the client is (RFC 6749 2.3): secret by Basic or in the body, whatever is registered; none for public clients."""

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from msgspec import Struct

from narthex.applications import service as applications
from narthex.applications.schemas import Application, SecretHash
from narthex.kit.digests import digest
from narthex.kit.forms import Form
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import BASIC_CHALLENGE, OAuthError, invalid_request
from narthex.tenants.request import Request


class PresentedClient(Struct, frozen=True):
    """What a request says of its client. A Basic header gives two readings of a secret: as it stands and url-decoded
    (RFC 6749 2.3.1 encodes it; half of the clients do not)."""

    client_id: str
    secrets: tuple[str, ...]
    by_header: bool


class AuthenticatedClient(Struct, frozen=True):
    """A client that was authenticated, or a public one that was named, and the name of the secret it used."""

    application: Application
    secret_name: str | None = None


async def authenticate_client(runtime: Runtime, request: Request, form: Form) -> AuthenticatedClient:
    """The client of a request. Raises `OAuthError` invalid_client or invalid_request."""
    presented = _presented(request, form)
    application = await applications.find(runtime, request.tenant, presented.client_id)
    if application is None:
        raise _unknown(presented)
    _check_origin(request, application)
    if not application.rules.is_confidential:
        if presented.secrets:
            raise _failed(presented, "a public client presented a secret")
        return AuthenticatedClient(application)
    secret = _matching(application, presented)
    if secret is None:
        raise _failed(presented, "no secret matched")
    if secret.expires_at is not None and secret.expires_at <= runtime.clock.now():
        raise invalid_request("client secret has expired")
    return AuthenticatedClient(application, secret.name)


def _unknown(presented: PresentedClient) -> OAuthError:
    # By header it must be 401 with a challenge (RFC 6749 5.2); by body the wire answers 400.
    if presented.by_header:
        return _failed(presented, "unknown client")
    return OAuthError("invalid_client", "unknown client")


def _failed(presented: PresentedClient, detail: str) -> OAuthError:
    challenge = BASIC_CHALLENGE if presented.by_header else None
    return OAuthError("invalid_client", "client authentication failed", status=401, challenge=challenge, detail=detail)


def _matching(application: Application, presented: PresentedClient) -> SecretHash | None:
    hashes = [digest(secret).encode() for secret in presented.secrets if secret]
    found = None
    for known in application.secrets:
        for candidate in hashes:
            if hmac.compare_digest(known.value_hash.encode(), candidate):
                found = known
    return found


def _presented(request: Request, form: Form) -> PresentedClient:
    header = request.header(b"authorization")
    client_id = form.get("client_id")
    secret = form.get("client_secret")
    if "client_assertion" in form or "client_assertion_type" in form:
        raise OAuthError("invalid_client", "client assertions are not supported", status=401)
    if header is None:
        if client_id is None:
            raise invalid_request("no client authentication mechanism provided")
        return PresentedClient(client_id, () if secret is None else (secret,), by_header=False)
    if secret is not None:
        raise invalid_request("client authentication must only be provided using one mechanism")
    basic = _basic(header)
    if client_id is not None and client_id not in (basic.client_id, unquote_plus(basic.client_id)):
        raise invalid_request("client_id in the body differs from the one in the authorization header")
    return basic


def _basic(header: str) -> PresentedClient:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise invalid_request("invalid authorization header value format")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_request("invalid authorization header value format") from None
    if not colon or not client_id:
        raise invalid_request("invalid authorization header value format")
    return PresentedClient(client_id, tuple({secret, unquote_plus(secret)}), by_header=True)


def _check_origin(request: Request, application: Application) -> None:
    origin = request.origin
    if origin is not None and origin != request.tenant.origin and origin not in application.origins:
        raise invalid_request("the origin of the request is not allowed for this client")
