"""The connectors of the tenant, and the choice of another one."""

from narthex.connections import service as connections
from narthex.connectors.registry import all_connectors, find_connector
from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.kit.http import Response
from narthex.sign_in_settings import service as settings_service


async def show(context: ConsoleContext) -> Response:
    """Every social connector, and whether people see it."""
    found = await connections.listed(context.runtime, context.tenant.id)
    settings = await settings_service.read(context.runtime, context.tenant.id)
    return context.render(
        "console/connectors/list.html",
        title=context.text("nav.connectors"),
        connections=found,
        shown=frozenset(settings.experience.social_sign_in_connector_targets),
        kinds={one.metadata.id: one.metadata.name for one in all_connectors()},
    )


async def choose(context: ConsoleContext) -> Response:
    """The kinds of connector; those that can be there once only are greyed when they are."""
    found = await connections.listed(context.runtime, context.tenant.id)
    there = {one.connector_id for one in found}
    kinds = [(one.metadata, one.metadata.is_standard or one.metadata.id not in there) for one in all_connectors()]
    chosen = context.query.get("connector") or ""
    if find_connector(chosen):
        return context.go("connectors/new", connector=chosen)
    return context.render(
        "console/connectors/add.html",
        title=context.text("connectors.add_title"),
        back=Crumb(context.url("connectors"), context.text("nav.connectors")),
        kinds=kinds,
    )
