"""What the pages about one application share."""

from collections.abc import Iterable
from typing import Any

from narthex.applications import queries
from narthex.applications.schemas import ApplicationDetails
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.frameworks import KIND_OF, find_framework
from narthex.console.rendering import Crumb
from narthex.kit.database import Reader
from narthex.kit.errors import EntityNotFound
from narthex.kit.http import Response
from narthex.sign_in_settings.hosted_page import Problem


async def find(context: ConsoleContext, reader: Reader) -> ApplicationDetails:
    """The application of the address; raises `EntityNotFound`, for those that are part of the server too."""
    application = await queries.get(reader, context.args["id"])
    if application.is_built_in:
        raise EntityNotFound("application", application.id)
    return application


async def read(context: ConsoleContext) -> ApplicationDetails:
    """The same, where nothing else is read."""
    async with context.runtime.database.read(context.tenant.id) as reader:
        return await find(context, reader)


def framed(
    context: ConsoleContext,
    name: str,
    application: ApplicationDetails,
    /,
    *,
    status: int = 200,
    problems: Iterable[Problem] = (),
    **shown: Any,
) -> Response:
    """One of the pages about an application; `name` is its template."""
    return context.render(
        f"console/applications/{name}.html",
        title=application.name,
        status=status,
        problems=problems,
        back=Crumb(context.url("applications"), context.text("nav.applications")),
        application=application,
        framework=find_framework(application.framework),
        kind=KIND_OF.get(application.type),
        part=name,
        path=f"applications/{application.id}",
        **shown,
    )
