"""Revocation (RFC 7009): a refresh token takes its grant with it; a token of another client is left alone (T11)."""

from narthex.access import ActorKind
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.http import NO_STORE, Response
from narthex.kit.runtime import Runtime
from narthex.oidc.client_authentication import authenticate_client
from narthex.oidc.errors import OAuthError, invalid_request
from narthex.oidc.grants.request import check_repeated
from narthex.tenants.request import Request
from narthex.tokens import access_tokens, grants, refresh_tokens


async def revoke(runtime: Runtime, request: Request) -> Response:
    """Revoke the token; an unknown one is no error (RFC 7009 2.2)."""
    form = await request.form(accept_json=True)
    client = (await authenticate_client(runtime, request, form)).application
    check_repeated(form)
    token = form.get("token")
    if not token:
        raise invalid_request("missing required parameter 'token'")
    if token.count(".") == 2:
        # A JWT is verified without us; it ends with its grant, or by its `exp`.
        raise OAuthError("unsupported_token_type", "JWT access tokens cannot be revoked; revoke the refresh token")
    actor = request.actor(ActorKind.APPLICATION, client.id)
    async with runtime.database.write(request.tenant.id) as tx:
        if await access_tokens.delete_one(tx, token, client.id):
            event = Event(audit_keys.REVOKE_TOKEN, application_id=client.id, details={"tokenType": "AccessToken"})
            await audit_log.record(tx, actor, event)
        elif held := await refresh_tokens.find(tx, token, client.id, tx.now):
            await grants.revoke(tx, actor, held.grant_id, client.id, "refresh token revoked")
    return Response(200, b"", (NO_STORE,))
