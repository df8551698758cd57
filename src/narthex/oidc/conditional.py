"""Conditional requests for documents that seldom change (RFC 9110 13.1.2)."""

from narthex.kit.digests import digest
from narthex.kit.http import Response, header
from narthex.tenants.request import Request


def with_etag(request: Request, response: Response) -> Response:
    """The response with its ETag, or 304 where the client has it already."""
    tag = f'"{digest(response.body.decode())[:27]}"'
    known = request.header(b"if-none-match") or ""
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(304, b"", (*response.headers, header("etag", tag)))
    return response.with_header("etag", tag)
