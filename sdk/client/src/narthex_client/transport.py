"""HTTP by httpx2: pooled connections, time limits, no redirects, one more try for what only reads.

Give a client of httpx2 that is set up with a proxy, certificates or limits of your own; its errors stay in here.
"""

import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

from narthex_client.core.messages import HttpRequest, HttpResponse
from narthex_client.errors import NetworkError
from narthex_client.single_flight import Wait

if TYPE_CHECKING:
    import asyncio

    import httpx2

TIMEOUT_SECONDS = 10.0
_TRY_AGAIN = {502, 503, 504}


class Transport(Protocol):
    """Sends a request and waits for the answer; raises `NetworkError` and nothing else. Used by many threads."""

    def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status is."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class AsyncTransport(Protocol):
    """The same for event loops."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status is."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


class HttpTransport:
    """A `Transport` over `httpx2.Client`."""

    def __init__(self, client: "httpx2.Client | None" = None, *, timeout: float = TIMEOUT_SECONDS) -> None:
        import httpx2

        if client is None:
            client = httpx2.Client(timeout=timeout)
            # Nobody need remember to close what was opened here.
            weakref.finalize(self, client.close)
        self._client = client

    def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status is."""
        answer = self._once(request, may_fail=request.form is None)
        return answer or self._once(request, may_fail=False) or _never()

    def _once(self, request: HttpRequest, *, may_fail: bool) -> HttpResponse | None:
        import httpx2

        try:
            answer = self._client.send(self._client.build_request(**_parts(request)), follow_redirects=False)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as problem:
            if may_fail:
                return None
            raise _unreachable(request, problem) from problem
        return (
            None if may_fail and answer.status_code in _TRY_AGAIN else HttpResponse(answer.status_code, answer.content)
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


class AsyncHttpTransport:
    """An `AsyncTransport` over `httpx2.AsyncClient`; without one of yours, each event loop has its own connections."""

    def __init__(self, client: "httpx2.AsyncClient | None" = None, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._given = client
        self._timeout = timeout
        self._of_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient]
        self._of_loop = weakref.WeakKeyDictionary()

    def _client(self) -> "httpx2.AsyncClient":
        import asyncio

        import httpx2

        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if loop not in self._of_loop:
            self._of_loop[loop] = httpx2.AsyncClient(timeout=self._timeout)
        return self._of_loop[loop]

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status is."""
        answer = await self._once(request, may_fail=request.form is None)
        return answer or await self._once(request, may_fail=False) or _never()

    async def _once(self, request: HttpRequest, *, may_fail: bool) -> HttpResponse | None:
        import httpx2

        client = self._client()
        try:
            answer = await client.send(client.build_request(**_parts(request)), follow_redirects=False)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as problem:
            if may_fail:
                return None
            raise _unreachable(request, problem) from problem
        return (
            None if may_fail and answer.status_code in _TRY_AGAIN else HttpResponse(answer.status_code, answer.content)
        )

    async def close(self) -> None:
        """Give the connections of this loop back."""
        import asyncio

        client = self._given or self._of_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


class ThreadTransport:
    """An `AsyncTransport` that sends in threads over one pool, for programs whose event loops come and go, as those of
    Flask's asynchronous views do."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status is."""
        import asyncio

        return await asyncio.to_thread(self._transport.send, request)

    async def close(self) -> None:
        """Give the connections back."""
        self._transport.close()


@dataclass(frozen=True)
class Port:
    """How the rest of this package reaches the world: sending a request, and waiting for work that another does."""

    send: Callable[[HttpRequest], Awaitable[HttpResponse]]
    wait: Wait


class _Parts(TypedDict):
    method: str
    url: str
    headers: dict[str, str]
    data: dict[str, str] | None


def _parts(request: HttpRequest) -> _Parts:
    headers = {"accept": "application/json", "user-agent": "narthex-client"} | dict(request.headers)
    return {
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "data": dict(request.form) if request.form is not None else None,
    }


def _unreachable(request: HttpRequest, problem: Exception) -> NetworkError:
    return NetworkError(f"{_place(request)} cannot be reached: {str(problem) or type(problem).__name__}")


def _place(request: HttpRequest) -> str:
    return request.url.partition("?")[0]


def _never() -> HttpResponse:
    raise AssertionError("the last try gives an answer or raises")
