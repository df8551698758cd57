"""The preview: the real sign-in page, from values that are not saved yet. It stands in a frame of the console, which
runs no script and sends no form; nothing in it belongs to an interaction."""

from narthex.console.context import ConsoleContext
from narthex.console.pages.sign_in_experience.typed import TABS, Tab
from narthex.console.rendering import THEMES
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form
from narthex.kit.http import Header, Response, header, html_response
from narthex.kit.i18n import negotiate
from narthex.sign_in.previewing import sign_in_page
from narthex.sign_in_settings import editing
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import HostedPage, branding
from narthex.sign_in_settings.page_of_request import catalogue_of
from narthex.sign_in_settings.schemas import Experience, SignInSettings

FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


async def saved(context: ConsoleContext) -> Response:
    """The sign-in page as people see it now."""
    settings = await settings_service.read(context.runtime, context.tenant.id)
    return await _document(context, settings, context.query)


async def unsaved(context: ConsoleContext) -> Response:
    """The sign-in page as it would be with what stands in the form; what cannot be saved shows the page as it is."""
    form = await context.form()
    settings = await settings_service.read(context.runtime, context.tenant.id)
    tab = TABS.get(form.get("tab") or "")
    if tab is not None:
        settings = SignInSettings(await _would_be(context, tab, form, settings.experience), settings.custom_phrases)
    return await _document(context, settings, form)


async def _would_be(context: ConsoleContext, tab: Tab, form: Form, stored: Experience) -> Experience:
    """The settings with what stands in the form; as they are where that cannot be saved."""
    try:
        change = tab.change(tab.typed(form), stored)
        async with context.runtime.database.read(context.tenant.id) as reader:
            return await editing.preview(reader, change)
    except Refusal:
        return stored


async def _document(context: ConsoleContext, settings: SignInSettings, wanted: Form) -> Response:
    catalogue = catalogue_of(settings)
    fallback = settings.experience.language_info.fallback_language
    tags = [wanted.get("preview_language") or fallback, fallback]
    theme = wanted.get("preview_theme") or "light"
    page = HostedPage(
        language=negotiate(tags, catalogue.languages) or catalogue.source,
        catalogue=catalogue,
        branding=branding(settings.experience, tenant_name=context.tenant.name, application_name=context.tenant.name),
        static_prefix="/static",
        theme=theme if theme in THEMES and settings.experience.color.is_dark_mode_enabled else "",
        is_preview=True,
    )
    text = await sign_in_page(context.runtime, context.tenant, page, settings)
    return html_response(text, 200, _headers())


def _headers() -> tuple[Header, ...]:
    return (
        header("content-security-policy", FRAME_POLICY),
        header("x-frame-options", "SAMEORIGIN"),
        header("referrer-policy", "no-referrer"),
        header("cache-control", "no-store"),
    )
