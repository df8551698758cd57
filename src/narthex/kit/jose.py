"""Keys, signatures and tokens of our own (RFC 7515, 7517, 7519). What strangers sign goes through joserfc instead.

The signer costs a few microseconds over the bare signature: the header is encoded once per key and type, and the DER of
an ECDSA signature is cut by hand. The verifier accepts exactly what the signer makes and refuses everything else.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from narthex.kit import base64url
from narthex.kit.jose_algorithms import ALGORITHMS, ES256, Algorithm, PrivateKey, PublicKey

TOKEN_LIMIT = 16 * 1024
RSA_BITS = 2048

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_ENCODE_JSON = msgspec.json.Encoder().encode
_DECODE_JSON = msgspec.json.Decoder(dict[str, Any]).decode
_KNOWN_HEADERS_LIMIT = 64


class InvalidToken(Exception):
    """A token that is not one of ours, or is not for this use; the message is for the log."""


def generate_private_key(algorithm: str = ES256) -> PrivateKey:
    """A new key for `algorithm`; raises ValueError where it is not one of `ALGORITHMS`."""
    return _algorithm(algorithm).generate()


def private_key_pem(key: PrivateKey) -> bytes:
    """The key as PKCS #8 PEM, not encrypted: seal it before it is stored."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_private_key(pem: bytes) -> PrivateKey:
    """The key of `private_key_pem`; raises ValueError for a kind or size that no algorithm of ours takes."""
    key = serialization.load_pem_private_key(pem, password=None)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < RSA_BITS:
        raise ValueError(f"An RSA key needs at least {RSA_BITS} bits.")
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise ValueError(f"No algorithm for a key of the type {type(key).__name__}.")


def public_jwk(key: PrivateKey, algorithm: str) -> dict[str, str]:
    """The public half as a JWK for the JWKS, every member a string; `kid` is its RFC 7638 thumbprint."""
    members = _algorithm(algorithm).members(key.public_key())
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    kid = base64url.encode_text(hashlib.sha256(canonical.encode()).digest())
    return {"kty": members["kty"], "use": "sig", "kid": kid, "alg": algorithm, **members}


def _algorithm(name: str) -> Algorithm:
    try:
        return ALGORITHMS[name]
    except KeyError:
        raise ValueError(f"{name!r} is not one of {', '.join(ALGORITHMS)}.") from None


class Signer:
    """Signs claims with one key."""

    def __init__(self, private_key: PrivateKey, algorithm: str, kid: str) -> None:
        self.algorithm = algorithm
        self.kid = kid
        self._sign = _algorithm(algorithm).signing(private_key)
        self._headers: dict[str | None, bytes] = {}

    def sign(self, claims: Mapping[str, object], typ: str | None = None) -> str:
        """A JWT over `claims` (a msgspec-encodable mapping); `typ` is its header, say "at+jwt" (RFC 9068)."""
        header = self._headers.get(typ) or self._header(typ)
        signed = header + base64url.encode(_ENCODE_JSON(claims))
        return (signed + b"." + base64url.encode(self._sign(signed))).decode("ascii")

    def _header(self, typ: str | None) -> bytes:
        members = {"alg": self.algorithm, "kid": self.kid} | ({} if typ is None else {"typ": typ})
        header = base64url.encode(_ENCODE_JSON(members)) + b"."
        self._headers[typ] = header
        return header


class _Key(msgspec.Struct, frozen=True):
    algorithm: Algorithm
    key: PublicKey


class Verifier:
    """Checks that a token was made by `Signer` with one of these keys; the claims themselves are for the caller."""

    def __init__(self, jwks: Iterable[Mapping[str, str]]) -> None:
        self._keys: dict[str, _Key] = {}
        self._known_headers: dict[tuple[str, str | None], _Key] = {}
        for jwk in jwks:
            algorithm = _algorithm(jwk["alg"])
            self._keys[jwk["kid"]] = _Key(algorithm, algorithm.load(jwk))

    def verify(self, token: str, *, typ: str | None = None) -> dict[str, object]:
        """The claims; raises `InvalidToken`.

        `typ` must be the token's type exactly; without it only a token with no type, or "JWT", is taken, so that an
        access token cannot pass for an ID token (RFC 8725 3.11).
        """
        if len(token) > TOKEN_LIMIT:
            raise InvalidToken("too long")
        shape = _SHAPE.fullmatch(token)
        if shape is None:
            raise InvalidToken("not three base64url segments")
        header, payload, signature = shape.groups()
        known = self._known_headers.get((header, typ))
        key = known or self._key_for(_decode_object(header, "header"), typ)
        try:
            key.algorithm.verify(key.key, base64url.decode(signature), token[: shape.end(2)].encode("ascii"))
        except (InvalidSignature, ValueError):
            raise InvalidToken("wrong signature") from None
        # A header is remembered only once a signature covers it, so strangers cannot fill the memory.
        if known is None and len(self._known_headers) < _KNOWN_HEADERS_LIMIT:
            self._known_headers[header, typ] = key
        return _decode_object(payload, "payload")

    def _key_for(self, header: dict[str, Any], typ: str | None) -> _Key:
        # A closed list: jwk, jku, x5u, x5c, crit, b64, zip, enc and cty are all refused, known or not.
        if not header.keys() <= {"alg", "kid", "typ"}:
            raise InvalidToken("a header member that our tokens do not have")
        kid = header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken("unknown key")
        # The key decides the algorithm; the header may only agree.
        if header.get("alg") != key.algorithm.name:
            raise InvalidToken("the algorithm is not the key's")
        if not _same_type(header.get("typ"), typ):
            raise InvalidToken("a token of another type")
        return key


def _same_type(given: object, wanted: str | None) -> bool:
    if wanted is None:
        return given is None or given == "JWT"
    return isinstance(given, str) and given.lower() == wanted.lower()


def _decode_object(segment: str, what: str) -> dict[str, Any]:
    try:
        text = base64url.decode(segment)
        try:
            members = _DECODE_JSON(text)
            # What comes out again byte for byte, as our own tokens do, names nothing twice.
            if _ENCODE_JSON(members) == text:
                return members
        except msgspec.DecodeError:
            pass
        # As text: given bytes, json would also take UTF-16 and a byte order mark.
        value = json.loads(text.decode(), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidToken(f"the {what} is not JSON, or names a member twice") from None
    if not isinstance(value, dict):
        raise InvalidToken(f"the {what} is not an object")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
