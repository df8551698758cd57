"""The guide of an application: code with its own values, and the form of its addresses."""

from narthex.applications import client_secrets, editing
from narthex.applications.schemas import ApplicationChange, ApplicationDetails
from narthex.audit_log import queries as audit_log
from narthex.audit_log.schemas import LogFilter
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.details import endpoints_of
from narthex.console.pages.applications.framed import find, framed, read
from narthex.console.pages.applications.frameworks import FRAMEWORKS, Framework, find_framework
from narthex.console.pages.applications.refusals import problem_of
from narthex.console.pages.applications.snippets import Snippet, prose, snippet
from narthex.console.pages.applications.steps import Code
from narthex.console.pages.applications.values import GuideValues, values_of
from narthex.kit.database import Reader
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.http import Response

ADDRESSES = ("redirect_uris", "post_logout_redirect_uris")
# What the console changed is no sign of life, so more are read than shown.
EVENTS_READ, EVENTS_SHOWN = 20, 5


async def show(context: ConsoleContext) -> Response:
    """The guide of the application's framework, or the frameworks to choose from."""
    return await _page(context)


async def save(context: ConsoleContext) -> Response:
    """Save the first redirect URI and the first post sign-out redirect URI; further ones stay as they are."""
    application, form = await read(context), await context.form()
    typed = {name: (form.get(name) or "").strip() for name in ADDRESSES}
    oidc = application.oidc_client_metadata
    change = ApplicationChange(
        redirect_uris=_with_first(oidc.redirect_uris, typed["redirect_uris"]),
        post_logout_redirect_uris=_with_first(oidc.post_logout_redirect_uris, typed["post_logout_redirect_uris"]),
    )
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            await editing.update(tx, context.actor, context.runtime, application.id, change)
    except Refusal as refusal:
        return await _page(context, typed, refusal)
    return context.go(f"applications/{application.id}/guide", said="said.addresses_saved", fragment="uris")


async def choose(context: ConsoleContext) -> Response:
    """Take the guide of another framework; addresses that are missing come with it."""
    application, form = await read(context), await context.form()
    framework = find_framework(form.get("framework"))
    if framework is None or framework.type is not application.type:
        raise InvalidInput("framework", "there is no such guide for this type.", phrase="error.not_found")
    missing = {
        name: getattr(framework, name) for name in ADDRESSES if not getattr(application.oidc_client_metadata, name)
    }
    async with context.runtime.database.write(context.tenant.id) as tx:
        change = ApplicationChange(framework=framework.id, **missing)
        await editing.update(tx, context.actor, context.runtime, application.id, change)
    return context.go(f"applications/{application.id}/guide")


def _with_first(uris: tuple[str, ...], first: str) -> tuple[str, ...]:
    rest = tuple(uri for uri in uris[1:] if uri != first)
    return (first, *rest) if first else rest


async def _page(
    context: ConsoleContext, typed: dict[str, str] | None = None, refusal: Refusal | None = None
) -> Response:
    async with context.runtime.database.scan(context.tenant.id) as reader:
        application = await find(context, reader)
        secret = await _secret_of(context, reader, application)
        events = await audit_log.page(reader, LogFilter(application_id=application.id), size=EVENTS_READ)
    framework = find_framework(application.framework)
    if framework is None or context.query.get("choose"):
        fitting = [one for one in FRAMEWORKS if one.type is application.type]
        return framed(context, "choose_guide", application, frameworks=fitting)
    values = values_of(context.tenant, application, framework, secret, context.runtime.randomness.token())
    shows_secrets = context.query.get("show") == "secrets"
    return framed(
        context,
        "guide",
        application,
        status=refusal.status if refusal else 200,
        problems=[problem_of(context, refusal)] if refusal else [],
        typed=typed or _stored(application),
        values=values,
        snippets=_snippets(framework, values, shows_secrets),
        shows_secrets=shows_secrets,
        prose=prose,
        events=[one for one in events.items if not one.key.startswith("Application")][:EVENTS_SHOWN],
        endpoints=endpoints_of(context.tenant),
        was_created=bool(context.query.get("created")),
    )


async def _secret_of(context: ConsoleContext, reader: Reader, application: ApplicationDetails) -> str | None:
    """The oldest secret that holds."""
    if not application.rules.is_confidential:
        return None
    now = context.runtime.clock.now()
    secrets = await client_secrets.revealed(context.runtime, reader, application.id)
    return next((one.value for one in secrets if one.expires_at is None or one.expires_at > now), None)


def _stored(application: ApplicationDetails) -> dict[str, str]:
    return {name: "".join(getattr(application.oidc_client_metadata, name)[:1]) for name in ADDRESSES}


def _snippets(framework: Framework, values: GuideValues, shows_secret: bool) -> dict[str, Snippet]:
    """The code of every step, by its file."""
    codes = [part for step in framework.guide for part in step.parts if isinstance(part, Code)]
    return {
        code.file: snippet(code, f"code-{at}", values, shows_secret=shows_secret) for at, code in enumerate(codes, 1)
    }
