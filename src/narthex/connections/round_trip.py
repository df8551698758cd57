"""To a provider and back, by the connector of a connection; for a sign-in and for an operator who tries one alike."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from narthex.connections import service
from narthex.connections.schemas import Connection
from narthex.connectors.contract import (
    AuthorizationContext,
    CallbackContext,
    ConfigInvalid,
    ConnectorFailed,
    ExternalIdentity,
    SocialConnector,
    Trace,
)
from narthex.kit.runtime import Runtime
from narthex.tenants.schemas import Tenant


class RoundTripFailed(Exception):
    """A round trip without an identity: `cause` for programs, `text` for the operator, `detail` for the log."""

    def __init__(self, cause: str, text: str, detail: str = "") -> None:
        super().__init__(f"{cause}: {text}")
        self.cause = cause
        self.text = text
        self.detail = detail


class WayOut(Struct, frozen=True):
    """Where the browser goes, the state that it comes back with, and what the connector needs then."""

    url: str
    state: str
    kept: dict[str, str]


class WayBack(Struct, frozen=True):
    """What the provider sent along, and what was kept for it."""

    parameters: Mapping[str, str]
    kept: Mapping[str, str]
    trace: Trace


async def begin(runtime: Runtime, tenant: Tenant, connection: Connection) -> WayOut:
    """The way out, as the connection is configured. Raises `RoundTripFailed`."""
    connector, config = _usable(runtime, tenant, connection)
    state = runtime.randomness.token()
    asked = AuthorizationContext(
        redirect_uri=service.redirect_uri(tenant, connection.id),
        state=state,
        randomness=runtime.randomness,
    )
    try:
        start = await connector.begin(runtime.http, config, asked)
    except ConnectorFailed as failed:
        raise RoundTripFailed(failed.cause, failed.text, failed.detail) from None
    # Whatever a connector returns, a browser only ever leaves for another page.
    if not start.url.startswith(("https://", "http://")):
        raise RoundTripFailed("config", "The authorization endpoint is no address with https:// or http://.")
    return WayOut(start.url, state, start.kept)


async def finish(runtime: Runtime, tenant: Tenant, connection: Connection, back: WayBack) -> ExternalIdentity:
    """Who came back. Raises `RoundTripFailed`; what was kept has to be taken away before, so that this happens once."""
    connector, config = _usable(runtime, tenant, connection)
    callback = CallbackContext(
        parameters=back.parameters,
        redirect_uri=service.redirect_uri(tenant, connection.id),
        kept=back.kept,
        now_ms=runtime.clock.now(),
        trace=back.trace,
    )
    try:
        return await connector.finish(runtime.http, config, callback)
    except ConnectorFailed as failed:
        raise RoundTripFailed(failed.cause, failed.text, failed.detail) from None


def _usable(runtime: Runtime, tenant: Tenant, connection: Connection) -> tuple[SocialConnector[Any], Any]:
    connector = service.connector_of(connection)
    if connector is None:
        text = f"The connector {connection.connector_id!r} is not installed on this server."
        raise RoundTripFailed("not_installed", text)
    try:
        return connector, connector.check_config(service.config_of(runtime, tenant.id, connection))
    except ConfigInvalid as invalid:
        raise RoundTripFailed("config", f"{invalid.field}: {invalid.text}") from None
