"""One event, and the sign-in that it was a step of."""

import msgspec

from narthex.audit_log import queries
from narthex.console.context import ConsoleContext
from narthex.console.pages.audit_log.listing import names_of
from narthex.console.rendering import Crumb
from narthex.kit.http import Response


async def show(context: ConsoleContext) -> Response:
    """The event with everything that was noted, and the other steps of the same sign-in in their order."""
    async with context.runtime.database.scan(context.tenant.id) as reader:
        entry = await queries.get(reader, context.args["id"])
        interaction_id = entry.payload.get("interactionId")
        steps = await queries.of_interaction(reader, str(interaction_id)) if interaction_id else [entry]
        names = await names_of(reader, tuple(steps))
    encoded = msgspec.json.format(msgspec.json.encode(entry.payload), indent=2).decode()
    return context.render(
        "console/audit_log/entry.html",
        title=entry.key,
        back=Crumb(context.url("audit-log"), context.text("nav.audit_log")),
        entry=entry,
        steps=steps,
        names=names,
        payload=encoded,
    )
