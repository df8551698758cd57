"""The Test button: a real round trip to the provider and back, with the outcome of each step."""

from narthex.connections import trials
from narthex.console.context import ConsoleContext
from narthex.console.pages.connectors.details import find
from narthex.console.rendering import Crumb
from narthex.kit.errors import EntityNotFound
from narthex.kit.http import NO_STORE, Response, redirect


async def begin(context: ConsoleContext) -> Response:
    """Go to the provider."""
    connection, _ = await find(context)
    page = f"{context.request.tenant.origin}{context.url(f'connectors/{connection.id}/test/')}{{trial}}"
    started = await trials.begin_trial(context.runtime, context.actor, context.tenant, connection.id, page)
    return redirect(started.url, 303, (NO_STORE,))


async def show(context: ConsoleContext) -> Response:
    """What each step did."""
    connection, _ = await find(context)
    async with context.runtime.database.read(context.tenant.id) as reader:
        trial = await trials.read_trial(reader, context.args["trial"])
    if trial.connection_id != connection.id:
        raise EntityNotFound("trial", trial.id)
    return context.render(
        "console/connectors/trial.html",
        title=context.text("connectors.trial_title", name=connection.display_name()),
        back=Crumb(context.url(f"connectors/{connection.id}"), connection.display_name()),
        connection=connection,
        trial=trial,
        outcome=trial.outcome,
    )
