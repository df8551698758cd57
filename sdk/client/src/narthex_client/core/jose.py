"""Signatures of a server (RFC 7515, 7517): which key, which algorithm, whether it fits. The claims are for the caller.

A key set is made once for each time that keys were fetched; it holds no state beside them.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from narthex_client.core.messages import HttpResponse
from narthex_client.errors import DiscoveryError, InvalidToken

if TYPE_CHECKING:
    from joserfc.jwk import Key

LONGEST_TOKEN = 64 * 1024
_KEY_TYPES = {"RSA", "EC", "OKP"}


class UnknownKey(InvalidToken):
    """The token names a key that is not among those that were fetched; newer ones may have it."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose signature fits: its header and its claims, which nobody has looked at yet."""

    header: Mapping[str, object]
    claims: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KeySet:
    """The public keys of a server, each with the `kid` and `alg` it was published with."""

    keys: tuple[tuple[str | None, str | None, "Key"], ...]

    @classmethod
    def of(cls, jwks: Iterable[object]) -> "KeySet":
        """Take the signing keys that can be read; a kind that this package does not know is left out."""
        return cls(tuple(key for jwk in jwks if (key := _import_key(jwk)) is not None))

    def candidates(self, kid: object) -> list["Key"]:
        """The keys that may have signed; raises `UnknownKey`."""
        # A token without `kid` is judged by the one key there is for it, never by trial of several.
        found = [key for known, _, key in self.keys if known == kid or kid is None]
        if not found:
            raise UnknownKey("The token is signed with a key that the server does not publish.")
        return found

    def algorithm_of(self, key: "Key") -> str | None:
        """The algorithm that a key was published for."""
        return next((algorithm for _, algorithm, known in self.keys if known is key), None)


def read_keys(answer: HttpResponse) -> KeySet:
    """The keys of a JWKS document; raises `DiscoveryError`."""
    found = answer.json_object() if answer.status == 200 else None
    listed = found.get("keys") if found is not None else None
    if not isinstance(listed, list):
        raise DiscoveryError(f"The keys of the server could not be read; the status is {answer.status}.")
    return KeySet.of(listed)


def verify_signature(token: str, keys: KeySet, algorithms: Collection[str]) -> SignedToken:
    """What a token says, once its signature fits; raises `InvalidToken`, and `UnknownKey` where new keys may help."""
    from joserfc import jws
    from joserfc.errors import JoseError

    header = read_header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise InvalidToken(f"The token is signed with {algorithm!r}, which is not allowed here.")
    if "crit" in header:
        raise InvalidToken("The token demands an extension that is not known here.")
    key = _the_key(keys, header, algorithm)
    # Unknown members of a header are allowed (RFC 7515 4); those that matter are checked here.
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        signed = jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError, TypeError) as problem:
        raise InvalidToken("The signature of the token is wrong.") from problem
    return SignedToken(header, _object(signed.payload))


def _the_key(keys: KeySet, header: Mapping[str, object], algorithm: str) -> "Key":
    fitting = [key for key in keys.candidates(header.get("kid")) if keys.algorithm_of(key) in {None, algorithm}]
    fitting = [key for key in fitting if key.key_type == _key_type(algorithm)]
    if len(fitting) != 1:
        raise InvalidToken("No one key of the server fits the token.")
    return fitting[0]


def _key_type(algorithm: str) -> str:
    return {"ES": "EC", "RS": "RSA", "PS": "RSA", "Ed": "OKP"}[algorithm[:2]]


def read_header(token: str) -> dict[str, object]:
    """The header of a token, not verified; raises `InvalidToken`."""
    return _object(_segments(token)[0])


def read_claims(token: str) -> dict[str, object]:
    """The claims of a token, **not** verified; raises `InvalidToken`."""
    return _object(_segments(token)[1])


def _segments(token: str) -> tuple[bytes, bytes]:
    from joserfc.util import urlsafe_b64decode

    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN:
        raise InvalidToken("The token is not a signed JWT; an opaque token has nothing to read.")
    try:
        header, claims, _ = (urlsafe_b64decode(part.encode("ascii")) for part in parts)
    except (ValueError, TypeError) as problem:
        raise InvalidToken("The token is not a signed JWT.") from problem
    return header, claims


def _object(content: bytes) -> dict[str, object]:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise InvalidToken("The token holds no JSON.") from problem
    if not isinstance(found, dict):
        raise InvalidToken("The token holds no JSON object.")
    return found


def _import_key(jwk: object) -> tuple[str | None, str | None, "Key"] | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    if not isinstance(jwk, dict) or jwk.get("kty") not in _KEY_TYPES or jwk.get("use", "sig") != "sig":
        return None
    # The private half has no place here, and of a certificate nothing is taken.
    members = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if isinstance(jwk.get(name), str)}
    try:
        key = import_key(members)
    except (JoseError, ValueError, TypeError):
        return None
    kid, algorithm = jwk.get("kid"), jwk.get("alg")
    return kid if isinstance(kid, str) else None, algorithm if isinstance(algorithm, str) else None, key
