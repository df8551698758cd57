"""One connection: its settings, and deleting it."""

from typing import Any

from narthex.connections import service as connections
from narthex.connections.schemas import Connection, ConnectionChange
from narthex.connectors.contract import SocialConnector
from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.pages.connectors import fields
from narthex.console.pages.connectors.form import (
    Typed,
    config_in,
    connector_of,
    discovered,
    page,
    problem_of,
    typed_in,
)
from narthex.identities import connections as uses
from narthex.identities.connections import ConnectionUsage
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.http import Response
from narthex.sign_in_settings.hosted_page import Problem


async def show(context: ConsoleContext) -> Response:
    """The form as it is kept; secrets stay where they are."""
    connection, connector = await find(context)
    return await _page(context, connection, connector, _typed(context, connection, connector))


async def save(context: ConsoleContext) -> Response:
    """Discover, or save. A secret that was left empty keeps its value."""
    connection, connector = await find(context)
    form = await context.form()
    typed = typed_in(connector, form)
    if form.get("do") == "discover":
        typed, problem = await discovered(context, connector, typed)
        problems = [problem] if problem else []
        return await _page(context, connection, connector, typed, problems, 422 if problem else 200, found=not problem)
    try:
        change = ConnectionChange(
            config=config_in(connector, typed),
            metadata=typed.metadata,
            sync_profile=typed.sync_profile,
            target=typed.target,
        )
        async with context.runtime.database.write(context.tenant.id) as tx:
            await uses.update(tx, context.actor, context.runtime, connection.id, change)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        return await _page(context, connection, connector, typed, [problem_of(context, refusal)], refusal.status)
    return context.go(f"connectors/{connection.id}", said="said.saved")


async def ask_deletion(context: ConsoleContext) -> Response:
    """Ask before a connection is deleted, and say who uses it."""
    connection, _ = await find(context)
    return await _confirmation(context, connection)


async def delete(context: ConsoleContext) -> Response:
    """Delete a connection whose name was typed; it leaves the sign-in page with it."""
    connection, _ = await find(context)
    form = await context.form()
    if (wrong := unconfirmed(form, connection.display_name())) is not None:
        return await _confirmation(context, connection, [context.problem(wrong, "confirm")], wrong.status)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await uses.delete(tx, context.actor, context.runtime, connection.id)
    return context.go("connectors", said="said.connector_deleted")


async def find(context: ConsoleContext) -> tuple[Connection, SocialConnector[Any]]:
    """The connection of the address and its code; raises `EntityNotFound`."""
    connection = await connections.get(context.runtime, context.tenant.id, context.args["id"])
    return connection, connector_of(connection.connector_id)


async def _page(
    context: ConsoleContext,
    connection: Connection,
    connector: SocialConnector[Any],
    typed: Typed,
    problems: list[Problem] | None = None,
    status: int = 200,
    *,
    found: bool = False,
) -> Response:
    return page(
        context,
        connector,
        connection.id,
        typed,
        is_new=False,
        problems=problems,
        status=status,
        found=found,
        usage=await _usage(context, connection),
    )


async def _usage(context: ConsoleContext, connection: Connection) -> ConnectionUsage:
    async with context.runtime.database.scan(context.tenant.id) as reader:
        return await uses.usage(reader, context.runtime, connection)


def _typed(context: ConsoleContext, connection: Connection, connector: SocialConnector[Any]) -> Typed:
    config = connections.masked_config(context.runtime, context.tenant.id, connection)
    return Typed(
        connection.display_name(),
        connection.target,
        connection.metadata.logo or "",
        connection.metadata.logo_dark or "",
        connection.sync_profile,
        "",
        fields.as_typed(connector.metadata.fields, config),
    )


async def _confirmation(
    context: ConsoleContext, connection: Connection, problems: list[Problem] | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/connectors/delete.html",
        title=context.text("connectors.delete_title", name=connection.display_name()),
        status=status,
        problems=problems or [],
        connection=connection,
        usage=await _usage(context, connection),
    )
