"""Grant `authorization_code` (RFC 6749 4.1.3, RFC 7636 4.6)."""

import hmac
import re
from typing import NoReturn

from narthex.audit_log import service as audit_log
from narthex.kit.database import Reader
from narthex.kit.digests import digest
from narthex.kit.pkce import challenge_of
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import ReusedToken, invalid_grant
from narthex.oidc.grants.granted import (
    Granted,
    access_token_for,
    checked_resource,
    id_token_for,
    meant_resource,
    refresh_token_is_due,
    success_event,
)
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import Issuer, TokenSet, issuer
from narthex.tokens import codes, exchange, grants, refresh_tokens
from narthex.tokens.exchange import Exchange
from narthex.tokens.schemas import HeldCode

VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


async def redeem(runtime: Runtime, request: TokenRequest) -> TokenSet:
    """Check what the code is bound to, make what it gives, and write that with taking the code, once."""
    code = request.require("code")
    redirect_uri = request.require("redirect_uri")
    signing = await issuer(runtime, request.tenant)
    resource = await checked_resource(runtime, request)
    async with runtime.database.read(request.tenant.id) as reader:
        held = await codes.find(reader, code, request.application.id, signing.now)
        if held is None:
            raise invalid_grant("unknown code")
    if held.code_consumed_at is not None:
        await _revoke_reused(runtime, request, held)
    _check_bound(held, redirect_uri, request.code_verifier, signing.now)
    granted = Granted(held, request.application, meant_resource(request, resource, held), held.scopes)
    async with runtime.database.read(request.tenant.id) as reader:
        tokens, written = await _made(reader, runtime, request, signing, granted, held)
    if not await exchange.write(runtime, request.tenant.id, written):
        await _revoke_reused(runtime, request, held)
    return tokens


async def _made(
    reader: Reader, runtime: Runtime, request: TokenRequest, signing: Issuer, granted: Granted, held: HeldCode
) -> tuple[TokenSet, Exchange]:
    access = await access_token_for(reader, runtime, signing, granted)
    refresh = None
    if refresh_token_is_due(held, request.application):
        refresh = refresh_tokens.new(runtime, held.grant_id, request.application, signing.now)
    tokens = TokenSet(
        access.token,
        access.expires_in,
        access.scope,
        id_token=await id_token_for(reader, signing, granted, held.nonce),
        refresh_token=refresh.token if refresh else None,
    )
    event = success_event(request, held, tokens)
    written = Exchange(
        event=audit_log.event_row(request.actor, event, runtime.randomness.identifier(), signing.now),
        at=signing.now,
        user_id=held.user_id,
        access=access.row,
        refresh=refresh.row if refresh else None,
        takes="code",
        taken_hash=digest(request.require("code")),
    )
    return tokens, written


async def _revoke_reused(runtime: Runtime, request: TokenRequest, held: HeldCode) -> NoReturn:
    """A code that comes twice takes its grant down (RFC 6749 4.1.2); the refusal keeps that."""
    async with runtime.database.write(request.tenant.id) as tx:
        await grants.revoke(tx, request.actor, held.grant_id, request.application.id, "authorization code reused")
        raise ReusedToken("the code was used before")


def _check_bound(held: HeldCode, redirect_uri: str, verifier: str | None, now: int) -> None:
    if held.code_expires_at <= now:
        raise invalid_grant("the code is over")
    if held.code_redirect_uri != redirect_uri:
        raise invalid_grant("redirect_uri differs from that of the authorization request")
    _check_verifier(held.code_challenge, verifier)
    if not held.grant_holds:
        raise invalid_grant("the grant of the code does not hold any more")


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None:
        # A verifier without a challenge is a downgraded request (RFC 9700 2.1.1).
        if verifier is not None:
            raise invalid_grant("code_verifier was sent, but no code_challenge")
        return
    if verifier is None or not VERIFIER.fullmatch(verifier):
        raise invalid_grant("code_verifier is missing or malformed")
    if not hmac.compare_digest(challenge_of(verifier), challenge):
        raise invalid_grant("code_verifier does not fit")
