"""Grant `refresh_token` (RFC 6749 6; rotation and reuse: RFC 9700 4.14.2, wire: logto-api.md 1.10)."""

from narthex.audit_log import service as audit_log
from narthex.kit.database import Transaction
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, ReusedToken, invalid_grant
from narthex.oidc.grants.granted import Granted, access_token_for, checked_resource, id_token_for, success_event
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import TokenSet, issuer
from narthex.tokens import grants, refresh_tokens
from narthex.tokens.schemas import REUSE_GRACE, LiveGrant, RefreshRow


async def refresh(runtime: Runtime, request: TokenRequest) -> TokenSet:
    """Check the token and its grant, replace the token if that is due, issue."""
    token = request.require("refresh_token")
    signing = await issuer(runtime, request.tenant)
    resource = await checked_resource(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        row = await _live_row(tx, request, token)
        grant = await grants.live(tx, row.grant_id, tx.now)
        if grant is None:
            raise invalid_grant("the grant of the refresh token does not hold any more")
        granted = Granted(grant, request.application, resource, _narrowed(grant, request.scopes))
        kept = await _kept_or_rotated(tx, runtime, request, token, row)
        access = await access_token_for(tx, runtime, signing, granted)
        tokens = TokenSet(
            access.token,
            access.expires_in,
            access.scope,
            id_token=await id_token_for(tx, signing, granted),
            refresh_token=kept,
        )
        await audit_log.record(tx, request.actor, success_event(request, grant, tokens))
    return tokens


async def _live_row(tx: Transaction, request: TokenRequest, token: str) -> RefreshRow:
    row = await refresh_tokens.find(tx, token, request.application.id)
    if row is None:
        raise invalid_grant("unknown refresh token")
    if row.consumed_at is not None:
        raise await _reused(tx, request, row)
    if row.expires_at <= tx.now:
        raise invalid_grant("the refresh token is over")
    return row


async def _reused(tx: Transaction, request: TokenRequest, row: RefreshRow) -> OAuthError:
    """A client that refreshed twice at once is only told no; later, somebody else has the token, and the grant ends."""
    if row.consumed_at is not None and tx.now - row.consumed_at <= REUSE_GRACE:
        return invalid_grant("the refresh token was used by a request at the same time")
    await grants.revoke(tx, request.actor, row.grant_id, request.application.id, "refresh token reused")
    return ReusedToken("the refresh token was used before")


async def _kept_or_rotated(
    tx: Transaction, runtime: Runtime, request: TokenRequest, token: str, row: RefreshRow
) -> str:
    if not refresh_tokens.is_due_for_rotation(row, request.application, tx.now):
        return token
    if not await refresh_tokens.take(tx, token):
        raise invalid_grant("the refresh token was used by a request at the same time")
    return await refresh_tokens.issue(tx, runtime, row.grant_id, request.application, row)


def _narrowed(grant: LiveGrant, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    if asked is None:
        return grant.scopes
    if not set(asked) <= set(grant.scopes):
        raise OAuthError("invalid_scope", "refresh token missing requested scope")
    return asked
