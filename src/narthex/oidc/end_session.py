"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): at once with an ID token of the running session,
otherwise after one click, so that no foreign page can sign anybody out (S9)."""

from urllib.parse import urlencode

from msgspec import Struct

from narthex.access import ActorKind
from narthex.applications import service as applications
from narthex.applications.schemas import Application
from narthex.interactions import service as interactions
from narthex.kit.forms import Form, check_form_token, form_token
from narthex.kit.http import NO_STORE, Response, redirect, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.oidc.errors import OAuthError, invalid_request
from narthex.oidc.id_token_hint import Hint, read_hint
from narthex.sessions import service as sessions
from narthex.sessions.schemas import SESSION_COOKIE, Session
from narthex.sign_in_settings.hosted_page import HostedForm, Person, render_hosted
from narthex.sign_in_settings.page_of_request import page_of_request
from narthex.tenants.request import Request
from narthex.tokens import grants
from narthex.users import service as users

PURPOSE = "sign-out"
KEPT = ("client_id", "post_logout_redirect_uri", "state", "ui_locales")
LONGEST_STATE = 8192


class LogoutRequest(Struct, frozen=True):
    """A sign-out that was checked: from which application, and where to go afterwards."""

    application: Application | None
    return_to: str | None
    hint: Hint | None
    ui_locales: str | None


async def end_session(runtime: Runtime, request: Request) -> Response:
    """Sign out, or ask. A POST becomes a GET, so that the Lax cookies of this site come along."""
    if request.method == "POST":
        form = await request.form()
        return redirect(f"{request.tenant.issuer}/session/end?{urlencode(form.pairs())}", 303, (NO_STORE,))
    logout = await _check(runtime, request, request.query)
    async with runtime.database.read(request.tenant.id) as reader:
        session = await sessions.current(reader, request, runtime.clock.now())
    if session is None:
        return _gone(request, logout)
    if _names_session(logout.hint, session):
        return await _sign_out(runtime, request, logout, session)
    return await _ask(runtime, request, logout, session)


async def confirm(runtime: Runtime, request: Request) -> Response:
    """The answer to the question."""
    request.require_same_origin()
    form = await request.form()
    logout = await _check(runtime, request, form)
    async with runtime.database.read(request.tenant.id) as reader:
        session = await sessions.current(reader, request, runtime.clock.now())
    if session is None:
        return _gone(request, logout)
    secret = request.cookie(SESSION_COOKIE) or ""
    if not check_form_token(secret, PURPOSE, form.get("form_token")):
        raise OAuthError("invalid_request", "the form is not from this browser", status=403)
    return await _sign_out(runtime, request, logout, session)


async def success(runtime: Runtime, request: Request) -> Response:
    """Where a sign-out without a registered address ends."""
    page = await page_of_request(runtime, request)
    return render_hosted(runtime.templates, page, "oidc/signed_out.html", back_url=None)


async def _check(runtime: Runtime, request: Request, form: Form) -> LogoutRequest:
    if repeated := form.repeated():
        raise invalid_request(f"{repeated[0][:64]!r} parameter must not be provided twice")
    hint = await _hint(runtime, request, form)
    client_id = form.get("client_id") or (hint.audience if hint else None)
    if hint and client_id != hint.audience:
        raise invalid_request("client_id does not match the provided id_token_hint")
    application = await applications.find(runtime, request.tenant, client_id) if client_id else None
    if client_id and application is None:
        error = OAuthError("invalid_client", "unknown client")
        error.phrase = "error.unknown_client"
        raise error
    return LogoutRequest(application, _return_to(form, application), hint, form.get("ui_locales"))


async def _hint(runtime: Runtime, request: Request, form: Form) -> Hint | None:
    token = form.get("id_token_hint")
    if token is None:
        return None
    hint = await read_hint(runtime, request.tenant, token)
    if hint is None:
        raise invalid_request("could not validate id_token_hint")
    return hint


def _return_to(form: Form, application: Application | None) -> str | None:
    uri = form.get("post_logout_redirect_uri")
    if uri is None:
        return None
    if application is None or uri not in application.oidc.post_logout_redirect_uris:
        error = invalid_request("post_logout_redirect_uri not registered")
        error.phrase = "error.post_logout_redirect_uri"
        raise error
    state = form.get("state")
    if state is None or len(state) > LONGEST_STATE:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}"


def _names_session(hint: Hint | None, session: Session) -> bool:
    if hint is None or hint.subject != session.user_id:
        return False
    return hint.session_id is None or hint.session_id == session.id


async def _ask(runtime: Runtime, request: Request, logout: LogoutRequest, session: Session) -> Response:
    async with runtime.database.read(request.tenant.id) as reader:
        user = await users.find(reader, session.user_id)
    page = await page_of_request(runtime, request, logout.application)
    hidden = {name: value for name in KEPT if (value := request.query.get(name)) is not None}
    if logout.application is not None:
        hidden["client_id"] = logout.application.id
    hidden["form_token"] = form_token(request.cookie(SESSION_COOKIE) or "", PURPOSE)
    action = f"{request.tenant.base_path}/oidc/session/end/confirm"
    return render_hosted(
        runtime.templates,
        page,
        "oidc/sign_out.html",
        form=HostedForm(action, hidden),
        who=Person(user.display_name, user.primary_email or "") if user else None,
        stay_url=logout.return_to,
    )


async def _sign_out(runtime: Runtime, request: Request, logout: LogoutRequest, session: Session) -> Response:
    actor = request.actor(ActorKind.USER, session.user_id)
    async with runtime.database.write(request.tenant.id) as tx:
        await sessions.end(tx, actor, session)
        if logout.application is not None:
            application_id = logout.application.id
            await grants.revoke_of_session(tx, actor, session.id, application_id, session.user_id)
        await interactions.close_all(tx, request)
    return _gone(request, logout).with_cookie(
        set_cookie_header(request.tenant.cookie_name(SESSION_COOKIE), "", max_age=0, secure=request.tenant.secure)
    )


def _gone(request: Request, logout: LogoutRequest) -> Response:
    if logout.return_to is not None:
        return redirect(logout.return_to, 303, (NO_STORE,))
    query = f"?{urlencode({'ui_locales': logout.ui_locales})}" if logout.ui_locales else ""
    return redirect(f"{request.tenant.issuer}/session/end/success{query}", 303, (NO_STORE,))
