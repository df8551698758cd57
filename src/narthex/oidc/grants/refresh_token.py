"""Grant `refresh_token` (RFC 6749 6; rotation and reuse: RFC 9700 4.14.2, wire: logto-api.md 1.10)."""

from narthex.audit_log import service as audit_log
from narthex.kit.database import Reader
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, invalid_grant
from narthex.oidc.grants.granted import (
    Granted,
    access_token_for,
    checked_resource,
    id_token_for,
    meant_resource,
    success_event,
)
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import Issuer, TokenSet, issuer
from narthex.tokens import exchange, grants, refresh_tokens
from narthex.tokens.exchange import Exchange
from narthex.tokens.schemas import REUSE_GRACE, HeldRefreshToken, NewToken


async def refresh(runtime: Runtime, request: TokenRequest) -> TokenSet:
    """Check the token and its grant, make what it gives, and write all of it at once, unless somebody was faster."""
    token = request.require("refresh_token")
    signing = await issuer(runtime, request.tenant)
    resource = await checked_resource(runtime, request)
    async with runtime.database.read(request.tenant.id) as reader:
        held = await refresh_tokens.find(reader, token, request.application.id, signing.now)
    if held is None:
        raise invalid_grant("unknown refresh token")
    if held.token_consumed_at is not None:
        raise await _reused(runtime, request, held, signing.now)
    _check_holds(held, signing.now)
    meant = meant_resource(request, resource, held)
    granted = Granted(held, request.application, meant, _narrowed(held, request.scopes))
    async with runtime.database.read(request.tenant.id) as reader:
        tokens, written = await _made(reader, runtime, request, signing, granted, token, held)
    if not await exchange.write(runtime, request.tenant.id, written):
        raise invalid_grant("the refresh token was used by a request at the same time")
    return tokens


async def _made(
    reader: Reader,
    runtime: Runtime,
    request: TokenRequest,
    signing: Issuer,
    granted: Granted,
    token: str,
    held: HeldRefreshToken,
) -> tuple[TokenSet, Exchange]:
    rotated = _rotated(runtime, request, held, signing.now)
    access = await access_token_for(reader, runtime, signing, granted)
    tokens = TokenSet(
        access.token,
        access.expires_in,
        access.scope,
        id_token=await id_token_for(reader, signing, granted),
        refresh_token=rotated.token if rotated else token,
    )
    event = success_event(request, held, tokens)
    written = Exchange(
        event=audit_log.event_row(request.actor, event, runtime.randomness.identifier(), signing.now),
        at=signing.now,
        user_id=held.user_id,
        access=access.row,
        refresh=rotated.row if rotated else None,
        takes="refresh_token" if rotated else None,
        taken_hash=digest(token) if rotated else "",
    )
    return tokens, written


def _check_holds(held: HeldRefreshToken, now: int) -> None:
    if held.token_expires_at <= now:
        raise invalid_grant("the refresh token is over")
    if not held.grant_holds:
        raise invalid_grant("the grant of the refresh token does not hold any more")


def _rotated(runtime: Runtime, request: TokenRequest, held: HeldRefreshToken, now: int) -> NewToken | None:
    if not refresh_tokens.is_due_for_rotation(held, request.application, now):
        return None
    return refresh_tokens.new(runtime, held.grant_id, request.application, now, held)


async def _reused(runtime: Runtime, request: TokenRequest, held: HeldRefreshToken, now: int) -> OAuthError:
    """A client that refreshed twice at once is only told no; later, somebody else has the token, and the grant ends."""
    if now - (held.token_consumed_at or 0) <= REUSE_GRACE:
        return invalid_grant("the refresh token was used by a request at the same time")
    async with runtime.database.write(request.tenant.id) as tx:
        await grants.revoke(tx, request.actor, held.grant_id, request.application.id, "refresh token reused")
    return invalid_grant("the refresh token was used before")


def _narrowed(held: HeldRefreshToken, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    if asked is None:
        return held.scopes
    if not set(asked) <= set(held.scopes):
        raise OAuthError("invalid_scope", "refresh token missing requested scope")
    return asked
