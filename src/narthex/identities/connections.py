"""A connection that is in use: how much hangs on it, and what has to happen elsewhere when it changes or goes."""

from msgspec import UNSET, Struct

from narthex.access import Actor
from narthex.connections import service as connections
from narthex.connections.checks import ConnectionRefused
from narthex.connections.schemas import Connection, ConnectionChange
from narthex.identities import service as identities
from narthex.kit.database import Reader, Transaction
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings import editing
from narthex.sign_in_settings import service as settings_service


class ConnectionUsage(Struct, frozen=True):
    """How much hangs on a connection."""

    identities: int
    is_shown: bool


async def usage(reader: Reader, runtime: Runtime, connection: Connection) -> ConnectionUsage:
    """How many identities its target has, and whether the sign-in page shows it; a scan."""
    settings = await settings_service.read(runtime, reader.tenant_id or "")
    is_shown = connection.target in settings.experience.social_sign_in_connector_targets
    return ConnectionUsage(await identities.count(reader, connection.target), is_shown)


async def update(
    tx: Transaction, actor: Actor, runtime: Runtime, connection_id: str, change: ConnectionChange
) -> Connection:
    """Change a connection; its target only while no identity has it, or everybody behind it would be a stranger. Raises
    as `connections.service.update` does."""
    before = await connections.held(tx, connection_id)
    moves = change.target is not UNSET and change.target != before.target
    if moves and await identities.any_of_target(tx, before.target):
        text = f"target: people sign in as identities of {before.target!r}, so it stays as it is."
        raise ConnectionRefused("connector.can_not_modify_target", text, "target")
    after = await connections.update(tx, actor, runtime, connection_id, change)
    if after.target != before.target:
        await editing.rename_target(tx, actor, runtime, before.target, after.target)
    return after


async def delete(tx: Transaction, actor: Actor, runtime: Runtime, connection_id: str) -> None:
    """Delete a connection and take it off the sign-in page. The identities of its target stay: a connection with the
    same target takes them over. Raises `EntityNotFound`, `NotPermitted`."""
    connection = await connections.held(tx, connection_id)
    await connections.remove(tx, actor, runtime, connection)
    await editing.rename_target(tx, actor, runtime, connection.target, None)
