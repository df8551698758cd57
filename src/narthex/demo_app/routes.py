"""The pages of the demo app."""

from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from narthex.applications import service as applications
from narthex.applications.schemas import DEMO_APPLICATION_ID
from narthex.demo_app.state import PATH, PENDING, RESULT, Pending, Result
from narthex.kit.asgi_client import Answer, Application, call
from narthex.kit.errors import Refusal
from narthex.kit.forms import check_form_token, form_token
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.jose import InvalidToken
from narthex.kit.pkce import challenge_of
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings.hosted_page import HostedForm, HostedPage, render_hosted
from narthex.sign_in_settings.page_of_request import notice, page_of_request
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request
from narthex.tenants.sealed_cookies import drop, keep, read

SCOPE = "openid offline_access profile email phone roles"


class TokenAnswer(Struct, frozen=True):
    """What the token endpoint answers (RFC 6749 5.1)."""

    access_token: str
    expires_in: int
    scope: str
    id_token: str
    refresh_token: str | None = None


class DemoFailed(Refusal):
    """The sign-in came back with an error, or not from where it was started."""

    def __init__(self, phrase: str, detail: str, status: int = 400) -> None:
        super().__init__("demo.failed", status=status, text="The sign-in did not work.", phrase=phrase, detail=detail)


