"""Whether an ID token is from this server, for this client and this sign-in, and of now (OIDC Core 3.1.3.7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from narthex_client.core.claims import IdClaims, audience, id_claims, seconds
from narthex_client.errors import IdTokenError


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say. `nonce` is that of the sign-in; `subject` is who is signed in already (12.2)."""

    issuer: str
    client_id: str
    nonce: str | None = None
    subject: str | None = None


def check_id_token(claims: Mapping[str, object], expected: Expected, now: float, leeway: int) -> IdClaims:
    """The claims of a token whose signature fits; raises `IdTokenError`."""
    found = id_claims(claims)
    if found.iss != expected.issuer:
        raise IdTokenError(f"The ID token is from {found.iss!r}, not from {expected.issuer!r}.")
    _check_audience(claims, expected.client_id)
    if expected.nonce is not None and claims.get("nonce") != expected.nonce:
        raise IdTokenError("The ID token is not for this sign-in: its nonce is another.")
    if expected.subject is not None and found.sub != expected.subject:
        raise IdTokenError("The ID token is about another person than the one who is signed in.")
    _check_times(claims, found, now, leeway)
    return found


def _check_audience(claims: Mapping[str, object], client_id: str) -> None:
    given, authorized = audience(claims), claims.get("azp")
    if client_id not in given:
        raise IdTokenError("The ID token is for another application.")
    if authorized is not None and authorized != client_id:
        raise IdTokenError("The ID token was issued to another application.")


def _check_times(claims: Mapping[str, object], found: IdClaims, now: float, leeway: int) -> None:
    if found.exp + leeway <= now:
        raise IdTokenError("The ID token has expired.")
    if found.iat - leeway > now:
        raise IdTokenError("The ID token is from the future. Are the clocks of both machines right?")
    not_before = seconds(claims, "nbf")
    if not_before is not None and not_before - leeway > now:
        raise IdTokenError("The ID token is not valid yet.")
