"""Where the links of operators lead: the first one sets the server up, more of them are invited, one who is locked out
sets a new password. Looking at the page uses nothing up; the form does, together with all that it makes."""

from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from narthex.credentials import service as credentials
from narthex.credentials.password_policy import PasswordRejected, check_password, normalise_password
from narthex.interactions import service as interactions
from narthex.interactions.schemas import INTERACTION_COOKIE, INTERACTION_TTL
from narthex.kit.errors import Refusal
from narthex.kit.forms import form_token
from narthex.kit.http import NO_STORE, Header, Response, header, redirect, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.operators import tokens
from narthex.operators.schemas import OperatorToken, TokenKind
from narthex.operators.service import console_url
from narthex.registration import service as registration
from narthex.sessions.cookie import session_cookie
from narthex.sign_in.form_guard import FormExpired, check_silent_form, purpose_of
from narthex.sign_in.operator_entering import Entering, enter
from narthex.sign_in.problems import empty, problems_of, refused_rules
from narthex.sign_in.step_context import DEVICE_COOKIE, authenticated_cookies
from narthex.sign_in_settings import service as settings_service
from narthex.sign_in_settings.hosted_page import (
    HostedForm,
    HostedPage,
    Problem,
    language_links,
    password_rules,
    render_hosted,
)
from narthex.sign_in_settings.page_of_request import notice, page_of_request
from narthex.sign_in_settings.policies import new_password_rules
from narthex.sign_in_settings.schemas import SignInSettings
from narthex.tenants.request import Request
from narthex.tenants.schemas import ADMIN_TENANT
from narthex.users.service import UsernameTaken
from narthex.users.username import LONGEST_USERNAME, UsernameRefused

STEP = "operator-entrance"
MINUTE = 60 * 1000
WORDS = {TokenKind.SET_UP: "set_up", TokenKind.INVITATION: "invitation", TokenKind.RECOVERY: "recovery"}
COMMANDS = {TokenKind.SET_UP: "set-up-link", TokenKind.INVITATION: "invite-operator", TokenKind.RECOVERY: "recover"}
# The address is a secret, so it goes nowhere, not even to our own files.
SILENT = header("referrer-policy", "no-referrer")


class Entrance(Struct, frozen=True):
    """A link that works, in the browser that holds `secret`."""

    link: str
    token: OperatorToken
    secret: str
    settings: SignInSettings
    page: HostedPage


async def operator_entrance(runtime: Runtime, request: Request) -> Response:
    """Answer any request to the page of the links."""
    try:
        return _silent(await _answer(runtime, request))
    except tokens.TokenDead as dead:
        return _silent(await notice(runtime, request, dead, template="sign_in/dead_link.html"))
    except Refusal as refusal:
        return _silent(await notice(runtime, request, refusal))


async def _answer(runtime: Runtime, request: Request) -> Response:
    if request.tenant.id != ADMIN_TENANT:
        raise Refusal("request.not_found", status=404, text="There is nothing here.", phrase="error.not_found")
    entrance = await _load(runtime, request)
    if request.method == "POST":
        return await _submit(runtime, request, entrance)
    return _page(runtime, request, entrance, entrance.token.username or "", ())


async def _load(runtime: Runtime, request: Request) -> Entrance:
    link = request.query.get("token") or ""
    async with runtime.database.read(request.tenant.id) as reader:
        token = await tokens.find_token(reader, link, runtime.clock.now())
    page = await page_of_request(runtime, request)
    # The page in another language needs the link as well.
    links = language_links(page.catalogue, f"{request.tenant.base_path}{tokens.SET_UP_PATH}", [("token", link)])
    return Entrance(
        link=link,
        token=token,
        secret=interactions.browser_secret(request) or runtime.randomness.token(),
        settings=await settings_service.read(runtime, request.tenant.id),
        page=msgspec.structs.replace(page, languages=links),
    )


async def _submit(runtime: Runtime, request: Request, entrance: Entrance) -> Response:
    form = await request.form()
    typed = entrance.token.username or form.get("username") or ""
    password = form.get("password") or ""
    try:
        check_silent_form(request, form, entrance.secret, purpose_of(STEP, entrance.token.id))
        if not password:
            return _page(runtime, request, entrance, typed, (empty(entrance.page, "password"),), 422)
        username = _checked(entrance, typed, password)
        return await _enter(runtime, request, entrance, username, await credentials.hashed(runtime, password))
    except (FormExpired, PasswordRejected, UsernameRefused, UsernameTaken) as refusal:
        problems = problems_of(entrance.page, refusal)
        return _page(runtime, request, entrance, typed, problems, refusal.status, refused_rules(refusal))


def _checked(entrance: Entrance, username: str, password: str) -> str:
    rules = new_password_rules(entrance.settings)
    if entrance.token.kind is not TokenKind.RECOVERY:
        return registration.check(username, password, rules)
    check_password(normalise_password(password), rules, (username,))
    return username


async def _enter(runtime: Runtime, request: Request, entrance: Entrance, username: str, password_hash: str) -> Response:
    device = request.secret(DEVICE_COOKIE) or runtime.randomness.token()
    opened = await enter(runtime, request, Entering(entrance.token, username, password_hash, device))
    cookies = (
        session_cookie(request.tenant, opened.secret),
        *authenticated_cookies(request, runtime.randomness.token(), device),
    )
    return redirect(console_url(request.tenant), 303, (NO_STORE, *cookies))


def _page(
    runtime: Runtime,
    request: Request,
    entrance: Entrance,
    username: str,
    problems: tuple[Problem, ...],
    status: int = 200,
    refused: list[str] | None = None,
) -> Response:
    kind, page = entrance.token.kind, entrance.page
    query = {"token": entrance.link, "ui_locales": page.language}
    hidden = {"form_token": form_token(entrance.secret, purpose_of(STEP, entrance.token.id))}
    command = f"narthex admin {COMMANDS[kind]}"
    response = render_hosted(
        runtime.templates,
        page,
        "sign_in/operator_entrance.html",
        status=status,
        form=HostedForm(f"{request.tenant.base_path}{tokens.SET_UP_PATH}?{urlencode(query)}", hidden),
        word=WORDS[kind],
        username=username[: LONGEST_USERNAME * 2],
        problems=problems,
        rules=password_rules(page, entrance.settings.experience.password_policy, refused or ()),
        minutes_left=-(-(entrance.token.expires_at - runtime.clock.now()) // MINUTE),
        command=f"{command} {entrance.token.username}" if kind is TokenKind.RECOVERY else command,
    )
    return response.with_cookie(_browser_cookie(request, entrance.secret))


def _browser_cookie(request: Request, secret: str) -> Header:
    name = request.tenant.cookie_name(INTERACTION_COOKIE)
    return set_cookie_header(name, secret, max_age=INTERACTION_TTL // 1000, secure=request.tenant.secure)


def _silent(response: Response) -> Response:
    kept = (one for one in response.headers if one[0] != SILENT[0])
    return Response(response.status, response.body, (*kept, SILENT))
