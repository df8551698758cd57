"""Which path is which endpoint, and what every endpoint passes: errors rendered, CORS headers set."""

from collections.abc import Awaitable, Callable

from narthex.applications import service as applications
from narthex.kit.errors import Refusal
from narthex.kit.http import Header, Response, header
from narthex.kit.runtime import Runtime
from narthex.oidc import authorize, discovery, end_session, introspection, jwks, revocation, token, userinfo
from narthex.oidc.errors import OAuthError, render_json
from narthex.sign_in_settings.page_of_request import language_of_request, log_refusal, notice
from narthex.tenants.request import Request

Endpoint = Callable[[Runtime, Request], Awaitable[Response]]

ANY_ORIGIN = (header("access-control-allow-origin", "*"),)

# Read by anybody, for anybody: no cookie, no secret.
DOCUMENTS: dict[str, Endpoint] = {
    "/oidc/.well-known/openid-configuration": discovery.discovery,
    "/oidc/.well-known/oauth-authorization-server": discovery.discovery,
    "/oidc/jwks": jwks.jwks,
}
# Called by clients; they read no cookie.
CLIENT_ENDPOINTS: dict[str, tuple[Endpoint, tuple[str, ...]]] = {
    "/oidc/token": (token.token, ("POST",)),
    "/oidc/me": (userinfo.userinfo, ("GET", "POST")),
    "/oidc/token/introspection": (introspection.introspect, ("POST",)),
    "/oidc/token/revocation": (revocation.revoke, ("POST",)),
}
# Opened by browsers.
PAGES: dict[str, tuple[Endpoint, tuple[str, ...]]] = {
    "/oidc/auth": (authorize.authorize, ("GET", "POST")),
    "/oidc/session/end": (end_session.end_session, ("GET", "POST")),
    "/oidc/session/end/confirm": (end_session.confirm, ("POST",)),
    "/oidc/session/end/success": (end_session.success, ("GET",)),
}


async def protocol(runtime: Runtime, request: Request) -> Response:
    """Answer any request below `/oidc`."""
    path = request.path
    if (document := DOCUMENTS.get(path)) is not None:
        return await _document(runtime, request, document)
    if (client_endpoint := CLIENT_ENDPOINTS.get(path)) is not None:
        return await _client_endpoint(runtime, request, *client_endpoint)
    found = PAGES.get(path)
    if found is None and path.startswith("/oidc/auth/") and path != "/oidc/auth/":
        found = (authorize.resume, ("GET",))
    if found is None:
        return await _render(runtime, request, _unknown(request))
    return await _page(runtime, request, *found)


async def _document(runtime: Runtime, request: Request, endpoint: Endpoint) -> Response:
    if request.method == "OPTIONS":
        return _preflight(("GET",), "*")
    if request.method not in {"GET", "HEAD"}:
        return await _render(runtime, request, _unknown(request))
    return (await endpoint(runtime, request)).with_headers(ANY_ORIGIN)


async def _client_endpoint(
    runtime: Runtime, request: Request, endpoint: Endpoint, methods: tuple[str, ...]
) -> Response:
    allowed = await _allowed_origin(runtime, request)
    if request.method == "OPTIONS":
        return _preflight(methods, allowed)
    try:
        if request.method not in methods:
            raise _unknown(request)
        response = await endpoint(runtime, request)
    except Refusal as refusal:
        response = await _render(runtime, request, refusal)
    return response.with_headers(_cors(request, allowed))


async def _page(runtime: Runtime, request: Request, endpoint: Endpoint, methods: tuple[str, ...]) -> Response:
    try:
        # HEAD is none of them: opening these addresses does something.
        if request.method not in methods:
            raise _unknown(request)
        return await endpoint(runtime, request)
    except Refusal as refusal:
        return await _render(runtime, request, refusal)


def _unknown(request: Request) -> OAuthError:
    route = f"{request.method} on {request.path.removeprefix('/oidc')[:100]}"
    error = OAuthError("invalid_request", f"unrecognized route or not allowed method ({route})", status=404)
    error.phrase = "error.not_found"
    return error


async def _render(runtime: Runtime, request: Request, refusal: Refusal) -> Response:
    """A page for people, JSON for programs; never a redirect."""
    if "text/html" in (request.header(b"accept") or ""):
        return await notice(runtime, request, refusal, template="oidc/error.html")
    log_refusal(request, refusal)
    catalogue, language = await language_of_request(runtime, request)
    return render_json(request, refusal, catalogue, language)


async def _allowed_origin(runtime: Runtime, request: Request) -> str | None:
    origin = request.origin
    if origin is None:
        return None
    if origin == request.tenant.origin or origin in await applications.all_origins(runtime, request.tenant):
        return origin
    return None


def _cors(request: Request, allowed: str | None) -> tuple[Header, ...]:
    if request.origin is None:
        return ()
    if allowed is None:
        return (header("vary", "Origin"),)
    return (
        header("vary", "Origin"),
        header("access-control-allow-origin", allowed),
        header("access-control-expose-headers", "WWW-Authenticate"),
    )


def _preflight(methods: tuple[str, ...], allowed: str | None) -> Response:
    if allowed is None:
        return Response(204, b"", (header("vary", "Origin"),))
    return Response(
        204,
        b"",
        (
            header("vary", "Origin"),
            header("access-control-allow-origin", allowed),
            header("access-control-allow-methods", ", ".join(methods)),
            header("access-control-allow-headers", "authorization, content-type"),
            header("access-control-max-age", "3600"),
        ),
    )
