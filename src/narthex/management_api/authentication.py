"""Bearer token to Actor: a JWT of this tenant for its Management API, with the scope `all`, for somebody who still
exists and still has that scope. Wire: logto-api.md 2.1; RFC 6750, RFC 9068."""

from typing import Any

from msgspec import Struct

from narthex.access import Actor, ActorKind, Permission
from narthex.applications import service as applications
from narthex.kit.errors import Refusal
from narthex.kit.http import header
from narthex.kit.jose import InvalidToken
from narthex.kit.runtime import Runtime
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE, management_indicator
from narthex.roles import service as roles
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request
from narthex.tokens import grants

RIGHTS = frozenset({Permission.MANAGE, Permission.REGISTER})


class NotAuthenticated(Refusal):
    """No token, one of another kind, or one that does not hold; the reason is for the log."""

    def __init__(self, request: Request, code: str, text: str, *, detail: str = "", data: object = None) -> None:
        named = ', error="invalid_token"' if code == "unauthorized" else ""
        challenge = f'Bearer realm="{request.tenant.issuer}"{named}'
        super().__init__(
            f"auth.{code}",
            status=401,
            text=text,
            detail=detail,
            data=data,
            headers=(header("www-authenticate", challenge),),
        )


class Forbidden(Refusal):
    """The token holds, but does not reach the Management API."""

    def __init__(self, request: Request) -> None:
        challenge = f'Bearer realm="{request.tenant.issuer}", error="insufficient_scope", scope="{MANAGEMENT_SCOPE}"'
        super().__init__(
            "auth.forbidden",
            status=403,
            text=f"The token needs the scope {MANAGEMENT_SCOPE!r}, from a role that gives it.",
            headers=(header("www-authenticate", challenge),),
        )


class Claims(Struct, frozen=True):
    """What is read of a token."""

    subject: str
    client_id: str
    token_id: str
    scopes: tuple[str, ...]


async def authenticate(runtime: Runtime, request: Request) -> Actor:
    """Who calls. Raises `NotAuthenticated`, `Forbidden`."""
    claims = await _verified(runtime, request, _bearer_token(request))
    if MANAGEMENT_SCOPE not in claims.scopes:
        raise Forbidden(request)
    is_machine = claims.subject == claims.client_id
    check = _check_machine if is_machine else _check_person
    await check(runtime, request, claims)
    kind = ActorKind.APPLICATION if is_machine else ActorKind.USER
    return request.actor(kind, claims.subject, permissions=RIGHTS)


def _bearer_token(request: Request) -> str:
    sent = request.header(b"authorization")
    if sent is None:
        raise NotAuthenticated(request, "authorization_header_missing", "The Authorization header is missing.")
    scheme, _, token = sent.partition(" ")
    if scheme.lower() != "bearer":
        text, supported = "Send the token as `Authorization: Bearer <token>`.", {"supportedTypes": ["Bearer"]}
        raise NotAuthenticated(request, "authorization_token_type_not_supported", text, data=supported)
    return token.strip()


async def _verified(runtime: Runtime, request: Request, token: str) -> Claims:
    ring = await signing_keys.key_ring(runtime, request.tenant.id)
    try:
        claims = ring.verifier.verify(token, typ="at+jwt")
    except InvalidToken as error:
        raise _unauthorized(request, str(error)) from None
    if claims.get("iss") != request.tenant.issuer:
        raise _unauthorized(request, "another issuer")
    if claims.get("aud") != management_indicator(request.tenant.id):
        raise _unauthorized(request, "another audience")
    expires_at = claims.get("exp")
    if not isinstance(expires_at, int) or expires_at * 1000 <= runtime.clock.now():
        raise _unauthorized(request, "expired")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise NotAuthenticated(request, "jwt_sub_missing", "The token does not say whom it is for (`sub`).")
    return Claims(subject, _text(claims, "client_id"), _text(claims, "jti"), tuple(_text(claims, "scope").split()))


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _unauthorized(request: Request, detail: str) -> NotAuthenticated:
    text = "The access token is no good here: it is malformed, over, taken back, or for another audience."
    return NotAuthenticated(request, "unauthorized", text, detail=detail)


async def _check_machine(runtime: Runtime, request: Request, claims: Claims) -> None:
    if await applications.find(runtime, request.tenant, claims.client_id) is None:
        raise _unauthorized(request, "the application is gone")
    tenant_id = request.tenant.id
    given = await roles.scopes_of_application(runtime, tenant_id, claims.client_id, MANAGEMENT_RESOURCE_ID)
    if MANAGEMENT_SCOPE not in given:
        raise Forbidden(request)


async def _check_person(runtime: Runtime, request: Request, claims: Claims) -> None:
    application = await applications.find(runtime, request.tenant, claims.client_id)
    async with runtime.database.read(request.tenant.id) as reader:
        grant = await grants.live(reader, claims.token_id.partition(".")[0], runtime.clock.now())
        if grant is None or application is None:
            raise _unauthorized(request, "the grant, its user or its application is gone")
        if (grant.user_id, grant.application_id) != (claims.subject, claims.client_id):
            raise _unauthorized(request, "the grant is another one's")
        given = await roles.scopes_of_user(reader, claims.subject, MANAGEMENT_RESOURCE_ID)
    # What a third party's application does for a person is for that person's own things.
    if MANAGEMENT_SCOPE not in given or application.is_third_party:
        raise Forbidden(request)
