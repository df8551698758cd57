"""The authorization endpoint (OpenID Connect Core 3.1.2): check the request, ask `next_step`, and go there: to a hosted
page with a stored interaction, or back to the application with a code or an error."""

from urllib.parse import urlencode

from narthex.applications import service as applications
from narthex.applications.schemas import Application
from narthex.consents import service as consents
from narthex.interactions import service as interactions
from narthex.interactions import trips
from narthex.interactions.schemas import (
    INTERACTION_COOKIE,
    INTERACTION_TTL,
    AuthorizationRequest,
    FirstScreen,
    Interaction,
)
from narthex.kit.http import NO_STORE, Response, redirect, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.next_step import (
    AskConsent,
    CompleteProfile,
    Facts,
    GoToProvider,
    Issue,
    KnownUser,
    MakeAccount,
    OfferLink,
    Refuse,
    RefuseNewcomer,
    SignIn,
    next_step,
)
from narthex.oidc.authorization_request import RefusedAtClient, ReturnAddress, check
from narthex.oidc.authorization_response import answer, error_parameters
from narthex.oidc.issuing_code import IssuedCode, SignedIn, issue_code
from narthex.registration import newcomers
from narthex.registration.newcomers import Outlook
from narthex.sessions import service as sessions
from narthex.sessions.cookie import session_cookie
from narthex.sessions.schemas import Session
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings import social
from narthex.tenants.request import Request

SCREENS = {FirstScreen.SIGN_IN: "/sign-in", FirstScreen.REGISTER: "/register"}


async def authorize(runtime: Runtime, request: Request) -> Response:
    """Begin. A POST becomes a GET, so that the Lax cookies of this site come along."""
    if request.method == "POST":
        form = await request.form()
        return redirect(f"{request.tenant.base_url}/oidc/auth?{urlencode(form.pairs())}", 303, (NO_STORE,))
    try:
        checked = await check(runtime, request, request.query)
    except RefusedAtClient as refused:
        error = error_parameters(refused.cause.error, refused.cause.text)
        return await answer(runtime, request, refused.application, refused.address, error)
    async with runtime.database.read(request.tenant.id) as reader:
        session = await sessions.current(reader, request, runtime.clock.now())
    return await _go_on(runtime, request, checked.application, checked.request, session, None)


async def resume(runtime: Runtime, request: Request) -> Response:
    """Come back from a hosted page to `/oidc/auth/<interaction>`."""
    interaction_id = request.path.rpartition("/")[2]
    now = runtime.clock.now()
    async with runtime.database.read(request.tenant.id) as reader:
        interaction = await interactions.find(reader, request, interaction_id, now)
        session = await sessions.current(reader, request, now)
    application = await applications.find(runtime, request.tenant, interaction.application_id)
    if application is None:
        raise interactions.InteractionNotFound
    return await _go_on(runtime, request, application, interaction.request, session, interaction)


async def _go_on(
    runtime: Runtime,
    request: Request,
    application: Application,
    asked: AuthorizationRequest,
    session: Session | None,
    interaction: Interaction | None,
) -> Response:
    facts = await _facts(runtime, request, application, asked, session, interaction)
    address = ReturnAddress(asked.redirect_uri, asked.response_mode, asked.state)
    match next_step(facts):
        case SignIn(screen):
            return await _show(runtime, request, asked, interaction, SCREENS[screen])
        case GoToProvider(target):
            return await _show(runtime, request, asked, interaction, f"/sign-in/social/{target}")
        case OfferLink():
            return await _show(runtime, request, asked, interaction, "/sign-in/link")
        case CompleteProfile() | MakeAccount() | RefuseNewcomer():
            return await _show(runtime, request, asked, interaction, "/continue")
        case AskConsent():
            return await _show(runtime, request, asked, interaction, "/consent")
        case Refuse(error, description):
            refused = error_parameters(error, description)
            return await answer(runtime, request, application, address, refused, asked.ui_locales)
        case Issue():
            signed_in = SignedIn(application, asked, session, interaction)
            issued = await issue_code(runtime, request, signed_in)
            code: dict[str, str | None] = {"code": issued.code}
            response = await answer(runtime, request, application, address, code, asked.ui_locales)
            return _with_session_cookie(request, response, issued)


async def _facts(
    runtime: Runtime,
    request: Request,
    application: Application,
    asked: AuthorizationRequest,
    session: Session | None,
    interaction: Interaction | None,
) -> Facts:
    here = interaction.authentication if interaction else None
    user_id = here.user_id if here else session.user_id if session else None
    consented = False
    if application.is_third_party and user_id is not None:
        async with runtime.database.read(request.tenant.id) as reader:
            consent = await consents.find(reader, user_id, application.id)
        consented = consent is not None and consent.covers(asked.scopes, asked.resources)
    answered = interaction.consent if interaction else None
    return Facts(
        now=runtime.clock.now(),
        prompts=asked.prompts,
        max_age=asked.max_age,
        hinted_subject=asked.hinted_subject,
        first_screen=asked.first_screen,
        direct_target=await _direct_target(runtime, request, asked) if interaction is None else None,
        newcomer=await _newcomer(runtime, request, interaction),
        session=KnownUser(session.user_id, session.authenticated_at) if session else None,
        authenticated_here=KnownUser(here.user_id, here.at) if here else None,
        consent_is_needed=application.is_third_party,
        consent_is_given=consented,
        consent_answer=answered.allowed if answered and answered.user_id == user_id else None,
    )


async def _direct_target(runtime: Runtime, request: Request, asked: AuthorizationRequest) -> str | None:
    """The target of `direct_sign_in=social:<target>` where the sign-in page offers it; any other begins as usual."""
    method, _, target = (asked.direct_sign_in or "").partition(":")
    if method != "social" or not target:
        return None
    shown = await social.shown(runtime, request.tenant.id)
    return target if any(one.target == target for one in shown) else None


async def _newcomer(runtime: Runtime, request: Request, interaction: Interaction | None) -> Outlook | None:
    newcomer = trips.newcomer_of(runtime, request.tenant.id, interaction) if interaction else None
    if newcomer is None:
        return None
    settings = await sign_in_settings.read(runtime, request.tenant.id)
    async with runtime.database.read(request.tenant.id) as reader:
        return await newcomers.outlook(
            reader, settings, newcomer.external, wants_own_account=newcomer.wants_own_account
        )


async def _show(
    runtime: Runtime, request: Request, asked: AuthorizationRequest, interaction: Interaction | None, path: str
) -> Response:
    """Send the browser to a hosted page, with an interaction that only it can go on with."""
    secret = interactions.browser_secret(request) or runtime.randomness.token()
    if interaction is None:
        async with runtime.database.write(request.tenant.id) as tx:
            interaction = await interactions.begin(tx, request.actor(), asked, secret)
    query = {"app_id": asked.client_id, "interaction": interaction.id}
    if locales := request.query.get("ui_locales") or " ".join(asked.ui_locales):
        query["ui_locales"] = locales
    cookie = set_cookie_header(
        request.tenant.cookie_name(INTERACTION_COOKIE),
        secret,
        max_age=INTERACTION_TTL // 1000,
        secure=request.tenant.secure,
    )
    return redirect(f"{request.tenant.base_path}{path}?{urlencode(query)}", 303, (NO_STORE, cookie))


def _with_session_cookie(request: Request, response: Response, issued: IssuedCode) -> Response:
    if issued.session_secret is None:
        return response
    return response.with_cookie(session_cookie(request.tenant, issued.session_secret))
