"""Grant `client_credentials` (RFC 6749 4.4) for a resource (RFC 8707). Wire: token-client-credentials.json."""

from narthex.audit_log import service as audit_log
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, invalid_target
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import TokenSet, issuer
from narthex.resources import service as resources
from narthex.resources.schemas import Resource
from narthex.roles import service as roles


async def grant(runtime: Runtime, request: TokenRequest) -> TokenSet:
    """Issue a JWT with the scopes that were asked for and that the application's roles give."""
    resource = await _resource(runtime, request)
    application_id = request.application.id
    available = await roles.scopes_of_application(runtime, request.tenant.id, application_id, resource.id)
    scope = " ".join(scope for scope in request.scopes or () if scope in available)
    signing = await issuer(runtime, request.tenant)
    token_id = runtime.randomness.token()
    token = signing.access_token(token_id, application_id, application_id, resource, scope)
    event = request.event(scope=scope, tokenTypes=["AccessToken"])
    row = audit_log.event_row(request.actor, event, runtime.randomness.identifier(), signing.now)
    await runtime.database.run_once(request.tenant.id, audit_log.INSERT, **row)
    return TokenSet(token, resource.access_token_ttl, scope)


async def _resource(runtime: Runtime, request: TokenRequest) -> Resource:
    if request.organization_id is not None:
        raise OAuthError("access_denied", "the application is not in the organization", status=403)
    if request.resource is None:
        default = await resources.find_default(runtime, request.tenant.id)
        if default is None:
            raise invalid_target("both `resource` and `organization_id` are not provided")
        return default
    if ":" not in request.resource:
        raise invalid_target("resource indicator must be an absolute URI")
    found = await resources.find_by_indicator(runtime, request.tenant.id, request.resource)
    if found is None:
        raise invalid_target("resource indicator is missing, or unknown")
    return found
