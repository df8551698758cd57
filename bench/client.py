"""The load: keep-alive HTTP/1.1 connections that do little, so that they never hold up the core under test."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlencode

from msgspec import Struct

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: ([^\r]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)


class Reply(Struct, frozen=True):
    """An answer of the server."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        found = LOCATION.search(self.head)
        if found is None:
            raise UnexpectedAnswer(self)
        return found[1].decode()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets."""
        return {name.decode(): value.decode() for name, value in COOKIE.findall(self.head)}

    def expect(self, status: int) -> Self:
        """Itself. Raises `UnexpectedAnswer` for another status."""
        if self.status != status:
            raise UnexpectedAnswer(self)
        return self


class UnexpectedAnswer(Exception):
    """The server did not do the work that was to be measured."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status}: {reply.body[:500]!r}")


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._received = b""
        self._answer: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect an answer; give it out when it is whole."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head, body = self._received[:end], self._received[end + 4 :]
        length = LENGTH.search(head)
        if len(body) >= (int(length[1]) if length else 0):
            self._received = b""
            self._answer.set_result(Reply(int(head[9:12]), head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def send(self, request: bytes) -> "asyncio.Future[Reply]":
        """Send a whole request."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


def get(host: str, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A GET as bytes."""
    return _request("GET", host, path, headers or {}, b"")


def post(host: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    """A form as bytes."""
    body = urlencode(fields).encode()
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), **(headers or {})}
    return _request("POST", host, path, sent, body)


def _request(method: str, host: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    # What every client sends besides; the same for the floor and for ours.
    sent = {"Host": host, "User-Agent": "bench/1 (narthex)", "Accept": "*/*", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def connect(port: int, count: int) -> list[Connection]:
    """Open connections to a server of this machine."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(count)]
    return [protocol for _, protocol in made]


Operation = Callable[[Connection], Awaitable[None]]


async def drive(connections: Sequence[Connection], operation: Operation, count: int) -> None:
    """Do an operation `count` times in all, on every connection one after the other. The first failure ends it."""
    left = count

    async def work(connection: Connection) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await operation(connection)

    try:
        async with asyncio.TaskGroup() as group:
            for connection in connections:
                group.create_task(work(connection))
    except ExceptionGroup as failures:
        # They all fail for one reason.
        raise failures.exceptions[0] from None
