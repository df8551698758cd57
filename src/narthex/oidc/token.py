"""The token endpoint (RFC 6749 3.2): parse, authenticate the client, check the grant, issue; failures are audited."""

from narthex.access import ActorKind
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.oidc.client_authentication import AuthenticatedClient, authenticate_client
from narthex.oidc.errors import OAuthError, invalid_request
from narthex.oidc.grants import GRANTS, GrantHandler
from narthex.oidc.grants.request import parse, shown_parameters
from narthex.oidc.issuing import token_response
from narthex.tenants.request import Request


async def token(runtime: Runtime, request: Request) -> Response:
    """Exchange a grant for tokens."""
    form = await request.form(accept_json=True)
    client = None
    try:
        client = await authenticate_client(runtime, request, form)
        handler, grant_type = _grant(form, client)
        token_request = parse(request, form, client, grant_type)
        return token_response(await handler(runtime, token_request))
    except Refusal as refusal:
        await _record_failure(runtime, request, form, refusal, client)
        raise


def _grant(form: Form, client: AuthenticatedClient) -> tuple[GrantHandler, str]:
    grant_type = form.get("grant_type")
    if not grant_type:
        raise invalid_request("missing required parameter 'grant_type'")
    handler = GRANTS.get(grant_type)
    if handler is None:
        raise OAuthError("unsupported_grant_type", "unsupported grant_type requested")
    if grant_type not in client.application.rules.grant_types:
        raise invalid_request("requested grant type is not allowed for this client")
    return handler, grant_type


async def _record_failure(
    runtime: Runtime, request: Request, form: Form, refusal: Refusal, client: AuthenticatedClient | None
) -> None:
    if refusal.status >= 500:
        return  # nothing was refused to anybody, and there may be no database to write it into
    key = audit_keys.EXCHANGE_BY.get(form.get("grant_type") or "", audit_keys.EXCHANGE_UNKNOWN)
    client_id = client.application.id if client else form.get("client_id")
    event = Event(
        key,
        result="Error",
        application_id=client_id[:21] if client_id else None,
        error=refusal.code,
        params=shown_parameters(form),
        details={"reason": refusal.detail or refusal.text},
    )
    row = audit_log.event_row(
        request.actor(ActorKind.APPLICATION, client_id), event, runtime.randomness.identifier(), runtime.clock.now()
    )
    await runtime.database.run_once(request.tenant.id, audit_log.INSERT, **row)
