"""The page shell for one request: the tenant's branding and phrases, the language of whoever reads it."""

from collections.abc import Sequence

from narthex.applications.schemas import DEMO_APPLICATION_ID, Application
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.kit.i18n import Catalogue
from narthex.kit.logging import Log
from narthex.kit.redaction import SECRET_NAMES
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import (
    HostedPage,
    branding,
    built_in_catalogue,
    error_words,
    language_links,
    page_language,
    render_hosted,
)
from narthex.sign_in_settings.schemas import SignInSettings
from narthex.tenants.request import Request

# A secret that came in a query does not go into the links of the page; what a sign-out needs does.
UNREPEATED = SECRET_NAMES - {"id_token_hint", "logout_hint", "state"}


LOG = Log("narthex.refusals")
# What answers a form here also answers GET, so that the language menu leads somewhere.
FORM_PATHS = frozenset({"/sign-in/password", "/sign-in/link", "/register", "/continue", "/consent"})
# What happens there happens once, so the page cannot be had again in another language.
CALLBACK_PREFIX = "/callback/"


def catalogue_of(settings: SignInSettings) -> Catalogue:
    """The built-in phrases with the tenant's own before them."""
    built_in = built_in_catalogue()
    return built_in.customised(settings.custom_phrases) if settings.custom_phrases else built_in


async def page_of_request(
    runtime: Runtime,
    request: Request,
    application: Application | None = None,
    ui_locales: Sequence[str] = (),
) -> HostedPage:
    """The shell of the page that answers this request. The page's own `ui_locales` stand before the application's."""
    settings = await settings_service.read(runtime, request.tenant.id)
    catalogue = catalogue_of(settings)
    asked = (request.readable_query.get("ui_locales") or "").split() or list(ui_locales)
    language = page_language(
        catalogue,
        settings.experience.language_info,
        ui_locales=" ".join(asked),
        accept_language=request.header(b"accept-language"),
    )
    name = application.name if application else request.tenant.name
    if application is not None and application.id == DEMO_APPLICATION_ID:
        name = catalogue.text(language, "demo.name")
    query = [(name, value) for name, value in request.readable_query.pairs() if name not in UNREPEATED]
    links = language_links(catalogue, f"{request.tenant.base_path}{request.path}", query)
    return HostedPage(
        language=language,
        catalogue=catalogue,
        branding=branding(settings.experience, tenant_name=request.tenant.name, application_name=name),
        languages=links if _is_there_again(request) else (),
        static_prefix=f"{request.tenant.base_path}/static",
        request_id=request.id,
    )


def _is_there_again(request: Request) -> bool:
    if request.path.startswith(CALLBACK_PREFIX):
        return False
    return request.method != "POST" or request.path in FORM_PATHS


async def language_of_request(runtime: Runtime, request: Request) -> tuple[Catalogue, str]:
    """The phrases and the language for a text that stands on no page."""
    settings = await settings_service.read(runtime, request.tenant.id)
    catalogue = catalogue_of(settings)
    language = page_language(
        catalogue,
        settings.experience.language_info,
        ui_locales=request.readable_query.get("ui_locales"),
        accept_language=request.header(b"accept-language"),
    )
    return catalogue, language


def log_refusal(request: Request, refusal: Refusal) -> None:
    """Say in the log why a request was refused, under the id that its page shows."""
    reason = refusal.detail or refusal.text
    LOG.info("refused", error=refusal.code, reason=reason, request_id=request.id, tenant=request.tenant.id)


async def notice(
    runtime: Runtime,
    request: Request,
    refusal: Refusal,
    *,
    template: str = "hosted/notice.html",
    application: Application | None = None,
    back_url: str | None = None,
    back_phrase: str | None = None,
    ui_locales: Sequence[str] = (),
) -> Response:
    """A refusal as a page: what happened, what to do, and what to tell whoever helps."""
    log_refusal(request, refusal)
    page = await page_of_request(runtime, request, application, ui_locales)
    words = error_words(page, refusal.phrase or "error.server_error", **refusal.values)
    response = render_hosted(
        runtime.templates,
        page,
        template,
        status=refusal.status,
        words=words,
        code=refusal.code,
        at=runtime.clock.now(),
        back_url=back_url,
        back_text=page.text(back_phrase) if back_phrase else None,
    )
    return response.with_headers(refusal.headers)
