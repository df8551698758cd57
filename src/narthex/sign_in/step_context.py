"""What every step begins with: the interaction of this browser, its application, and the page shell."""

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from narthex.applications import service as applications
from narthex.applications.schemas import Application
from narthex.interactions import service as interactions
from narthex.interactions.schemas import INTERACTION_COOKIE, INTERACTION_TTL, Interaction
from narthex.kit.forms import form_token
from narthex.kit.http import NO_STORE, Header, Response, redirect, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.sign_in.form_guard import purpose_of
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import HostedForm, HostedPage
from narthex.sign_in_settings.page_of_request import page_of_request
from narthex.sign_in_settings.schemas import SignInSettings
from narthex.tenants.request import Request

DEVICE_COOKIE = "device"
DEVICE_TTL = 400 * 24 * 60 * 60


class StepContext(Struct, frozen=True):
    """An interaction under way, in the browser that holds `secret`."""

    interaction: Interaction
    application: Application
    settings: SignInSettings
    page: HostedPage
    secret: str
    base_path: str

    def url(self, path: str) -> str:
        """Another page of the same interaction, in the same language."""
        query = {"app_id": self.application.id, "interaction": self.interaction.id, "ui_locales": self.page.language}
        return f"{self.base_path}{path}?{urlencode(query)}"

    def form(self, step: str, path: str) -> HostedForm:
        """The form of a step."""
        token = form_token(self.secret, purpose_of(step, self.interaction.id))
        return HostedForm(self.url(path), {"form_token": token})


async def load(runtime: Runtime, request: Request) -> StepContext:
    """The context of a step; raises `InteractionNotFound`."""
    now = runtime.clock.now()
    async with runtime.database.read(request.tenant.id) as reader:
        interaction = await interactions.find(reader, request, request.query.get("interaction"), now)
    return await context_of(runtime, request, interaction, interaction.request.ui_locales)


async def context_of(
    runtime: Runtime, request: Request, interaction: Interaction, ui_locales: Sequence[str]
) -> StepContext:
    """The context of an interaction of this browser that was found already; raises `InteractionNotFound`."""
    application = await applications.find(runtime, request.tenant, interaction.application_id)
    if application is None:
        raise interactions.InteractionNotFound
    return StepContext(
        interaction=interaction,
        application=application,
        settings=await settings_service.read(runtime, request.tenant.id),
        page=await page_of_request(runtime, request, application, ui_locales),
        secret=interactions.browser_secret(request) or "",
        base_path=request.tenant.base_path,
    )


def go_on(
    request: Request, interaction: Interaction, cookies: tuple[Header, ...] = (), language: str | None = None
) -> Response:
    """Back to the protocol, which decides what is next, in the language that was chosen meanwhile."""
    locales = language or request.query.get("ui_locales")
    query = f"?{urlencode({'ui_locales': locales})}" if locales else ""
    return redirect(f"{request.tenant.base_path}/oidc/auth/{interaction.id}{query}", 303, (NO_STORE, *cookies))


def authenticated_cookies(request: Request, secret: str, device: str) -> tuple[Header, ...]:
    """The cookies of a browser in which somebody was just proved."""
    tenant = request.tenant
    return (
        set_cookie_header(
            tenant.cookie_name(INTERACTION_COOKIE), secret, max_age=INTERACTION_TTL // 1000, secure=tenant.secure
        ),
        set_cookie_header(tenant.cookie_name(DEVICE_COOKIE), device, max_age=DEVICE_TTL, secure=tenant.secure),
    )
