"""The list of API resources, and making one."""

from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.console.rendering import Crumb
from narthex.kit.errors import InvalidInput
from narthex.kit.http import Response
from narthex.resources import queries, service
from narthex.resources.service import ResourceIndicatorTaken
from narthex.sign_in_settings.hosted_page import Problem


async def show(context: ConsoleContext) -> Response:
    """A page of resources, newest first."""
    search, query = (context.query.get("q") or "").strip(), context.query
    async with context.runtime.database.scan(context.tenant.id) as reader:
        page = await queries.page(reader, search, after=query.get("after"), before=query.get("before"), size=20)
    return context.render(
        "console/api_resources/list.html",
        title=context.text("nav.api_resources"),
        resources=page.items,
        search=search,
        **turns(context, "api-resources", page, q=search),
    )


async def ask(context: ConsoleContext) -> Response:
    """The form of a new resource."""
    return _form(context, "", "")


async def create(context: ConsoleContext) -> Response:
    """Make a resource, and go on to its scopes."""
    form = await context.form()
    name, indicator = (form.get("name") or "").strip(), (form.get("indicator") or "").strip()
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            made = await service.create(tx, context.actor, context.runtime.cache, name, indicator)
    except ResourceIndicatorTaken as taken:
        return _form(context, name, indicator, context.problem(taken, "indicator"), taken.status)
    except InvalidInput as invalid:
        field = str(invalid.values["field"])
        return _form(context, name, indicator, context.problem(invalid, field), invalid.status)
    return context.go(f"api-resources/{made}", said="said.api_resource_created")


def _form(
    context: ConsoleContext, name: str, indicator: str, problem: Problem | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/api_resources/new.html",
        title=context.text("api_resources.new_title"),
        status=status,
        problems=[problem] if problem else [],
        back=Crumb(context.url("api-resources"), context.text("nav.api_resources")),
        name=name,
        indicator=indicator,
    )
