"""Responses as values, and the cookies they set."""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Literal
from urllib.parse import quote

import msgspec

Header = tuple[bytes, bytes]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = (b"content-type", b"application/json; charset=utf-8")
HTML = (b"content-type", b"text/html; charset=utf-8")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
NO_STORE = (b"cache-control", b"no-store")

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 5.6.2
_VALUE_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")  # RFC 6265 4.1.1
_COOKIE_PATH = re.compile(r"/[\x20-\x3a\x3c-\x7e]*")
_ENCODE_JSON = msgspec.json.Encoder().encode


class Response(msgspec.Struct, frozen=True):
    """A whole response, which is itself an ASGI application; the content-length is added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a HEAD request is sent the headers of the body without the body (RFC 9110 9.3.2)."""
        headers = list(self.headers)
        # 204 and 304 may not carry one, or not without a body to measure (RFC 9110 8.6).
        if self.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})

    def with_header(self, name: str, value: str) -> "Response":
        """The same with one more header; raises ValueError where the value could start another one."""
        return self.with_headers((header(name, value),))

    def with_headers(self, headers: Iterable[Header]) -> "Response":
        """The same with more headers, already encoded."""
        return Response(self.status, self.body, (*self.headers, *headers))

    def with_cookie(self, cookie: Header) -> "Response":
        """The same with what `set_cookie_header` made."""
        return Response(self.status, self.body, (*self.headers, cookie))

    def header(self, name: str) -> str | None:
        """The first value of a header, or None; for tests and for the edge."""
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key == wanted), None)


def header(name: str, value: str) -> Header:
    """A header for the wire, its name in lower case; raises ValueError for what HTTP cannot carry."""
    if not _TOKEN.fullmatch(name) or _VALUE_FORBIDDEN.search(value):
        raise ValueError(f"Not a header: {name!r}")
    return name.lower().encode("ascii"), value.encode("latin-1")


def json_response(value: object, status: int = 200, headers: Iterable[Header] = ()) -> Response:
    """`value` as JSON, through msgspec."""
    return Response(status, _ENCODE_JSON(value), (JSON, *headers))


def html_response(text: str, status: int = 200, headers: Iterable[Header] = ()) -> Response:
    """A page."""
    return Response(status, text.encode(), (HTML, *headers))


def text_response(text: str, status: int = 200, headers: Iterable[Header] = ()) -> Response:
    """Plain text."""
    return Response(status, text.encode(), (TEXT, *headers))


def redirect(url: str, status: int = 303, headers: Iterable[Header] = ()) -> Response:
    """A redirect; what a URL may not hold (spaces, line breaks, other scripts) is percent-encoded as UTF-8."""
    location = quote(url, safe=":/?#[]@!$&'()*+,;=%~")
    return Response(status, b"", ((b"location", location.encode("ascii")), *headers))


def set_cookie_header(
    name: str,
    value: str,
    *,
    max_age: int | None,
    secure: bool,
    http_only: bool = True,
    same_site: Literal["Lax", "Strict", "None"] = "Lax",
    path: str = "/",
) -> Header:
    """A Set-Cookie header (RFC 6265); `max_age` in seconds, None for the browser's session, 0 to delete.

    Raises ValueError for what a browser would refuse or read as another cookie.
    """
    if not _TOKEN.fullmatch(name) or not _COOKIE_VALUE.fullmatch(value) or not _COOKIE_PATH.fullmatch(path):
        raise ValueError(f"Not a cookie: {name!r}")
    if name.startswith("__Host-") and not (secure and path == "/"):
        raise ValueError(f"{name} needs Secure and the path /")
    if same_site == "None" and not secure:
        raise ValueError(f"{name} needs Secure with SameSite=None")
    parts = [f"{name}={value}", f"Path={path}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if secure:
        parts.append("Secure")
    if http_only:
        parts.append("HttpOnly")
    parts.append(f"SameSite={same_site}")
    return b"set-cookie", "; ".join(parts).encode("ascii")