class DemoApp:
    """The demo app of every tenant; `application` is the server itself, as its clients reach it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def answer(self, runtime: Runtime, request: Request) -> Response:
        """Answer any request below `/demo-app`."""
        try:
            match (request.method, request.path.removeprefix(PATH)):
                case ("GET" | "HEAD", ""):
                    return await self._home(runtime, request)
                case ("GET", "/sign-in"):
                    return self._begin(runtime, request, "sign_in")
                case ("GET", "/sign-up"):
                    return self._begin(runtime, request, "register")
                case ("GET", "/callback"):
                    return await self._callback(runtime, request)
                case ("POST", "/refresh"):
                    return await self._refresh(runtime, request)
                case ("POST", "/sign-out"):
                    return await self._sign_out(runtime, request)
            raise Refusal("request.not_found", status=404, text="There is nothing here.", phrase="error.not_found")
        except Refusal as refusal:
            return await notice(runtime, request, refusal, back_url=self._url(request))

    def _url(self, request: Request, path: str = "") -> str:
        return f"{request.tenant.base_path}{PATH}{path}"

    async def _home(self, runtime: Runtime, request: Request) -> Response:
        application = await applications.find(runtime, request.tenant, DEMO_APPLICATION_ID)
        page = await page_of_request(runtime, request, application)
        result = read(runtime, request, RESULT, Result)
        claims = await self._claims(runtime, request, result) if result else None
        if result is None or claims is None:
            return render_hosted(
                runtime.templates,
                page,
                "demo_app/home.html",
                sign_in_url=self._url(request, "/sign-in"),
                sign_up_url=self._url(request, "/sign-up"),
                issuer=request.tenant.issuer,
            )
        return await self._show(runtime, request, page, result, claims)

    async def _show(
        self, runtime: Runtime, request: Request, page: HostedPage, result: Result, claims: dict[str, object]
    ) -> Response:
        headers = {"authorization": f"Bearer {result.access_token}"}
        answer = await call(self._application, "GET", f"{request.tenant.issuer}/me", headers=headers)
        # Where the tenant has a default API the token is for that, and does not open the userinfo endpoint.
        userinfo = msgspec.json.decode(answer.body, type=dict[str, object]) if answer.status == 200 else None
        token = form_token(request.cookie(RESULT) or "", RESULT)
        return render_hosted(
            runtime.templates,
            page,
            "demo_app/signed_in.html",
            name=claims.get("name") or claims.get("username") or claims["sub"],
            claims=claims,
            userinfo=userinfo,
            id_token=result.id_token,
            access_token=result.access_token,
            refresh_token=result.refresh_token,
            access_token_expires_at=result.access_token_expires_at,
            refresh_token_expires_at=None,
            scope=result.scope,
            refreshed=result.refreshed,
            refresh_form=HostedForm(self._url(request, "/refresh"), {"form_token": token}),
            sign_out_form=HostedForm(self._url(request, "/sign-out"), {"form_token": token}),
        )

    def _begin(self, runtime: Runtime, request: Request, first_screen: str) -> Response:
        randomness = runtime.randomness
        pending = Pending(randomness.token(16), randomness.token(16), randomness.token(32))
        query = {
            "client_id": DEMO_APPLICATION_ID,
            "redirect_uri": f"{request.tenant.base_url}{PATH}/callback",
            "response_type": "code",
            "scope": SCOPE,
            "prompt": "consent",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge_of(pending.code_verifier),
            "code_challenge_method": "S256",
            "first_screen": first_screen,
        }
        if locale := request.query.get("ui_locales"):
            query["ui_locales"] = locale
        url = f"{request.tenant.issuer}/auth?{urlencode(query)}"
        return redirect(url, 303, (NO_STORE, keep(runtime, request, PENDING, pending)))

    async def _callback(self, runtime: Runtime, request: Request) -> Response:
        pending, query = read(runtime, request, PENDING, Pending), request.query
        if pending is None or query.get("state") != pending.state or query.get("iss") != request.tenant.issuer:
            return redirect(self._url(request))
        if (error := query.get("error")) is not None:
            phrase = f"oauth.{error}" if error.isidentifier() else "error.invalid_request"
            raise DemoFailed(phrase, error[:64])
        form = {
            "grant_type": "authorization_code",
            "client_id": DEMO_APPLICATION_ID,
            "redirect_uri": f"{request.tenant.base_url}{PATH}/callback",
            "code": query.get("code") or "",
            "code_verifier": pending.code_verifier,
        }
        result = await self._tokens(runtime, request, form)
        claims = await self._claims(runtime, request, result)
        if claims is None or claims.get("nonce") != pending.nonce:
            raise DemoFailed("error.invalid_request", "the nonce of the ID token is another")
        cookies = (keep(runtime, request, RESULT, result), drop(request, PENDING))
        return redirect(self._url(request), 303, (NO_STORE, *cookies))

    async def _refresh(self, runtime: Runtime, request: Request) -> Response:
        result = await self._posted(runtime, request)
        form = {
            "grant_type": "refresh_token",
            "client_id": DEMO_APPLICATION_ID,
            "refresh_token": result.refresh_token or "",
        }
        renewed = await self._tokens(runtime, request, form, refreshed=True)
        return redirect(self._url(request), 303, (NO_STORE, keep(runtime, request, RESULT, renewed)))

    async def _sign_out(self, runtime: Runtime, request: Request) -> Response:
        result = await self._posted(runtime, request)
        query = {"id_token_hint": result.id_token, "post_logout_redirect_uri": f"{request.tenant.base_url}{PATH}"}
        url = f"{request.tenant.issuer}/session/end?{urlencode(query)}"
        return redirect(url, 303, (NO_STORE, drop(request, RESULT)))

    async def _posted(self, runtime: Runtime, request: Request) -> Result:
        request.require_same_origin()
        result, form = read(runtime, request, RESULT, Result), await request.form()
        if result is None or not check_form_token(request.cookie(RESULT) or "", RESULT, form.get("form_token")):
            raise DemoFailed("error.form_expired", "no result, or a form of another page", 403)
        return result

    async def _tokens(
        self, runtime: Runtime, request: Request, form: dict[str, str], *, refreshed: bool = False
    ) -> Result:
        answer: Answer = await call(self._application, "POST", f"{request.tenant.issuer}/token", form=form)
        if answer.status != 200:
            raise DemoFailed("oauth.invalid_grant", answer.body.decode()[:500])
        tokens = msgspec.json.decode(answer.body, type=TokenAnswer)
        expires_at = runtime.clock.now() + tokens.expires_in * 1000
        return Result(tokens.id_token, tokens.access_token, tokens.refresh_token, tokens.scope, expires_at, refreshed)

    async def _claims(self, runtime: Runtime, request: Request, result: Result) -> dict[str, object] | None:
        ring = await signing_keys.key_ring(runtime, request.tenant.id)
        try:
            return ring.verifier.verify(result.id_token)
        except InvalidToken:
            return None
