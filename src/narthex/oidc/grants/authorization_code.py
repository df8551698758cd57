"""Grant `authorization_code` (RFC 6749 4.1.3, RFC 7636 4.6)."""

import base64
import hashlib
import hmac
import re

from narthex.audit_log import service as audit_log
from narthex.kit.database import Transaction
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, ReusedToken, invalid_grant
from narthex.oidc.grants.granted import (
    Granted,
    access_token_for,
    checked_resource,
    id_token_for,
    refresh_token_is_due,
    success_event,
)
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import TokenSet, issuer
from narthex.tokens import access_tokens, codes, grants, refresh_tokens
from narthex.tokens.schemas import CodeRow, LiveGrant

VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


async def redeem(runtime: Runtime, request: TokenRequest) -> TokenSet:
    """Take the code, once; check what it is bound to; issue."""
    code = request.require("code")
    redirect_uri = request.require("redirect_uri")
    signing = await issuer(runtime, request.tenant)
    resource = await checked_resource(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        row = await codes.take(tx, code, request.application.id)
        if row is None:
            raise await _not_taken(tx, request, code)
        _check_bound(row, redirect_uri, request.code_verifier, tx.now)
        grant = await grants.live_in_session(tx, row.grant_id, tx.now)
        if grant is None:
            raise invalid_grant("the grant of the code does not hold any more")
        granted = Granted(grant, request.application, resource, grant.scopes)
        access = await access_token_for(tx, runtime, signing, granted)
        if access.row is not None:
            await tx.run(access_tokens.INSERT, **access.row)
        tokens = TokenSet(
            access.token,
            access.expires_in,
            access.scope,
            id_token=await id_token_for(tx, signing, granted, grant.nonce),
            refresh_token=await _first_refresh_token(tx, runtime, grant, request),
        )
        await audit_log.record(tx, request.actor, success_event(request, grant, tokens))
    return tokens


async def _first_refresh_token(
    tx: Transaction, runtime: Runtime, grant: LiveGrant, request: TokenRequest
) -> str | None:
    if not refresh_token_is_due(grant, request.application):
        return None
    made = refresh_tokens.new(runtime, grant.grant_id, request.application, tx.now)
    await tx.run(refresh_tokens.INSERT, **made.row)
    return made.token


async def _not_taken(tx: Transaction, request: TokenRequest, code: str) -> OAuthError:
    """Why there was no code to take; a code that comes twice takes its grant down (RFC 6749 4.1.2)."""
    grant_id = await codes.used_for(tx, code, request.application.id)
    if grant_id is None:
        return invalid_grant("unknown code")
    await grants.revoke(tx, request.actor, grant_id, request.application.id, "authorization code reused")
    return ReusedToken("the code was used before")


def _check_bound(row: CodeRow, redirect_uri: str, verifier: str | None, now: int) -> None:
    if row.expires_at <= now:
        raise invalid_grant("the code is over")
    if row.redirect_uri != redirect_uri:
        raise invalid_grant("redirect_uri differs from that of the authorization request")
    if row.code_challenge is None:
        # A verifier without a challenge is a downgraded request (RFC 9700 2.1.1).
        if verifier is not None:
            raise invalid_grant("code_verifier was sent, but no code_challenge")
        return
    if verifier is None or not VERIFIER.fullmatch(verifier):
        raise invalid_grant("code_verifier is missing or malformed")
    if not hmac.compare_digest(challenge_of(verifier), row.code_challenge):
        raise invalid_grant("code_verifier does not fit")


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
