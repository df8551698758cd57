"""The keys of providers, fetched when they are needed and kept for a while, for each server apart.

Keys belong to the client that fetched them, so that two servers in one process share nothing.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from narthex.connectors.asking import ask, read_object
from narthex.connectors.contract import ConnectorFailed
from narthex.kit import base64url
from narthex.kit.http_client import HttpClient

LIFE_MS = 10 * 60 * 1000
# A key that is not there is asked for again, but not more often: a provider must not make us fetch at its pace.
COOL_DOWN_MS = 5 * 1000
KEPT = 64
KEYS = 100

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_MEMBERS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}
_SHORTEST_MODULUS = 2048 // 8

Jwk = Mapping[str, Any]


class _KeySet:
    """The keys at one address."""

    def __init__(self, url: str) -> None:
        self.keys: tuple[Jwk, ...] = ()
        self._url = url
        self._fetched_ms: int | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def refresh(self, http: HttpClient, now_ms: int, life_ms: int) -> bool:
        """Fetch the keys if they are older than this; whether that was done. Raises `ConnectorFailed`."""
        if self._fetched_ms is not None and 0 <= now_ms - self._fetched_ms < life_ms:
            return False
        # Whoever comes while somebody fetches shares the outcome, a failure too: nobody waits in a row for a slow one.
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(http, now_ms))
            self._fetching.add_done_callback(self._fetched)
        await asyncio.shield(self._fetching)
        return True

    async def _fetch(self, http: HttpClient, now_ms: int) -> None:
        answer = await ask(http, "The provider's key set", self._url)
        try:
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            listed = read_object(answer.body)["keys"]
            if not isinstance(listed, list) or len(listed) > KEYS:
                raise ValueError("no list of keys, or a very long one")
        except (ValueError, KeyError) as error:
            text = "The provider's key set cannot be read: is the JWKS URI right?"
            raise ConnectorFailed("garbage", text, str(error)) from error
        self.keys = tuple(key for key in listed if isinstance(key, dict))
        self._fetched_ms = now_ms

    def _fetched(self, task: "asyncio.Task[None]") -> None:
        self._fetching = None
        # Read even where everybody who waited has gone, so that nothing is reported as forgotten.
        if not task.cancelled():
            task.exception()


class KeySets:
    """The key sets of every provider, by the client that asks and the address."""

    def __init__(self) -> None:
        self._by_client: WeakKeyDictionary[HttpClient, dict[str, _KeySet]] = WeakKeyDictionary()

    async def key_for(self, http: HttpClient, url: str, header: Jwk, now_ms: int) -> Jwk:
        """The one key that a token with this header was signed with, reduced to its public members. Raises
        `ConnectorFailed` with `key_unknown`, or for what went wrong while fetching."""
        key_set = self._key_set(http, url)
        fetched = await key_set.refresh(http, now_ms, LIFE_MS)
        found = _fitting(key_set.keys, header)
        if not found and not fetched and await key_set.refresh(http, now_ms, COOL_DOWN_MS):
            found = _fitting(key_set.keys, header)
        if len(found) != 1:
            raise _unknown(header, len(found))
        return found[0]

    def _key_set(self, http: HttpClient, url: str) -> _KeySet:
        sets = self._by_client.setdefault(http, {})
        if url not in sets and len(sets) >= KEPT:
            del sets[next(iter(sets))]
        return sets.setdefault(url, _KeySet(url))


def _fitting(keys: tuple[Jwk, ...], header: Jwk) -> list[Jwk]:
    """The keys that may have signed a token with this header: all that fit its algorithm where it names none."""
    algorithm, kid = header["alg"], header.get("kid")
    return [
        {member: key[member] for member in _MEMBERS[key["kty"]]}
        for key in keys
        if _fits(key, algorithm) and (kid is None or key.get("kid") == kid)
    ]


def _fits(key: Jwk, algorithm: str) -> bool:
    kind = {"R": "RSA", "P": "RSA"}.get(algorithm[0]) or ("EC" if algorithm in _CURVES else "OKP")
    if key.get("kty") != kind or not all(isinstance(key.get(member), str) for member in _MEMBERS[kind]):
        return False
    if kind == "RSA" and _size(key["n"]) < _SHORTEST_MODULUS:
        return False
    if kind != "RSA" and key["crv"] != _CURVES.get(algorithm, "Ed25519"):
        return False
    operations = key.get("key_ops")
    return (
        key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and key.get("alg", algorithm) in _names(algorithm)
    )


def _size(number: str) -> int:
    try:
        return len(base64url.decode(number).lstrip(b"\0"))
    except ValueError:
        return 0


def _names(algorithm: str) -> tuple[str, ...]:
    # One algorithm with an old and a new name (RFC 9864).
    return ("EdDSA", "Ed25519") if algorithm in ("EdDSA", "Ed25519") else (algorithm,)


def _unknown(header: Jwk, found: int) -> ConnectorFailed:
    if header.get("kid") is None and found:
        text = f"The ID token names no key, and {found} of the provider's keys fit it."
    elif found:
        text = f"The ID token names a key that the provider's key set has {found} times."
    else:
        text = "The ID token is signed with a key that is not in the provider's key set: is the JWKS URI right?"
    return ConnectorFailed("key_unknown", text, f"kid {str(header.get('kid'))[:64]!r}, alg {header['alg']!r}")
