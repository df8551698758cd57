"""One API resource: its settings, and deleting it."""

from collections.abc import Iterable
from typing import Any

from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.resources import editing, queries
from narthex.resources.schemas import ResourceChange, ResourceDetails
from narthex.sign_in_settings.hosted_page import Problem

FIELDS = {"accessTokenTtl": "access_token_ttl"}


async def show(context: ConsoleContext) -> Response:
    """Name, lifetime of tokens, and whether it is the one that a request means which names none."""
    resource = await _find(context)
    return framed(context, "settings", resource, name=resource.name, ttl=str(resource.access_token_ttl))


async def save(context: ConsoleContext) -> Response:
    """Change the settings."""
    resource, form = await _find(context), await context.form()
    name, ttl = (form.get("name") or "").strip(), (form.get("access_token_ttl") or "").strip()
    try:
        if not (ttl.isascii() and ttl.isdigit()):
            raise InvalidInput("accessTokenTtl", "give whole seconds.", phrase="error.whole_number")
        async with context.runtime.database.write(context.tenant.id) as tx:
            change = ResourceChange(name=name, access_token_ttl=int(ttl[:9]))
            cache = context.runtime.cache
            await editing.update(tx, context.actor, cache, resource.id, change)
            if (is_default := form.get("is_default") is not None) != resource.is_default:
                await editing.set_default(tx, context.actor, cache, resource.id, is_default)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        field = str(refusal.values.get("field", "")) or None
        problems = [context.problem(refusal, FIELDS.get(field or "", field))]
        return framed(context, "settings", resource, status=refusal.status, problems=problems, name=name, ttl=ttl)
    return context.go(f"api-resources/{resource.id}/settings", said="said.saved")


async def ask_deletion(context: ConsoleContext) -> Response:
    """Ask before a resource is deleted."""
    return framed(context, "delete", await _find(context))


async def delete(context: ConsoleContext) -> Response:
    """Delete a resource whose name was typed."""
    resource, form = await _find(context), await context.form()
    if (wrong := unconfirmed(form, resource.name)) is not None:
        problems = [context.problem(wrong, "confirm")]
        return framed(context, "delete", resource, status=wrong.status, problems=problems)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await editing.delete(tx, context.actor, context.runtime.cache, resource.id)
    return context.go("api-resources", said="said.api_resource_deleted")


def framed(
    context: ConsoleContext,
    template: str,
    resource: ResourceDetails,
    /,
    *,
    status: int = 200,
    problems: Iterable[Problem] = (),
    **shown: Any,
) -> Response:
    """One of the pages about a resource."""
    return context.render(
        f"console/api_resources/{template}.html",
        title=resource.name,
        status=status,
        problems=problems,
        back=Crumb(context.url("api-resources"), context.text("nav.api_resources")),
        resource=resource,
        part=template,
        **shown,
    )


async def _find(context: ConsoleContext) -> ResourceDetails:
    async with context.runtime.database.read(context.tenant.id) as reader:
        return await queries.get(reader, context.args["id"])
