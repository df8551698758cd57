"""Deleting an application, once its name was typed."""

from narthex.applications import editing
from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.framed import framed, read
from narthex.kit.http import Response


async def ask(context: ConsoleContext) -> Response:
    """Ask before it is deleted."""
    return framed(context, "delete", await read(context))


async def delete(context: ConsoleContext) -> Response:
    """Delete it with everything that hangs on it."""
    application, form = await read(context), await context.form()
    if (wrong := unconfirmed(form, application.name)) is not None:
        problems = [context.problem(wrong, "confirm")]
        return framed(context, "delete", application, status=wrong.status, problems=problems)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await editing.delete(tx, context.actor, context.runtime, application.id)
    return context.go("applications", said="said.application_deleted")
