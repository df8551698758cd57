"""Introspection (RFC 7662) of opaque, refresh and JWT access tokens, for the client that they were issued to (T11)."""

from narthex.kit.http import NO_STORE, Response, json_response
from narthex.kit.jose import InvalidToken
from narthex.kit.runtime import Runtime
from narthex.oidc.client_authentication import authenticate_client
from narthex.oidc.errors import OAuthError, invalid_request
from narthex.oidc.grants.request import check_repeated
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request
from narthex.tokens import access_tokens, grants, refresh_tokens

INACTIVE: dict[str, object] = {"active": False}


async def introspect(runtime: Runtime, request: Request) -> Response:
    """What a token is, if it holds and is the client's own; otherwise only that it is not active."""
    form = await request.form(accept_json=True)
    client = (await authenticate_client(runtime, request, form)).application
    if not client.rules.is_confidential:
        raise OAuthError("invalid_client", "client authentication failed", status=401)
    check_repeated(form)
    token = form.get("token")
    if not token:
        raise invalid_request("missing required parameter 'token'")
    found = await _opaque(runtime, request, token, client.id)
    if found is None:
        found = await (_jwt if token.count(".") == 2 else _refresh)(runtime, request, token, client.id)
    return json_response(found or INACTIVE, 200, (NO_STORE,))


async def _opaque(runtime: Runtime, request: Request, token: str, client_id: str) -> dict[str, object] | None:
    async with runtime.database.read(request.tenant.id) as reader:
        grant = await access_tokens.live(reader, token, runtime.clock.now())
    if grant is None or grant.token_application_id != client_id:
        return None
    return {
        "active": True,
        "sub": grant.user_id,
        "client_id": client_id,
        "exp": grant.token_expires_at // 1000,
        "iat": grant.token_created_at // 1000,
        "iss": request.tenant.issuer,
        "scope": grant.token_scope,
        "token_type": "Bearer",
    }


async def _refresh(runtime: Runtime, request: Request, token: str, client_id: str) -> dict[str, object] | None:
    now = runtime.clock.now()
    async with runtime.database.read(request.tenant.id) as reader:
        held = await refresh_tokens.find(reader, token, client_id, now)
    if held is None or held.token_consumed_at is not None or held.token_expires_at <= now or not held.grant_holds:
        return None
    return {
        "active": True,
        "sub": held.user_id,
        "client_id": client_id,
        "exp": held.token_expires_at // 1000,
        "iat": held.token_created_at // 1000,
        "iss": request.tenant.issuer,
        "scope": " ".join(held.scopes),
    }


async def _jwt(runtime: Runtime, request: Request, token: str, client_id: str) -> dict[str, object] | None:
    ring = await signing_keys.key_ring(runtime, request.tenant.id)
    try:
        claims = ring.verifier.verify(token, typ="at+jwt")
    except InvalidToken:
        return None
    now = runtime.clock.now()
    expires_at = claims.get("exp")
    if claims.get("client_id") != client_id or not isinstance(expires_at, int) or expires_at * 1000 <= now:
        return None
    grant_id, dot, _ = str(claims.get("jti")).partition(".")
    if dot:
        async with runtime.database.read(request.tenant.id) as reader:
            if await grants.live(reader, grant_id, now) is None:
                return None
    return {"active": True, "token_type": "Bearer", **claims}
