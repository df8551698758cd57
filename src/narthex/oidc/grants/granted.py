"""What both grants of a user have in common: the tokens that a live grant gives."""

from msgspec import Struct

from narthex.applications.schemas import Application
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, invalid_target
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import Issuer, TokenSet, opaque_expiry
from narthex.oidc.scopes import KNOWN, OFFLINE_ACCESS, OPENID
from narthex.resources import service as resources
from narthex.resources.schemas import Resource
from narthex.roles import service as roles
from narthex.tokens import access_tokens
from narthex.tokens.schemas import LiveGrant


class Granted(Struct, frozen=True):
    """A live grant, the client that uses it, the resource asked for, and the scopes asked for now."""

    grant: LiveGrant
    application: Application
    resource: Resource | None
    scopes: tuple[str, ...]


class AccessTokenPart(Struct, frozen=True):
    """An access token with its scope, its life in seconds and, where it is opaque, the row to write for it."""

    token: str
    scope: str
    expires_in: int
    row: dict[str, object] | None = None


async def checked_resource(runtime: Runtime, request: TokenRequest) -> Resource | None:
    """The resource that a request names, else the default one of the tenant; raises invalid_target."""
    if request.organization_id is not None:
        raise OAuthError("insufficient_scope", "the grant has no organization scope", status=403)
    if request.resource is None:
        return await resources.find_default(runtime, request.tenant.id)
    found = await resources.find_by_indicator(runtime, request.tenant.id, request.resource)
    if found is None:
        raise invalid_target("resource indicator is missing, or unknown")
    return found


def meant_resource(request: TokenRequest, resource: Resource | None, grant: LiveGrant) -> Resource | None:
    """What `checked_resource` found, but for a default that became one after the grant was given: nobody asked for
    that."""
    is_granted = resource is not None and resource.indicator in grant.resources
    return resource if is_granted or request.resource is not None else None


async def access_token_for(reader: Reader, runtime: Runtime, signing: Issuer, granted: Granted) -> AccessTokenPart:
    """An opaque token for userinfo, or a JWT for a resource that was granted; raises invalid_target."""
    grant, resource = granted.grant, granted.resource
    if resource is None:
        scope = " ".join(scope for scope in granted.scopes if scope in KNOWN)
        made = access_tokens.new(runtime, grant.grant_id, granted.application.id, scope, signing.now)
        return AccessTokenPart(made.token, scope, opaque_expiry(), made.row)
    if resource.indicator not in grant.resources:
        raise invalid_target("the resource was not granted")
    available = await roles.scopes_of_user(reader, grant.user_id, resource.id)
    scope = " ".join(scope for scope in granted.scopes if scope in available)
    # The grant's id leads the token's own, so that introspection can tell whether the grant still holds.
    token_id = f"{grant.grant_id}.{runtime.randomness.token(16)}"
    token = signing.access_token(token_id, grant.user_id, granted.application.id, resource, scope)
    return AccessTokenPart(token, scope, resource.access_token_ttl)


async def id_token_for(reader: Reader, signing: Issuer, granted: Granted, nonce: str | None = None) -> str | None:
    """An ID token where `openid` was granted and asked for, with the claims of what was asked for now."""
    if OPENID not in granted.scopes:
        return None
    names = await roles.names_of_user(reader, granted.grant.user_id) if "roles" in granted.scopes else []
    return signing.id_token(granted.grant, granted.application, granted.scopes, names, nonce)


def refresh_token_is_due(grant: LiveGrant, application: Application) -> bool:
    """Whether a code exchange gives a refresh token (wire: logto-api.md 1.10)."""
    if "refresh_token" not in application.rules.grant_types:
        return False
    always = application.custom.always_issue_refresh_token and not application.rules.is_native
    return OFFLINE_ACCESS in grant.scopes or always


def success_event(request: TokenRequest, grant: LiveGrant, tokens: TokenSet) -> Event:
    """The audit event of tokens that were issued for a user."""
    kinds = ["AccessToken"] + ["IdToken"] * bool(tokens.id_token) + ["RefreshToken"] * bool(tokens.refresh_token)
    return request.event(
        user_id=grant.user_id,
        session_id=grant.session_id,
        scope=tokens.scope,
        tokenTypes=kinds,
        grantId=grant.grant_id,
    )
