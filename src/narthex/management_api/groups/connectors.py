"""`/api/connectors`: configured connectors, which the rest of the server calls connections."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from narthex.connections import service as connections
from narthex.connections.schemas import (
    Connection,
    ConnectionChange,
    ConnectionMetadata,
    ConnectorResponse,
    NewConnection,
)
from narthex.connections.wire import connector_response
from narthex.identities import connections as identities_connections
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.management_api.operation import Call, Group, NoQuery


class ConnectorsQuery(Struct, frozen=True):
    """The connector of one target."""

    target: str | None = None


class ConnectorMetadataBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a connector is called, by language or at once, its logos, and its target."""

    target: str | None = None
    name: dict[str, str] | str = {}
    logo: str | None = None
    logo_dark: str | None = None


class ConnectorBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new connector of a kind that `/api/connector-factories` lists."""

    connector_id: str
    config: dict[str, Any] = {}
    metadata: ConnectorMetadataBody = ConnectorMetadataBody()
    sync_profile: bool = False
    enable_token_storage: bool = False
    id: str | None = None


class ConnectorPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of a connector. A secret that `config` leaves out stays."""

    config: dict[str, Any] | UnsetType = UNSET
    metadata: ConnectorMetadataBody | UnsetType = UNSET
    sync_profile: bool | UnsetType = UNSET
    enable_token_storage: bool = False


async def list_connectors(call: Call[ConnectorsQuery, None]) -> list[ConnectorResponse]:
    """The connectors of the tenant, the oldest first; those whose code is not installed are left out."""
    target = call.query.target
    found = await connections.listed(call.runtime, call.tenant.id)
    shown = (_shown(call, one) for one in found if target in {None, one.target})
    return [one for one in shown if one is not None]


async def create_connector(call: Call[NoQuery, ConnectorBody]) -> ConnectorResponse:
    """Configure a connector."""
    body = call.body
    _refuse_token_storage(body.enable_token_storage)
    metadata = _metadata(body.metadata)
    new = NewConnection(body.connector_id, body.config, body.metadata.target, metadata, body.sync_profile, body.id)
    async with call.runtime.database.write(call.tenant.id) as tx:
        made = await connections.create(tx, call.actor, call.runtime, new)
    return _answer(call, made)


async def get_connector(call: Call[NoQuery, None]) -> ConnectorResponse:
    """One connector."""
    return _answer(call, await connections.get(call.runtime, call.tenant.id, call.path["id"]))


async def update_connector(call: Call[NoQuery, ConnectorPatch]) -> ConnectorResponse:
    """Change a connector; its target only while nobody signs in by it."""
    body = call.body
    _refuse_token_storage(body.enable_token_storage)
    given = body.metadata
    change = ConnectionChange(
        config=body.config,
        metadata=UNSET if given is UNSET else _metadata(given),
        sync_profile=body.sync_profile,
        target=UNSET if given is UNSET or given.target is None else given.target,
    )
    async with call.runtime.database.write(call.tenant.id) as tx:
        changed = await identities_connections.update(tx, call.actor, call.runtime, call.path["id"], change)
    return _answer(call, changed)


async def delete_connector(call: Call[NoQuery, None]) -> None:
    """Delete a connector and take it off the sign-in page; the identities of people stay."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await identities_connections.delete(tx, call.actor, call.runtime, call.path["id"])


def _refuse_token_storage(wanted: bool) -> None:
    if wanted:
        raise InvalidInput("enableTokenStorage", "tokens of providers are not kept here.")


def _metadata(body: ConnectorMetadataBody) -> ConnectionMetadata:
    name = {"en": body.name} if isinstance(body.name, str) else body.name
    return ConnectionMetadata(name, body.logo, body.logo_dark)


def _shown(call: Call[Any, Any], connection: Connection) -> ConnectorResponse | None:
    return connector_response(call.runtime, call.tenant.id, connection)


def _answer(call: Call[Any, Any], connection: Connection) -> ConnectorResponse:
    shown = _shown(call, connection)
    if shown is None:
        raise EntityNotFound("connector", connection.id)
    return shown


_GROUP = Group("Connectors")
_ALL, _ONE = "/api/connectors", "/api/connectors/{id}"

OPERATIONS = (
    _GROUP.get(_ALL, "List connectors", list_connectors, list[ConnectorResponse], query=ConnectorsQuery),
    _GROUP.operation(
        "POST", _ALL, "Create a connector", create_connector, body=ConnectorBody, answer=ConnectorResponse
    ),
    _GROUP.get(_ONE, "Get a connector", get_connector, ConnectorResponse),
    _GROUP.operation(
        "PATCH", _ONE, "Change a connector", update_connector, body=ConnectorPatch, answer=ConnectorResponse
    ),
    _GROUP.operation("DELETE", _ONE, "Delete a connector", delete_connector, status=204),
)
