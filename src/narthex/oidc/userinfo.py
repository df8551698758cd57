"""Userinfo (OpenID Connect Core 5.3), by GET and POST, for opaque access tokens that carry `openid`."""

from narthex.identities import service as identities
from narthex.identities.schemas import wire
from narthex.kit.http import NO_STORE, Response, json_response
from narthex.kit.runtime import Runtime
from narthex.oidc.claims import userinfo_claims
from narthex.oidc.errors import BEARER_CHALLENGE, OAuthError, invalid_request
from narthex.oidc.scopes import OPENID
from narthex.roles import service as roles
from narthex.tenants.request import Request
from narthex.tokens import access_tokens


async def userinfo(runtime: Runtime, request: Request) -> Response:
    """The claims that the token's scopes give."""
    token = await bearer_token(request)
    async with runtime.database.read(request.tenant.id) as reader:
        grant = await access_tokens.live(reader, token, runtime.clock.now())
        if grant is None:
            raise OAuthError("invalid_token", "invalid token provided", status=401, challenge=BEARER_CHALLENGE)
        scopes = grant.token_scope.split()
        if OPENID not in scopes:
            text = "access token missing openid scope"
            raise OAuthError("insufficient_scope", text, status=403, challenge=BEARER_CHALLENGE)
        names = await roles.names_of_user(reader, grant.user_id) if "roles" in scopes else []
        found = await identities.of_user(reader, grant.user_id) if "identities" in scopes else []
    return json_response(userinfo_claims(grant.user, scopes, names, wire(found)), 200, (NO_STORE,))


async def bearer_token(request: Request) -> str:
    """The access token of a request (RFC 6750 2): by header or, on POST, by form; never by query."""
    header = request.header(b"authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise invalid_request("invalid authorization header value format")
        return token.strip()
    if request.method == "POST" and request.header(b"content-type"):
        form = await request.form()
        if sent := form.get("access_token"):
            return sent
    raise OAuthError("invalid_token", "no access token provided", status=401, challenge=f"{BEARER_CHALLENGE} realm")
