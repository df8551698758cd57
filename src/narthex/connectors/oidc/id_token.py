"""Judging an ID token: its header before a key is looked for, its signature, and then its claims
(OpenID Connect Core 3.1.3.7; RFC 8725)."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from narthex.connectors.asking import read_object
from narthex.connectors.contract import ConnectorFailed, Trace
from narthex.connectors.oidc.claims import ExpectedClaims, check_claims
from narthex.connectors.oidc.config import OidcConfig
from narthex.connectors.oidc.key_sets import KeySets
from narthex.kit import base64url
from narthex.kit.http_client import HttpClient

LONGEST = 128 * 1024

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
# Members with a meaning of their own (RFC 7515 4.1, RFC 7797), which no token may call critical.
_REGISTERED = frozenset({"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "b64"})


class _Parts(msgspec.Struct, frozen=True):
    signed: bytes
    header: dict[str, Any]
    payload: str
    signature: bytes


async def judge(
    http: HttpClient, key_sets: KeySets, config: OidcConfig, token: str, expected: ExpectedClaims, trace: Trace
) -> dict[str, Any]:
    """The claims of a token that is the provider's, for us, for this attempt, and valid now. Raises
    `ConnectorFailed`; the outcome of each step is in the trace."""
    parts = _part(token, trace)
    try:
        _check_header(parts.header, config)
    except ConnectorFailed as failed:
        trace.failed("signature", failed.text)
        raise
    try:
        key = await key_sets.key_for(http, config.verification.jwks_uri, parts.header, expected.now_ms)
    except ConnectorFailed as failed:
        trace.failed("keys", failed.text)
        raise
    trace.succeeded("keys", "The provider's key set has the key of the ID token.")
    claims = _verified_claims(parts, key, trace)
    try:
        check_claims(claims, config, expected)
    except ConnectorFailed as failed:
        trace.failed("claims", failed.text)
        raise
    trace.succeeded("claims", "Issuer, audience, nonce and times are right.")
    return claims


def _part(token: str, trace: Trace) -> _Parts:
    shape = _SHAPE.fullmatch(token) if len(token) <= LONGEST else None
    try:
        if shape is None:
            raise ValueError("not three parts")
        header, payload, signature = shape.groups()
        read = read_object(base64url.decode(header))
        return _Parts(token[: shape.end(2)].encode(), read, payload, base64url.decode(signature))
    except ValueError as error:
        raise _unreadable(str(error), trace) from error


def _check_header(header: Mapping[str, Any], config: OidcConfig) -> None:
    verification = config.verification
    algorithm, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
    if algorithm not in verification.algorithms:
        allowed = ", ".join(verification.algorithms)
        detail = f"alg {str(algorithm)[:32]!r}"
        raise ConnectorFailed("algorithm", f"The ID token is signed by another algorithm than {allowed}.", detail)
    if kid is not None and not isinstance(kid, str):
        raise ConnectorFailed("garbage", "The ID token names its key by something that is no text.")
    _check_critical(header, verification.crit)
    if verification.typ is not None and (not isinstance(typ, str) or _media(typ) != _media(verification.typ)):
        text = f"The type of the ID token is not {verification.typ!r}."
        raise ConnectorFailed("typ", text, f"typ {str(typ)[:64]!r}")


def _check_critical(header: Mapping[str, Any], understood: tuple[str, ...]) -> None:
    if header.get("b64", True) is not True:
        raise ConnectorFailed("crit", "The ID token is not encoded as one has to be.")
    if "crit" not in header:
        return
    names = header["crit"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name in header for name in names):
        raise ConnectorFailed("crit", "The ID token calls headers critical that it does not have.")
    for name in names:
        if name in _REGISTERED or name not in understood:
            text = "The ID token has a critical header that is not among those configured as understood."
            raise ConnectorFailed("crit", text, f"header {name[:64]!r}")


def _media(typ: str) -> str:
    return typ.lower().removeprefix("application/")


def _verified_claims(parts: _Parts, key: Mapping[str, Any], trace: Trace) -> dict[str, Any]:
    if not _is_signed(parts, key):
        failed = ConnectorFailed("signature", "The signature of the ID token is not by the provider's key.")
        trace.failed("signature", failed.text)
        raise failed
    trace.succeeded("signature", f"The provider signed the ID token ({parts.header['alg']}).")
    try:
        return read_object(base64url.decode(parts.payload))
    except ValueError as error:
        raise _unreadable(str(error), trace) from error


def _is_signed(parts: _Parts, key: Mapping[str, Any]) -> bool:
    # The algorithms themselves, chosen by us: nothing of the library's own reading of headers is needed.
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry
    from joserfc.jws import JWSRegistry

    algorithm = JWSRegistry.algorithms[parts.header["alg"]]
    try:
        imported = JWKRegistry.import_key(dict(key))
        algorithm.check_key(imported)
        return algorithm.verify(parts.signed, parts.signature, imported)
    except (JoseError, ValueError):
        return False


def _unreadable(why: str, trace: Trace) -> ConnectorFailed:
    failed = ConnectorFailed(
        "garbage", "The ID token is not one that can be read (it must be signed, not encrypted).", why
    )
    trace.failed("signature", failed.text)
    return failed
