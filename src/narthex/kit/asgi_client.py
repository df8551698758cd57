"""Calls an ASGI application in the same process, for parts of the server that are clients of another part."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Answer(Struct, frozen=True):
    """Status and body of an answer."""

    status: int
    body: bytes


async def call(
    application: Application,
    method: str,
    url: str,
    *,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request; nothing of it touches the network."""
    parts = urlsplit(url)
    body = urlencode(form).encode() if form is not None else b""
    sent = {"host": parts.netloc, "accept": "application/json", **(headers or {})}
    if form is not None:
        sent["content-type"] = "application/x-www-form-urlencoded"
    scope = {
        "type": "http",
        "method": method,
        "path": parts.path,
        "query_string": parts.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 0),
    }
    status, chunks = 0, []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    await application(scope, receive, send)
    return Answer(status, b"".join(chunks))
