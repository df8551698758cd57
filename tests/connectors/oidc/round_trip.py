"""A round trip of the OIDC connector, for tests: out, the person's part at a provider, and back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from narthex.connectors.contract import (
    AuthorizationContext,
    AuthorizationStart,
    CallbackContext,
    Cause,
    ConnectorFailed,
    ExternalIdentity,
    Step,
    Trace,
)
from narthex.connectors.oidc.connector import OidcConnector
from narthex.kit.http_client import HttpClient
from narthex.kit.randomness import Randomness
from tests.fixtures.upstreams import parameters_of

CALLBACK = "http://localhost:3001/callback/abc"
Visit = Callable[[str], Awaitable[str]]


@dataclass
class RoundTrip:
    """A connector with a configuration, and the time it thinks it is."""

    http: HttpClient
    raw: dict[str, object]
    now_ms: int
    connector: OidcConnector = field(default_factory=OidcConnector)
    randomness: Randomness = field(default_factory=Randomness)
    steps: list[Step] = field(default_factory=list)

    async def begin(self, *, scope: str | None = None, prompt: str | None = None) -> AuthorizationStart:
        """Go out."""
        request = AuthorizationContext(
            redirect_uri=CALLBACK, state=self.randomness.token(), randomness=self.randomness, scope=scope, prompt=prompt
        )
        return await self.connector.begin(self.http, self.connector.check_config(self.raw), request)

    async def finish(self, start: AuthorizationStart, parameters: dict[str, str]) -> ExternalIdentity:
        """Come back."""
        trace = Trace()
        self.steps = trace.steps
        callback = CallbackContext(
            parameters=parameters, redirect_uri=CALLBACK, kept=start.kept, now_ms=self.now_ms, trace=trace
        )
        return await self.connector.finish(self.http, self.connector.check_config(self.raw), callback)

    async def run(self, visit: Visit) -> ExternalIdentity:
        """All of it; `visit` does the person's part and gives the address that the browser is sent back to."""
        start = await self.begin()
        return await self.finish(start, parameters_of(await visit(start.url)))

    async def cause(self, visit: Visit) -> Cause | None:
        """The cause of the failure, None where it succeeds."""
        try:
            await self.run(visit)
        except ConnectorFailed as failed:
            return failed.cause
        return None

    async def fails(self, visit: Visit) -> ConnectorFailed:
        """How it fails."""
        with pytest.raises(ConnectorFailed) as failed:
            await self.run(visit)
        assert not self.steps[-1].ok
        assert self.steps[-1].text == failed.value.text
        return failed.value
