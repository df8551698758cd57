"""Rules, reads and writes of connections."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy import update as update_of

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.connections import checks
from narthex.connections.schemas import Connection, ConnectionChange, ConnectionRow, NewConnection
from narthex.connections.secrets import with_kept_secrets, without_secrets
from narthex.connections.tables import connections
from narthex.connectors.contract import SocialConnector
from narthex.connectors.registry import find_connector
from narthex.kit.cache import Versioned
from narthex.kit.database import Transaction, UniqueViolation, statement
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.kit.runtime import Runtime
from narthex.tenants.schemas import Tenant
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants

COLUMNS = (
    connections.c.id,
    connections.c.connector_id,
    connections.c.target,
    connections.c.config_sealed,
    connections.c.metadata,
    connections.c.sync_profile,
    connections.c.created_at,
)
LISTED = statement(
    select(*COLUMNS, tenants.c.config_version)
    .join_from(connections, tenants, connections.c.tenant_id == tenants.c.tenant_id)
    .order_by(connections.c.created_at, connections.c.id),
    ConnectionRow,
)
# Two who change one connection at once do so one after the other.
HELD = statement(select(*COLUMNS).where(connections.c.id == bindparam("id")).with_for_update(), Connection)
INSERT = statement(insert(connections))
UPDATE = statement(
    update_of(connections)
    .where(connections.c.id == bindparam("connection_id"))
    .values(
        target=bindparam("new_target"),
        config_sealed=bindparam("new_config_sealed"),
        metadata=bindparam("new_metadata", type_=connections.c.metadata.type),
        sync_profile=bindparam("new_sync_profile"),
    )
)
DELETE = statement(delete(connections).where(connections.c.id == bindparam("connection_id")))


async def listed(runtime: Runtime, tenant_id: str) -> tuple[Connection, ...]:
    """All connections of a tenant, the oldest first, from the cache."""
    return await runtime.cache.get(tenant_id, "connections", _load, runtime, tenant_id) or ()


async def _load(runtime: Runtime, tenant_id: str) -> Versioned[tuple[Connection, ...]] | None:
    async with runtime.database.read(tenant_id) as reader:
        rows = await reader.all(LISTED)
    if not rows:
        return None
    return rows[0].config_version, tuple(
        Connection(*(getattr(row, name) for name in Connection.__struct_fields__)) for row in rows
    )


async def get(runtime: Runtime, tenant_id: str, connection_id: str) -> Connection:
    """The connection of this id; raises `EntityNotFound`."""
    for one in await listed(runtime, tenant_id):
        if one.id == connection_id:
            return one
    raise EntityNotFound("connector", connection_id)


async def find_by_target(runtime: Runtime, tenant_id: str, target: str) -> Connection | None:
    """The connection of this target."""
    return next((one for one in await listed(runtime, tenant_id) if one.target == target), None)


def connector_of(connection: Connection) -> SocialConnector[Any] | None:
    """The code of a connection; None where it is no longer installed."""
    return find_connector(connection.connector_id)


def redirect_uri(tenant: Tenant, connection_id: str) -> str:
    """Where the provider sends the browser back to: what an operator registers there."""
    return f"{tenant.base_url}/callback/{connection_id}"


def config_of(runtime: Runtime, tenant_id: str | None, connection: Connection) -> dict[str, object]:
    """The configuration with its secrets."""
    opened = runtime.cipher.open(connection.config_sealed, _context(tenant_id, connection.id))
    return msgspec.json.decode(opened, type=dict[str, object])


def masked_config(runtime: Runtime, tenant_id: str, connection: Connection) -> dict[str, object]:
    """The configuration without its secrets."""
    connector = connector_of(connection)
    # Without its code nobody can say what of it is secret.
    if connector is None:
        return {}
    return without_secrets(config_of(runtime, tenant_id, connection), connector.metadata.secret_keys)


async def create(tx: Transaction, actor: Actor, runtime: Runtime, new: NewConnection) -> Connection:
    """Make a connection. Raises `ConnectionRefused`, `InvalidInput`."""
    actor.require(Permission.MANAGE)
    connector = checks.known_connector(new.connector_id)
    target = checks.checked_target(connector, new.target)
    checks.check_metadata(new.metadata)
    checks.check_config(connector, new.config)
    if new.id is not None:
        checks.check_id(new.id)
    connection_id = new.id or tx.new_id()
    sealed = _sealed(runtime, tx.tenant_id, connection_id, new.config)
    made = Connection(connection_id, new.connector_id, target, sealed, new.metadata, new.sync_profile, tx.now)
    columns = msgspec.structs.asdict(made) | {"metadata": msgspec.to_builtins(new.metadata)}
    try:
        await tx.run(INSERT, **columns)
    except UniqueViolation as violation:
        raise _taken(violation, target) from None
    await _changed(tx, actor, runtime, audit_keys.CONNECTOR_CREATE, made)
    return made


async def update(
    tx: Transaction, actor: Actor, runtime: Runtime, connection_id: str, change: ConnectionChange
) -> Connection:
    """Change a connection. Raises `EntityNotFound`, `ConnectionRefused`, `InvalidInput`."""
    actor.require(Permission.MANAGE)
    before = await held(tx, connection_id)
    connector = checks.known_connector(before.connector_id)
    target = before.target if change.target is UNSET else checks.checked_target(connector, change.target)
    metadata = before.metadata if change.metadata is UNSET else change.metadata
    checks.check_metadata(metadata)
    sealed = before.config_sealed
    if change.config is not UNSET:
        stored = config_of(runtime, tx.tenant_id, before)
        config = with_kept_secrets(change.config, stored, connector.metadata.secret_keys)
        checks.check_config(connector, config)
        sealed = _sealed(runtime, tx.tenant_id, connection_id, config)
    sync = before.sync_profile if change.sync_profile is UNSET else change.sync_profile
    after = Connection(before.id, before.connector_id, target, sealed, metadata, sync, before.created_at)
    try:
        await tx.run(
            UPDATE,
            connection_id=connection_id,
            new_target=target,
            new_config_sealed=sealed,
            new_metadata=msgspec.to_builtins(metadata),
            new_sync_profile=sync,
        )
    except UniqueViolation as violation:
        raise _taken(violation, target) from None
    await _changed(tx, actor, runtime, audit_keys.CONNECTOR_UPDATE, after)
    return after


async def held(tx: Transaction, connection_id: str) -> Connection:
    """The connection as the transaction has it, which nobody else changes before its end; raises `EntityNotFound`."""
    found = await tx.one(HELD, id=connection_id)
    if found is None:
        raise EntityNotFound("connector", connection_id)
    return found


async def remove(tx: Transaction, actor: Actor, runtime: Runtime, connection: Connection) -> None:
    """Delete a connection; whoever shows it is told before (`identities.connections.delete` does both)."""
    actor.require(Permission.MANAGE)
    await tx.run(DELETE, connection_id=connection.id)
    await _changed(tx, actor, runtime, audit_keys.CONNECTOR_DELETE, connection)


async def _changed(tx: Transaction, actor: Actor, runtime: Runtime, key: str, connection: Connection) -> None:
    details = {"connector": {"id": connection.id, "target": connection.target}}
    await audit_log.record(tx, actor, Event(key, details=details))
    await bump_config_version(tx, runtime.cache)


def _sealed(runtime: Runtime, tenant_id: str | None, connection_id: str, config: Mapping[str, object]) -> str:
    encoded = msgspec.json.encode(config)
    if len(encoded) > checks.LARGEST_CONFIG:
        raise InvalidInput("config", f"at most {checks.LARGEST_CONFIG // 1024} kB are kept.")
    return runtime.cipher.seal(encoded, _context(tenant_id, connection_id))


def _context(tenant_id: str | None, connection_id: str) -> str:
    return f"connection:{tenant_id}:{connection_id}"


def _taken(violation: UniqueViolation, target: str) -> checks.ConnectionRefused | InvalidInput:
    if "target" in violation.columns:
        text = f"target: another connector has {target!r}. Choose another one, or change that connector."
        return checks.ConnectionRefused("connector.multiple_target_with_same_platform", text, "target")
    return InvalidInput("id", "another connector has it.")
