"""Get started: the first page of the console, with what is done and what comes next. Owns no table; the navigation
reads `ROUTES`."""

from msgspec import Struct

from narthex.applications import queries as applications
from narthex.applications.schemas import ApplicationSummary
from narthex.audit_log import queries as audit_log
from narthex.audit_log.keys import EXCHANGE_BY
from narthex.audit_log.schemas import LogFilter
from narthex.connections import service as connections
from narthex.console.context import ConsoleContext
from narthex.console.pages.applications.frameworks import FEATURED, FRAMEWORKS, find_framework
from narthex.console.route import Route
from narthex.kit.http import Response
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, SignInSettings


class Progress(Struct, frozen=True):
    """How far a tenant has come."""

    application: ApplicationSummary | None
    connectors: int
    is_customised: bool
    was_tried: bool

    @property
    def done(self) -> int:
        """How many of the four things are done."""
        return sum((self.application is not None, self.connectors > 0, self.is_customised, self.was_tried))


async def show(context: ConsoleContext) -> Response:
    """What to do first, what of it is done, and what to build with."""
    progress = await _progress(context)
    made_with = find_framework(progress.application.framework) if progress.application else None
    return context.render(
        "console/get_started/show.html",
        title=context.text("get_started.title"),
        progress=progress,
        made_with=made_with,
        featured=FEATURED,
        frameworks_count=len(FRAMEWORKS),
    )


async def _progress(context: ConsoleContext) -> Progress:
    runtime, tenant_id = context.runtime, context.tenant.id
    tokens = LogFilter(key=EXCHANGE_BY["authorization_code"], result="Success")
    async with runtime.database.scan(tenant_id) as reader:
        newest = await applications.page(reader, size=1)
        tried = await audit_log.page(reader, tokens, size=1)
    return Progress(
        application=newest.items[0] if newest.items else None,
        connectors=len(await connections.listed(runtime, tenant_id)),
        is_customised=_is_customised(await sign_in_settings.read(runtime, tenant_id)),
        was_tried=bool(tried.items),
    )


def _is_customised(settings: SignInSettings) -> bool:
    """Whether somebody touched how the page looks, what it says, or how people come in."""
    now, untouched = settings.experience, Experience()
    looks = (now.color, now.branding, now.sign_up, now.sign_in, now.social_sign_in_connector_targets)
    plain = (untouched.color, untouched.branding, untouched.sign_up, untouched.sign_in, ())
    return looks != plain or bool(settings.custom_phrases)


ROUTES = (Route("GET", "get-started", show),)
