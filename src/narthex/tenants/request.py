"""A request that has been placed in a tenant: what every endpoint is given."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from narthex.access import Actor, ActorKind
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form, FormInvalid
from narthex.tenants.schemas import Tenant

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

BODY_LIMIT = 56 * 1024
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class BodyTooLarge(Refusal):
    """The request body is over the limit (RFC 9110 15.5.14)."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "request.body_too_large",
            status=413,
            text=f"The body is larger than {limit // 1024} kB.",
            phrase="error.form_too_large",
        )


class CrossSite(Refusal):
    """A form that another site sent."""

    def __init__(self) -> None:
        super().__init__(
            "form.cross_site", status=403, text="The form came from another site.", phrase="error.cross_site"
        )


class Request:
    """One request inside a tenant; `path` begins after the tenant's base path."""

    __slots__ = (
        "_cookies",
        "_form",
        "_query",
        "_receive",
        "body_limit",
        "headers",
        "id",
        "ip",
        "method",
        "path",
        "raw_query",
        "tenant",
    )

    def __init__(
        self,
        tenant: Tenant,
        method: str,
        path: str,
        raw_query: bytes,
        headers: dict[bytes, bytes],
        receive: Receive,
        *,
        request_id: str,
        ip: str,
    ) -> None:
        self.tenant = tenant
        self.method = method
        self.path = path
        self.raw_query = raw_query
        self.headers = headers
        self.id = request_id
        self.ip = ip
        # Raised where somebody who is known sends more, such as an operator a logo.
        self.body_limit = BODY_LIMIT
        self._receive = receive
        self._cookies: dict[str, str] | None = None
        self._query: Form | None = None
        self._form: Form | None = None

    def header(self, name: bytes) -> str | None:
        """The value of a header (lower-case name), or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def query(self) -> Form:
        """The query parameters."""
        if self._query is None:
            self._query = Form.parse(self.raw_query)
        return self._query

    @property
    def readable_query(self) -> Form:
        """The query parameters, none where they cannot be read: for pages that tell of just that."""
        try:
            return self.query
        except FormInvalid:
            return Form()

    @property
    def user_agent(self) -> str | None:
        """The User-Agent header, at most 512 characters."""
        value = self.header(b"user-agent")
        return value[:512] if value else None

    @property
    def origin(self) -> str | None:
        """The Origin header."""
        return self.header(b"origin")

    def require_same_origin(self) -> None:
        """Raise `CrossSite` where the browser says that a page of another origin sent this (Origin, Fetch Metadata)."""
        if self.origin not in {None, self.tenant.origin}:
            raise CrossSite
        if self.header(b"sec-fetch-site") not in {None, "same-origin", "none"}:
            raise CrossSite

    def cookie(self, name: str) -> str | None:
        """The value of this tenant's cookie `name` (without prefix and tenant suffix)."""
        if self._cookies is None:
            self._cookies = _parse_cookies(self.header(b"cookie") or "")
        return self._cookies.get(self.tenant.cookie_name(name))

    def secret(self, name: str) -> str | None:
        """The value of a cookie that holds a token of ours; what has another form is as good as no cookie."""
        value = self.cookie(name)
        return value if value and TOKEN.fullmatch(value) else None

    async def body(self) -> bytes:
        """The body, read once; raises `BodyTooLarge`."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self.body_limit:
                raise BodyTooLarge(self.body_limit)
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    async def form(self, *, accept_json: bool = False) -> Form:
        """The body as a form. The protocol's own endpoints take a JSON object of strings too (logto-api.md 1.2); pages
        do not, since a form token must not be reachable by a request that needs no form."""
        if self._form is None:
            content_type = (self.header(b"content-type") or "").partition(";")[0].strip().lower()
            self._form = _parse_form(content_type, await self.body(), accept_json)
        return self._form

    def actor(self, kind: ActorKind = ActorKind.VISITOR, actor_id: str | None = None, **rights: Any) -> Actor:
        """The actor behind this request, for the audit log and for service functions."""
        return Actor(
            kind, self.tenant.id, actor_id, ip=self.ip, user_agent=self.user_agent, request_id=self.id, **rights
        )


def _parse_form(content_type: str, body: bytes, accept_json: bool) -> Form:
    if accept_json and content_type == "application/json":
        try:
            values = msgspec.json.decode(body or b"{}", type=dict[str, str | list[str] | int | None])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise FormInvalid("The JSON body must be one object of strings.") from None
        return Form.of(values)
    if content_type == "application/x-www-form-urlencoded" or (not content_type and not body):
        return Form.parse(body)
    raise FormInvalid("The body must be application/x-www-form-urlencoded.")


def _parse_cookies(header: str) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        # The first one wins: a cookie planted for a longer path or by a sibling host comes with the same name.
        if name:
            cookies.setdefault(name, value)
    return cookies
