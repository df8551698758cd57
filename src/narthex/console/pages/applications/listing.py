"""The list of applications."""

from narthex.applications import queries
from narthex.applications.schemas import ApplicationFilter
from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.console.pages.applications.frameworks import BY_ID, KIND_OF, KINDS
from narthex.kit.http import Response

SIZE = 20


async def show(context: ConsoleContext) -> Response:
    """A page of applications, newest first; search and type stand in the address."""
    query = context.query
    search, kind = (query.get("q") or "").strip(), query.get("kind") or ""
    types = (KINDS[kind],) if kind in KINDS else ()
    async with context.runtime.database.scan(context.tenant.id) as reader:
        wanted = ApplicationFilter(search, types)
        page = await queries.page(reader, wanted, after=query.get("after"), before=query.get("before"), size=SIZE)
    return context.render(
        "console/applications/list.html",
        title=context.text("nav.applications"),
        applications=page.items,
        frameworks=BY_ID,
        kind_of=KIND_OF,
        kinds=KINDS,
        search=search,
        kind=kind,
        **turns(context, "applications", page, q=search, kind=kind),
    )
