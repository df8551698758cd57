"""What is known of one server: its metadata and its keys, fetched when they are first needed and kept in memory."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from narthex_client.core.jose import KeySet, SignedToken, UnknownKey, read_keys, verify_signature
from narthex_client.core.messages import HttpRequest
from narthex_client.core.metadata import ProviderMetadata, metadata_request, read_metadata
from narthex_client.errors import DiscoveryError, NetworkError
from narthex_client.single_flight import SingleFlight
from narthex_client.transport import Port

# Shorter than any server publishes a key before it signs with it.
FRESH_SECONDS = 300
# A server that is down for a while does not sign everybody out.
STALE_SECONDS = 24 * 3600
# Tokens with made-up key names do not make us ask the server each time.
COOL_DOWN_SECONDS = 10


@dataclass(frozen=True, slots=True)
class _FetchedKeys:
    keys: KeySet
    at: float


class Provider:
    """One server, shared by all who use it in this process; `clock` gives seconds since 1970."""

    def __init__(self, issuer: str, port: Port, clock: Callable[[], float], jwks_uri: str | None = None) -> None:
        self.issuer = issuer
        self._port = port
        self._clock = clock
        self._jwks_uri = jwks_uri
        self._metadata: ProviderMetadata | None = None
        self._metadata_flights = SingleFlight[ProviderMetadata]()
        self._fetched: _FetchedKeys | None = None
        self._tried_at = self._asked_again_at = float("-inf")
        self._key_flights = SingleFlight[KeySet]()

    async def metadata(self) -> ProviderMetadata:
        """The metadata, fetched once; raises `NetworkError` or `DiscoveryError`, and then tries again next time."""
        if self._metadata is None:
            self._metadata = await self._metadata_flights.run("metadata", self._fetch_metadata, self._port.wait)
        return self._metadata

    async def _fetch_metadata(self) -> ProviderMetadata:
        return read_metadata(await self._port.send(metadata_request(self.issuer)), self.issuer)

    async def verify(self, token: str, algorithms: Collection[str]) -> SignedToken:
        """A token whose signature fits a key of this server; raises `InvalidToken`. A new key is found by itself."""
        try:
            return verify_signature(token, await self._keys(), algorithms)
        except UnknownKey:
            now = self._clock()
            if now - self._asked_again_at < COOL_DOWN_SECONDS:
                raise
            self._asked_again_at = now
            return verify_signature(token, await self._fetch(), algorithms)

    async def _keys(self) -> KeySet:
        now, fetched = self._clock(), self._fetched
        if fetched is None or now - fetched.at > STALE_SECONDS:
            return await self._fetch()
        # Of those who come when the keys have grown old, the first one asks; the others take what is there.
        if now - fetched.at < FRESH_SECONDS or now - self._tried_at < COOL_DOWN_SECONDS:
            return fetched.keys
        try:
            return await self._fetch()
        except (NetworkError, DiscoveryError):
            return fetched.keys

    async def _fetch(self) -> KeySet:
        self._tried_at = self._clock()
        return await self._key_flights.run("keys", self._fetch_keys, self._port.wait)

    async def _fetch_keys(self) -> KeySet:
        url = self._jwks_uri or (await self.metadata()).jwks_uri
        keys = read_keys(await self._port.send(HttpRequest(url)))
        self._fetched = _FetchedKeys(keys, self._clock())
        return keys
