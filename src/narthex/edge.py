"""What every request passes: host and path to tenant, request id, address of the client, errors, security headers.

The protocol is dispatched first, by a table of exact paths; then the hosted pages, the demo app and the static files.
"""

import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from narthex.console.routes import Console
from narthex.demo_app.routes import DemoApp
from narthex.kit.addresses import plain_address
from narthex.kit.errors import Refusal
from narthex.kit.http import Header, Response, header, json_response, text_response
from narthex.kit.logging import Log, log_request
from narthex.kit.runtime import Runtime
from narthex.management_api.routes import answer as management_api
from narthex.oidc.routes import protocol
from narthex.operations.routes import Operations
from narthex.sign_in.routes import hosted_step, is_hosted_step
from narthex.sign_in_settings.page_of_request import log_refusal, notice
from narthex.static import find
from narthex.tenants.directory import TenantDirectory
from narthex.tenants.request import Request
from narthex.tenants.schemas import ADMIN_TENANT, Tenant

LOG = Log("narthex.edge")
METADATA_ROOT = "/.well-known/oauth-authorization-server"
LONGEST_PATH = 2048

NO_CSP = header("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
ALWAYS = (
    header("x-content-type-options", "nosniff"),
    header("cross-origin-opener-policy", "same-origin"),
    header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
UNLESS_SET = (
    NO_CSP,
    header("x-frame-options", "DENY"),
    header("referrer-policy", "no-referrer"),
    header("cross-origin-resource-policy", "same-origin"),
)
HSTS = header("strict-transport-security", "max-age=31536000")


class NotFound(Refusal):
    """There is no such address."""

    def __init__(self) -> None:
        super().__init__("request.not_found", status=404, text="There is nothing here.", phrase="error.not_found")


class ServerError(Refusal):
    """Something unexpected; the log has it under the request id."""

    def __init__(self) -> None:
        super().__init__("server_error", status=500, text="Something went wrong.", phrase="error.server_error")


Answer = Callable[[Runtime, Request], Awaitable[Response]]


class Edge:
    """The ASGI application in front of everything."""

    def __init__(
        self,
        runtime: Runtime,
        directory: TenantDirectory,
        demo_app: DemoApp,
        console: Console,
        operations: Operations,
        trusted_proxies: Iterable[str],
    ) -> None:
        self._runtime = runtime
        self._directory = directory
        self._demo_app = demo_app
        self._console = console
        self._operations = operations
        self._trusted = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]
        # A request id names a request in the log; it is no secret, so a count is enough.
        self._prefix = runtime.randomness.identifier(12)
        self._count = 0
        self._requests = runtime.metrics.counter("narthex_requests", "Requests answered.", ("status",))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        began = time.perf_counter()
        self._count += 1
        request_id = f"{self._prefix}{self._count:x}"
        headers = _headers(scope["headers"])
        ip = self._client_address(scope, headers)
        tenant, response = await self._respond(scope, receive, headers, request_id, ip)
        secure = tenant.secure if tenant else self._directory.base_url.startswith("https:")
        await _secured(response, request_id, secure=secure)(scope, receive, send)
        self._requests.add(str(response.status))
        if tenant is None and response.status == 200:
            return  # a probe, which asks every few seconds and has nothing to tell
        log_request(
            method=scope["method"],
            path=scope["path"],
            status=response.status,
            duration_ms=(time.perf_counter() - began) * 1000,
            ip=ip,
            request_id=request_id,
            tenant=tenant.id if tenant else None,
        )

    async def _respond(
        self, scope: Any, receive: Any, headers: dict[bytes, bytes], request_id: str, ip: str
    ) -> tuple[Tenant | None, Response]:
        path = _path(scope["path"])
        if (own := await self._operations.answer(path, ip, headers)) is not None:
            return None, own
        host = self._host(scope, headers)
        if not self._directory.knows_host(host):
            return None, self._misdirected(host)
        if path.startswith(METADATA_ROOT):
            path = _metadata_path(path)
        tenant, inner = (
            self._directory.place(host, path) if not _is_console(path) else self._directory.console(host, path)
        )
        known = tenant or self._directory.place(host, "/")[0]
        if known is None:
            return None, text_response("This server has no tenant yet; run `narthex init`.", 503)
        request = Request(
            known, scope["method"], inner, scope["query_string"], headers, receive, request_id=request_id, ip=ip
        )
        return tenant, await self._answer(request, found=tenant is not None and len(path) <= LONGEST_PATH)

    async def _answer(self, request: Request, *, found: bool) -> Response:
        try:
            if not found:
                raise NotFound
            return await self._dispatch(request)
        except Refusal as refusal:
            return await self._refused(request, refusal)
        except Exception as error:
            LOG.error("failed", exception=error, request_id=request.id, tenant=request.tenant.id, path=request.path)
            return await self._refused(request, ServerError())

    async def _dispatch(self, request: Request) -> Response:
        path = request.path
        if request.tenant.id == ADMIN_TENANT and _is_console(path):
            return await self._console.answer(self._runtime, request)
        if path.startswith("/oidc/"):
            return await protocol(self._runtime, request)
        if path.startswith("/api/"):
            return await management_api(self._runtime, request)
        if is_hosted_step(path):
            return await hosted_step(self._runtime, request)
        if path.startswith("/static/"):
            return _static(request)
        if path == "/demo-app" or path.startswith("/demo-app/"):
            return await self._demo_app.answer(self._runtime, request)
        if path == "/":
            return Response(303, b"", ((b"location", f"{request.tenant.base_path}/demo-app".encode()),))
        raise NotFound

    async def _refused(self, request: Request, refusal: Refusal) -> Response:
        wants_page = "text/html" in (request.header(b"accept") or "")
        if not wants_page:
            log_refusal(request, refusal)
            body = {"code": refusal.code, "message": refusal.text, "error": _oauth_code(refusal)}
            return json_response(body, refusal.status, refusal.headers)
        try:
            return await notice(self._runtime, request, refusal)
        except Refusal:
            # The page needs the database too; say it plainly.
            return text_response(refusal.text, refusal.status, refusal.headers)

    def _misdirected(self, host: str) -> Response:
        text = (
            f"This server does not answer as {host[:100]!r}. It lives at {self._directory.base_url}.\n"
            "Behind a proxy, let it pass the Host header on, or set NARTHEX_BASE_URL.\n"
        )
        return text_response(text, 421)

    def _host(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        forwarded = headers.get(b"x-forwarded-host") if self._is_trusted(_peer(scope)) else None
        host = (forwarded or headers.get(b"host", b"")).decode("latin-1").strip().lower()
        # Some proxies name the port that a browser leaves out.
        return host.removesuffix(":443").removesuffix(":80")

    def _is_trusted(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)

    def _client_address(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        """The nearest address that is no trusted proxy; what a stranger writes into the header counts for nothing."""
        address = _peer(scope)
        if not self._is_trusted(address):
            return address
        for hop in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            found = plain_address(hop)
            # Beyond a hop that cannot be read nothing is known to come from a proxy of ours.
            if found is None:
                break
            address = found
            if not self._is_trusted(address):
                break
        return address


def _peer(scope: Any) -> str:
    client = scope.get("client")
    address: str = client[0] if client else "-"
    return address.removeprefix("::ffff:")


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; a repeated one is joined, cookies by semicolon (RFC 9110 5.3, RFC 9113 8.2.3)."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        if name in headers:
            headers[name] += (b"; " if name == b"cookie" else b", ") + value
        else:
            headers[name] = value
    return headers


def _is_console(path: str) -> bool:
    return path == "/console" or path.startswith("/console/")


def _path(path: str) -> str:
    # One SDK joins its endpoint and `/oidc/…` to a double slash (client-sdks-and-tutorial 3).
    return "/" + path.lstrip("/") if path.startswith("//") else path


def _metadata_path(path: str) -> str:
    """RFC 8414 3.1 puts the well-known part before the issuer's path; our own endpoint has it behind."""
    issuer_path = path[len(METADATA_ROOT) :].rstrip("/")
    return f"{issuer_path or '/oidc'}/.well-known/oauth-authorization-server"


def _oauth_code(refusal: Refusal) -> str:
    if refusal.status == 503:
        return "temporarily_unavailable"
    return "server_error" if refusal.status >= 500 else "invalid_request"


def _static(request: Request) -> Response:
    asset = find(request.path.removeprefix("/static/"), request.query.get("brand"), request.query.get("dark"))
    if asset is None or request.method not in {"GET", "HEAD"}:
        raise NotFound
    headers: tuple[Header, ...] = (
        header("content-type", asset.media_type),
        header("cache-control", asset.cache_control),
        header("vary", "Accept-Encoding"),
    )
    if "gzip" in (request.header(b"accept-encoding") or ""):
        return Response(200, asset.compressed, (*headers, header("content-encoding", "gzip")))
    return Response(200, asset.body, headers)


def _secured(response: Response, request_id: str, *, secure: bool) -> Response:
    names = {name for name, _ in response.headers}
    added = [*ALWAYS, *(one for one in UNLESS_SET if one[0] not in names), (b"x-request-id", request_id.encode())]
    if secure:
        added.append(HSTS)
    return Response(
        response.status, response.body, (*(h for h in response.headers if h[0] != b"x-content-type-options"), *added)
    )
