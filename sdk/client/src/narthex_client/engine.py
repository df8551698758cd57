"""What all sessions of one client share."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from narthex_client.core.claims import IdClaims
from narthex_client.core.config import ClientConfig
from narthex_client.core.id_token import Expected, check_id_token
from narthex_client.errors import IdTokenError, InvalidToken
from narthex_client.provider import Provider
from narthex_client.single_flight import SingleFlight
from narthex_client.transport import Port

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh brought, for everybody who waited for it; `spent` says that the refresh token was not the
    newest one any more, and that nothing else is known."""

    key: str
    access_token: str = ""
    expires_in: int = 0
    refresh_token: str | None = None
    id_token: str | None = None
    spent: bool = False


@dataclass(frozen=True)
class Engine:
    """The settings, the server, the way to it, and the refreshes that are under way, by refresh token."""

    config: ClientConfig
    port: Port
    clock: Clock
    provider: Provider
    refreshes: SingleFlight[Refreshed] = field(default_factory=SingleFlight)

    @classmethod
    def of(cls, config: ClientConfig, port: Port, clock: Clock = time.time) -> "Engine":
        """An engine that knows nothing of its server yet."""
        return cls(config, port, clock, Provider(config.issuer, port, clock))

    async def verify_id_token(self, token: str, *, nonce: str | None = None, subject: str | None = None) -> IdClaims:
        """The claims of an ID token for this client; raises `IdTokenError`."""
        config = self.config
        try:
            signed = await self.provider.verify(token, config.algorithms)
        except InvalidToken as problem:
            raise IdTokenError(f"The ID token must not be believed. {problem}") from problem
        expected = Expected(config.issuer, config.app_id, nonce, subject)
        return check_id_token(signed.claims, expected, self.clock(), config.leeway_seconds)
