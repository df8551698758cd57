"""Every request to the console: who asks, about which tenant, from which form, and which page answers."""

from urllib.parse import urlsplit

from narthex.console import entrance, preferences
from narthex.console.context import FORM_PURPOSE, ConsoleContext
from narthex.console.navigation import routes
from narthex.console.notices import locked_door, notice
from narthex.console.route import PageNotFound, RouteTable
from narthex.console.words import language_of
from narthex.kit.asgi_client import Application
from narthex.kit.errors import Refusal
from narthex.kit.forms import check_form_token
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.operators import service as operators
from narthex.operators.schemas import CONSOLE_COOKIE, Operator
from narthex.tenants.directory import TenantDirectory
from narthex.tenants.request import Request
from narthex.tenants.schemas import ADMIN_TENANT, DEFAULT_TENANT, Tenant

PREFIX = "/console"
# Three pictures of 128 kB as data: URLs in a form, and the rest of it.
BODY_LIMIT = 768 * 1024


class ConsoleFormExpired(Refusal):
    """A form whose token is not of this browser's console session. Wire: none."""

    def __init__(self) -> None:
        super().__init__("form.expired", status=403, text="The page was too old.", phrase="error.form_expired")


class Console:
    """The console; `application` is the server itself, as its clients reach it."""

    def __init__(self, application: Application, directory: TenantDirectory) -> None:
        self._application = application
        self._directory = directory
        self._routes = RouteTable(routes())

    async def answer(self, runtime: Runtime, request: Request) -> Response:
        """Answer any request at or below `/console`; `request.tenant` is `admin`."""
        path = request.path.removeprefix(PREFIX).strip("/")
        try:
            if path.startswith("-/"):
                return await self._outside(runtime, request, path.removeprefix("-/"))
            async with runtime.database.read(request.tenant.id) as reader:
                operator = await operators.current(reader, request.secret(CONSOLE_COOKIE), runtime.clock.now())
            if operator is None:
                return await self._stranger(runtime, request)
            return await self._inside(runtime, request, operator, path)
        except Refusal as refusal:
            return notice(runtime, request, refusal)

    async def _outside(self, runtime: Runtime, request: Request, name: str) -> Response:
        match (request.method, name):
            case ("GET", "callback"):
                return await entrance.callback(runtime, request, self._application)
            case ("POST", "sign-out"):
                return await entrance.sign_out(runtime, request)
            case ("GET", "language"):
                return preferences.choose_language(request)
            case ("POST", "theme"):
                return await preferences.choose_theme(request)
        raise PageNotFound

    async def _stranger(self, runtime: Runtime, request: Request) -> Response:
        async with runtime.database.read(request.tenant.id) as reader:
            is_set_up = await operators.has_operator(reader)
        if not is_set_up:
            return locked_door(runtime, request)
        if request.method not in {"GET", "HEAD"}:
            # The form cannot be sent again after the sign-in; its page can be opened again.
            return entrance.begin(runtime, request, _page_of(request))
        query = request.raw_query.decode("latin-1")
        return entrance.begin(runtime, request, request.path + (f"?{query}" if query else ""))

    async def _inside(self, runtime: Runtime, request: Request, operator: Operator, path: str) -> Response:
        # The tenant `admin` is looked after by the page Operators and the command line alone: changed like any other,
        # it could shut its own operators out, or let strangers in.
        seen = tuple(one for one in self._directory.all() if one.id != ADMIN_TENANT and operator.may_see(one.id))
        tenant_id, _, rest = path.partition("/")
        tenant = next((one for one in seen if one.id == tenant_id), None)
        if not rest:
            home = tenant or _first(seen)
            return redirect(f"{PREFIX}/{home.id}/get-started", 303, (NO_STORE,))
        if tenant is None:
            raise PageNotFound
        request.body_limit = BODY_LIMIT
        context = ConsoleContext(runtime, request, operator, tenant, seen, language_of(request))
        try:
            handler, args = self._routes.find(request.method, rest)
            if request.method == "POST":
                await _check_form(request)
            return await handler(context.with_args(args))
        except Refusal as refusal:
            return notice(runtime, request, refusal, context)


def _first(seen: tuple[Tenant, ...]) -> Tenant:
    if not seen:
        raise PageNotFound
    return next((tenant for tenant in seen if tenant.id == DEFAULT_TENANT), seen[0])


async def _check_form(request: Request) -> None:
    """That a form comes from a page of ours in this browser (S9). No page can forget it: it stands before them all."""
    request.require_same_origin()
    form = await request.form()
    if not check_form_token(request.secret(CONSOLE_COOKIE) or "", FORM_PURPOSE, form.get("form_token")):
        raise ConsoleFormExpired


def _page_of(request: Request) -> str:
    referer = urlsplit(request.header(b"referer") or "")
    here = f"{referer.scheme}://{referer.netloc}" == request.tenant.origin
    return referer.path if here and referer.path.startswith(PREFIX) else PREFIX
