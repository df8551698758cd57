"""Operators: who may use the console, and invitations. They belong to the server, not to the tenant that is open."""

from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.console.route import Route
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.http import Response
from narthex.operators import service, tokens
from narthex.operators.schemas import ListedOperator
from narthex.sign_in_settings.hosted_page import Problem
from narthex.tenants.schemas import ADMIN_TENANT


async def show(context: ConsoleContext) -> Response:
    """Everybody who may come in here."""
    return await _list(context)


async def invite(context: ConsoleContext) -> Response:
    """Make a link by which somebody becomes an operator, and show it this once."""
    async with context.runtime.database.write(ADMIN_TENANT) as tx:
        actor = context.operator.actor(context.request.actor(), ADMIN_TENANT)
        token = await tokens.issue_invitation(tx, actor, context.runtime)
    return await _list(context, tokens.link_of(context.request.tenant, token))


async def ask_removal(context: ConsoleContext) -> Response:
    """Ask before an operator is removed."""
    return _confirmation(context, await _find(context))


async def remove(context: ConsoleContext) -> Response:
    """Remove an operator whose name was typed; their console closes at its next request."""
    found, form = await _find(context), await context.form()
    if (wrong := unconfirmed(form, found.username)) is not None:
        return _confirmation(context, found, context.problem(wrong, "confirm"), wrong.status)
    try:
        async with context.runtime.database.write(ADMIN_TENANT) as tx:
            actor = context.operator.actor(context.request.actor(), ADMIN_TENANT)
            await service.remove(tx, actor, context.runtime, found.user_id)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        return _confirmation(context, found, context.problem(refusal), refusal.status)
    return context.go("operators", said="said.operator_removed")


async def _list(context: ConsoleContext, link: str | None = None) -> Response:
    async with context.runtime.database.scan(ADMIN_TENANT) as reader:
        found = await service.listed(reader)
    return context.render(
        "console/operators/list.html", title=context.text("nav.operators"), operators=found, link=link
    )


async def _find(context: ConsoleContext) -> ListedOperator:
    user_id = context.args["id"]
    async with context.runtime.database.scan(ADMIN_TENANT) as reader:
        found = next((one for one in await service.listed(reader) if one.user_id == user_id), None)
    if found is None:
        raise EntityNotFound("operator", user_id)
    return found


def _confirmation(
    context: ConsoleContext, found: ListedOperator, problem: Problem | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/operators/remove.html",
        title=context.text("operators.remove_title", name=found.username),
        status=status,
        problems=[problem] if problem else [],
        back=Crumb(context.url("operators"), context.text("nav.operators")),
        found=found,
    )


ROUTES = (
    Route("GET", "operators", show),
    Route("POST", "operators", invite),
    Route("GET", "operators/{id}/remove", ask_removal),
    Route("POST", "operators/{id}/remove", remove),
)
