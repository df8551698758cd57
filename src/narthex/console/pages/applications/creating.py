"""Making an application: with a framework only the name is asked for, without one the type too."""

from narthex.applications import service
from narthex.applications.schemas import NewApplication
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.frameworks import KINDS, Framework, find_framework
from narthex.console.pages.applications.refusals import problem_of
from narthex.console.rendering import Crumb
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.sign_in_settings.hosted_page import Problem


async def ask(context: ConsoleContext) -> Response:
    """The form of a new application."""
    return _form(context, find_framework(context.query.get("framework")))


async def create(context: ConsoleContext) -> Response:
    """Make it, and go on to its guide; without a framework to its settings."""
    form = await context.form()
    framework = find_framework(form.get("framework"))
    name, description = (form.get("name") or "").strip(), (form.get("description") or "").strip()
    kind = framework.kind if framework else form.get("kind") or ""
    try:
        if kind not in KINDS:
            raise InvalidInput("kind", "choose one of the types.", phrase="error.application_kind")
        new = NewApplication(
            name=name,
            type=KINDS[kind],
            description=description or None,
            framework=framework.id if framework else None,
            redirect_uris=framework.redirect_uris if framework else (),
            post_logout_redirect_uris=framework.post_logout_redirect_uris if framework else (),
        )
        async with context.runtime.database.write(context.tenant.id) as tx:
            made = await service.create(tx, context.actor, context.runtime, new)
    except Refusal as refusal:
        problem = problem_of(context, refusal)
        return _form(context, framework, name, description, kind, problem, refusal.status)
    if framework:
        return context.go(f"applications/{made.application_id}/guide", created=1)
    return context.go(f"applications/{made.application_id}", said="said.application_created")


def _form(
    context: ConsoleContext,
    framework: Framework | None,
    name: str = "",
    description: str = "",
    kind: str = "",
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    return context.render(
        "console/applications/new.html",
        title=context.text("applications.new_title"),
        status=status,
        problems=[problem] if problem else [],
        back=Crumb(context.url("applications/frameworks"), context.text("applications.frameworks")),
        framework=framework,
        name=name,
        description=description,
        kind=kind,
        kinds=KINDS,
    )
