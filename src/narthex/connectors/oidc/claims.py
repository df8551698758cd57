"""What the claims of an ID token are held to (OpenID Connect Core 3.1.3.7), once its signature is known to be right."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from narthex.connectors.contract import Cause, ConnectorFailed
from narthex.connectors.oidc.config import IdTokenVerification, OidcConfig
from narthex.kit.digests import same

SUBJECT_LENGTH = 255


class ExpectedClaims(msgspec.Struct, frozen=True):
    """What this one attempt expects: its nonce, who came back, and the time."""

    nonce: str
    now_ms: int
    callback_issuer: str | None = None


def check_claims(claims: Mapping[str, Any], config: OidcConfig, expected: ExpectedClaims) -> None:
    """Refuse claims that are not the provider's about this attempt. Raises `ConnectorFailed`."""
    verification = config.verification
    _check_issuer(claims, verification, expected)
    _check_audience(claims, config)
    _check_times(claims, config, expected.now_ms)
    _check_nonce(claims, expected)
    _check_subject(claims, verification)


def _check_issuer(claims: Mapping[str, Any], verification: IdTokenVerification, expected: ExpectedClaims) -> None:
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or issuer not in verification.issuers:
        raise _failed("issuer", f"The ID token is not by {' or '.join(verification.issuers)}.", iss=issuer)
    if expected.callback_issuer not in (None, issuer):
        raise _failed(
            "issuer", "The ID token and the answer that brought the code are not by the same issuer.", iss=issuer
        )


def _check_audience(claims: Mapping[str, Any], config: OidcConfig) -> None:
    given, azp = claims.get("aud"), claims.get("azp")
    audiences = given if isinstance(given, list) else [given]
    if config.client_id not in audiences:
        raise _failed("audience", "The ID token is for another client.", aud=given)
    strangers = [
        audience for audience in audiences if audience not in (config.client_id, *config.verification.audiences)
    ]
    if config.verification.audiences and strangers:
        raise _failed("audience", "The ID token is also for others than the configured audiences.", aud=given)
    if azp is not None and azp != config.client_id:
        raise _failed("azp", "The ID token was given to another client.", azp=azp)
    if strangers and azp is None:
        raise _failed("azp", "The ID token is for several audiences and does not say to whom it was given.", aud=given)


def _check_times(claims: Mapping[str, Any], config: OidcConfig, now_ms: int) -> None:
    verification = config.verification
    now = (verification.current_ms if verification.current_ms is not None else now_ms) / 1000
    tolerance, greatest_age = verification.clock_tolerance, verification.max_token_age
    expires, not_before, issued = (_time(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None or expires <= now - tolerance:
        raise _failed("expired", "The ID token has expired.", exp=expires, now=now)
    if not_before is not None and not_before > now + tolerance:
        raise _failed("not_yet_valid", "The ID token is not valid yet.", nbf=not_before, now=now)
    if greatest_age is not None:
        if issued is None or now - issued > greatest_age + tolerance:
            raise _failed("too_old", f"The ID token is older than {greatest_age} s.", iat=issued, now=now)
        if issued > now + tolerance:
            raise _failed("not_yet_valid", "The ID token was issued in the future.", iat=issued, now=now)
    _check_sign_in_age(claims, config, now, tolerance)


def _check_sign_in_age(claims: Mapping[str, Any], config: OidcConfig, now: float, tolerance: int) -> None:
    # Who asks for max_age must get auth_time (OpenID Connect Core 2); otherwise nothing shows that it was honoured.
    asked = {**config.auth_request, **config.custom}.get("max_age")
    if asked is None or not asked.isascii() or not asked.isdecimal():
        return
    signed_in = _time(claims, "auth_time")
    if signed_in is None or now - signed_in > int(asked) + tolerance:
        raise _failed(
            "too_old", f"The provider does not say that the person signed in within {asked} s.", auth_time=signed_in
        )


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _failed("garbage", f"{name} of the ID token is not a time.")
    return value


def _check_nonce(claims: Mapping[str, Any], expected: ExpectedClaims) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce, expected.nonce):
        missing = "has no nonce" if nonce is None else "was made for another attempt (nonce)"
        raise _failed("nonce", f"The ID token {missing}.")


def _check_subject(claims: Mapping[str, Any], verification: IdTokenVerification) -> None:
    subject = claims.get("sub")
    if (
        not isinstance(subject, str)
        or not subject.strip()
        or len(subject) > SUBJECT_LENGTH
        or not subject.isprintable()
    ):
        raise _failed("subject", "The ID token does not say who it is about (sub).")
    if verification.subject is not None and subject != verification.subject:
        raise _failed("subject", "The ID token is about somebody else than the configured subject.")


def _failed(cause: Cause, text: str, **seen: object) -> ConnectorFailed:
    return ConnectorFailed(cause, text, ", ".join(f"{name}={str(value)[:128]!r}" for name, value in seen.items()))
