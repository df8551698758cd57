"""What every request to the API passes: find the operation, authenticate, parse, do it, render."""

from collections.abc import Mapping
from typing import Any

from narthex.access import Actor
from narthex.kit.database import ForeignKeyViolation, UniqueViolation
from narthex.kit.digests import digest
from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, header, json_response
from narthex.kit.runtime import Runtime
from narthex.management_api.authentication import authenticate
from narthex.management_api.bodies import parsed_body
from narthex.management_api.errors import MethodNotAllowed, refusal_of, render
from narthex.management_api.operation import Answer, Call, Operation
from narthex.management_api.operations import OPERATIONS
from narthex.management_api.paging import Listed, page_headers, requested_page
from narthex.management_api.queries import parsed_query
from narthex.management_api.routing import Routes
from narthex.sign_in_settings.page_of_request import log_refusal
from narthex.tenants.request import Request
from narthex.tenants.schemas import ADMIN_TENANT

ROUTES = Routes(OPERATIONS)


class AdminTenantClosed(Refusal):
    """The operators of the server are not a script's to change. Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__(
            "guard.not_allowed_for_admin_tenant",
            status=403,
            text="The tenant of the operators has no Management API; use the console and the command line.",
            phrase="error.access_denied",
        )


async def answer(runtime: Runtime, request: Request) -> Response:
    """Answer any request below `/api`; errors are JSON, whatever the caller accepts."""
    try:
        return await _answer(runtime, request)
    except Refusal as refusal:
        refused = refusal
    except (UniqueViolation, ForeignKeyViolation) as error:
        refused = refusal_of(error)
    log_refusal(request, refused)
    return render(request, refused)


async def _answer(runtime: Runtime, request: Request) -> Response:
    try:
        operation, path = ROUTES.find(request.method, request.path)
    except MethodNotAllowed as refusal:
        if request.method != "OPTIONS":
            raise
        # No header that lets other origins in: this API is for servers.
        return Response(204, b"", (NO_STORE, *refusal.headers))
    if request.tenant.id == ADMIN_TENANT and not operation.is_public:
        raise AdminTenantClosed
    actor = request.actor() if operation.is_public else await authenticate(runtime, request)
    call = await _parsed(runtime, request, operation, actor, path)
    return _rendered(request, operation, call, await operation.handler(call))


async def _parsed(
    runtime: Runtime, request: Request, operation: Operation, actor: Actor, path: Mapping[str, str]
) -> Call[Any, Any]:
    page = requested_page(request.query, operation.paging)
    query = parsed_query(request.query, operation.query)
    return Call(runtime, request, actor, path, query, await parsed_body(request, operation), page)


def _rendered(request: Request, operation: Operation, call: Call[Any, Any], value: object) -> Response:
    if isinstance(value, Response):
        return value
    status = operation.status
    if isinstance(value, Answer):
        status, value = value.status, value.value
    headers = [NO_STORE]
    if isinstance(value, Listed):
        if call.page is not None:
            headers.extend(page_headers(request, call.page, value))
        value = value.items
    if status == 204:
        return Response(204, b"", tuple(headers))
    return _with_etag(request, json_response(value, status, headers))


def _with_etag(request: Request, response: Response) -> Response:
    """The response to a read with its ETag, or 304 where the client has it already (RFC 9110 13.1.2)."""
    if request.method not in {"GET", "HEAD"} or response.status != 200:
        return response
    tag = f'"{digest(response.body.decode())[:27]}"'
    known = request.header(b"if-none-match") or ""
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(304, b"", (*response.headers, header("etag", tag)))
    return response.with_header("etag", tag)
