"""Making a connection. Its id is chosen first, so that the redirect URI can be copied before anything is saved."""

import re

from narthex.connections import service as connections
from narthex.connections.schemas import NewConnection
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
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.http import Response

ID = re.compile(r"[0-9a-z]{12,21}")


async def ask(context: ConsoleContext) -> Response:
    """The empty form, at an address that keeps the id over a reload."""
    connector = connector_of(context.query.get("connector") or "")
    connection_id = context.query.get("id") or ""
    if not ID.fullmatch(connection_id):
        fresh = context.runtime.randomness.identifier(21)
        return context.go("connectors/new", connector=connector.metadata.id, id=fresh)
    about = connector.metadata
    typed = Typed(about.name, about.target, "", "", False, "", fields.as_typed(about.fields, {}))
    return page(context, connector, connection_id, typed, is_new=True)


async def create(context: ConsoleContext) -> Response:
    """Discover, or save and be done."""
    connector, form = connector_of(context.query.get("connector") or ""), await context.form()
    connection_id = context.query.get("id") or ""
    if not ID.fullmatch(connection_id):
        raise EntityNotFound("connector", connection_id)
    typed = typed_in(connector, form)
    if form.get("do") == "discover":
        typed, problem = await discovered(context, connector, typed)
        problems = [problem] if problem else []
        status = 422 if problem else 200
        return page(
            context, connector, connection_id, typed, is_new=True, problems=problems, status=status, found=not problem
        )
    try:
        new = NewConnection(
            connector.metadata.id,
            config_in(connector, typed),
            typed.target or None,
            typed.metadata,
            typed.sync_profile,
            connection_id,
        )
        async with context.runtime.database.write(context.tenant.id) as tx:
            made = await connections.create(tx, context.actor, context.runtime, new)
    except Refusal as refusal:
        problems = [problem_of(context, refusal)]
        return page(context, connector, connection_id, typed, is_new=True, problems=problems, status=refusal.status)
    return context.go(f"connectors/{made.id}", said="said.connector_created")
