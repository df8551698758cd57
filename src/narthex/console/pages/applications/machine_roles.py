"""The roles of a machine-to-machine application."""

from narthex.applications.schemas import ApplicationDetails
from narthex.applications.types import ApplicationType
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.framed import find, framed
from narthex.console.pages.applications.refusals import problem_of
from narthex.console.route import PageNotFound
from narthex.kit.database import Reader
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.roles import assigning
from narthex.roles import queries as roles
from narthex.roles.schemas import RoleFilter, RoleType

# More are found by their name.
MOST = 100


async def show(context: ConsoleContext) -> Response:
    """What it has, and what it could have."""
    return await _page(context)


async def assign(context: ConsoleContext) -> Response:
    """Give it the roles that were ticked."""
    application, chosen = await _find(context), (await context.form()).all("role")
    try:
        if not chosen:
            raise InvalidInput("role", "choose a role.", phrase="error.choose_role")
        async with context.runtime.database.write(context.tenant.id) as tx:
            await assigning.add_roles_to_application(tx, context.actor, context.runtime.cache, application.id, chosen)
    except Refusal as refusal:
        return await _page(context, refusal)
    return context.go(f"applications/{application.id}/roles", said="said.roles_assigned")


async def take(context: ConsoleContext) -> Response:
    """Take a role from it."""
    application, form = await _find(context), await context.form()
    async with context.runtime.database.write(context.tenant.id) as tx:
        cache = context.runtime.cache
        await assigning.take_from_application(tx, context.actor, cache, application.id, form.get("role") or "")
    return context.go(f"applications/{application.id}/roles", said="said.role_taken")


async def _page(context: ConsoleContext, refusal: Refusal | None = None) -> Response:
    search = (context.query.get("q") or "").strip()
    async with context.runtime.database.scan(context.tenant.id) as reader:
        application = await _machine(context, reader)
        has = await roles.roles_of_application(reader, application.id)
        wanted = RoleFilter(search, RoleType.MACHINE_TO_MACHINE, exclude_application_id=application.id)
        others = await roles.page(reader, wanted, size=MOST)
    return framed(
        context,
        "roles",
        application,
        status=refusal.status if refusal else 200,
        problems=[problem_of(context, refusal)] if refusal else [],
        roles=has,
        others=others.items,
        has_more=others.has_more,
        search=search,
    )


async def _find(context: ConsoleContext) -> ApplicationDetails:
    async with context.runtime.database.read(context.tenant.id) as reader:
        return await _machine(context, reader)


async def _machine(context: ConsoleContext, reader: Reader) -> ApplicationDetails:
    application = await find(context, reader)
    if application.type is not ApplicationType.MACHINE_TO_MACHINE:
        raise PageNotFound
    return application
