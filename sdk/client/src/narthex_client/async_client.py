"""The asynchronous client: one for each application, made once."""

import time
from types import TracebackType

from narthex_client.core.config import ClientConfig
from narthex_client.core.metadata import ProviderMetadata
from narthex_client.engine import Clock, Engine
from narthex_client.session import AsyncSession
from narthex_client.single_flight import wait_in_loop
from narthex_client.storage import AsyncStorage, Storage
from narthex_client.transport import AsyncHttpTransport, AsyncTransport, Port


class AsyncClient:
    """Settings, connections and what is known of the server; nothing of any person.

    `clock` gives seconds since 1970. Close it at the end, or use it in `async with`.
    """

    def __init__(self, config: ClientConfig, transport: AsyncTransport | None = None, clock: Clock = time.time) -> None:
        self._transport = transport or AsyncHttpTransport()
        self._engine = Engine.of(config, Port(self._transport.send, wait_in_loop), clock)

    @property
    def config(self) -> ClientConfig:
        """Its settings."""
        return self._engine.config

    def session(self, storage: Storage | AsyncStorage) -> AsyncSession:
        """The session of the person whose storage this is."""
        return AsyncSession(self._engine, storage)

    async def metadata(self) -> ProviderMetadata:
        """What the server says of itself, fetched once; raises `NetworkError`, `DiscoveryError`."""
        return await self._engine.provider.metadata()

    async def close(self) -> None:
        """Give the connections back."""
        await self._transport.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()
