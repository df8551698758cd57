"""How an operator gets in and out: the console is a client of the `admin` tenant (code, PKCE, nonce)."""

from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from narthex.access import ActorKind
from narthex.applications.schemas import ADMIN_CONSOLE_APPLICATION_ID
from narthex.console.context import FORM_PURPOSE
from narthex.kit.asgi_client import Application, call
from narthex.kit.errors import Refusal
from narthex.kit.forms import check_form_token
from narthex.kit.http import NO_STORE, Response, redirect, set_cookie_header
from narthex.kit.jose import InvalidToken
from narthex.kit.pkce import challenge_of
from narthex.kit.runtime import Runtime
from narthex.operators import service as operators
from narthex.operators.schemas import CONSOLE_COOKIE, CONSOLE_SESSION_TTL
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request
from narthex.tenants.sealed_cookies import drop, keep, read

PENDING_COOKIE = "console-pending"
HOME = "/console"


class Pending(Struct, frozen=True):
    """A sign-in that this browser began, and the page that it wanted."""

    state: str
    nonce: str
    code_verifier: str
    wanted: str


class Tokens(Struct, frozen=True):
    """What the console needs of a token answer (RFC 6749 5.1)."""

    id_token: str


class EntranceFailed(Refusal):
    """The sign-in came back with an error, or not from where it began."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "console.sign_in_failed",
            status=400,
            text="The sign-in did not work. Open the console again.",
            phrase="console.sign_in_failed",
            detail=detail,
        )


def begin(runtime: Runtime, request: Request, wanted: str) -> Response:
    """Send the browser to the sign-in of the `admin` tenant; `wanted` is where it comes back to."""
    token = runtime.randomness.token
    pending = Pending(token(), token(), token(), wanted if wanted.startswith(HOME) else HOME)
    query = {
        "client_id": ADMIN_CONSOLE_APPLICATION_ID,
        "redirect_uri": _callback_uri(request),
        "response_type": "code",
        "scope": "openid profile",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": challenge_of(pending.code_verifier),
        "code_challenge_method": "S256",
    }
    kept = keep(runtime, request, PENDING_COOKIE, pending)
    return redirect(f"{request.tenant.issuer}/auth?{urlencode(query)}", 303, (NO_STORE, kept))


async def callback(runtime: Runtime, request: Request, application: Application) -> Response:
    """Redeem the code, check the ID token, and open a console session for an operator."""
    pending, query = read(runtime, request, PENDING_COOKIE, Pending), request.query
    if pending is None or query.get("state") != pending.state or query.get("iss") != request.tenant.issuer:
        return redirect(HOME, 303, (NO_STORE, drop(request, PENDING_COOKIE)))
    if (error := query.get("error")) is not None:
        raise EntranceFailed(error[:64])
    claims = await _redeem(runtime, request, application, pending, query.get("code") or "")
    user_id, session_id = str(claims["sub"]), str(claims.get("sid", ""))
    async with runtime.database.write(request.tenant.id) as tx:
        actor = request.actor(ActorKind.USER, user_id)
        secret = await operators.open_console_session(tx, actor, runtime, user_id, session_id)
    tenant = request.tenant
    opened = set_cookie_header(
        tenant.cookie_name(CONSOLE_COOKIE), secret, max_age=CONSOLE_SESSION_TTL // 1000, secure=tenant.secure
    )
    return redirect(pending.wanted, 303, (NO_STORE, opened, drop(request, PENDING_COOKIE)))


async def sign_out(runtime: Runtime, request: Request) -> Response:
    """End the console session, and the sign-in session of the `admin` tenant with it."""
    request.require_same_origin()
    form, secret = await request.form(), request.secret(CONSOLE_COOKIE)
    if not check_form_token(secret or "", FORM_PURPOSE, form.get("form_token")):
        raise EntranceFailed("the form of another page")
    async with runtime.database.read(request.tenant.id) as reader:
        operator = await operators.current(reader, secret, runtime.clock.now())
    if operator is not None:
        async with runtime.database.write(request.tenant.id) as tx:
            await operators.end_console_session(tx, request.actor(ActorKind.OPERATOR, operator.user_id), operator)
    query = {"client_id": ADMIN_CONSOLE_APPLICATION_ID, "post_logout_redirect_uri": f"{request.tenant.origin}{HOME}"}
    url = f"{request.tenant.issuer}/session/end?{urlencode(query)}"
    return redirect(url, 303, (NO_STORE, drop(request, CONSOLE_COOKIE)))


async def _redeem(
    runtime: Runtime, request: Request, application: Application, pending: Pending, code: str
) -> dict[str, object]:
    form = {
        "grant_type": "authorization_code",
        "client_id": ADMIN_CONSOLE_APPLICATION_ID,
        "redirect_uri": _callback_uri(request),
        "code": code,
        "code_verifier": pending.code_verifier,
    }
    answer = await call(application, "POST", f"{request.tenant.issuer}/token", form=form)
    if answer.status != 200:
        raise EntranceFailed(answer.body.decode()[:300])
    id_token = msgspec.json.decode(answer.body, type=Tokens).id_token
    ring = await signing_keys.key_ring(runtime, request.tenant.id)
    try:
        claims = ring.verifier.verify(id_token)
    except InvalidToken as error:
        raise EntranceFailed(str(error)) from None
    fits = claims.get("iss") == request.tenant.issuer and claims.get("aud") == ADMIN_CONSOLE_APPLICATION_ID
    if not fits or claims.get("nonce") != pending.nonce:
        raise EntranceFailed("the ID token is of another sign-in")
    return claims


def _callback_uri(request: Request) -> str:
    return f"{request.tenant.origin}{HOME}/-/callback"
