"""HTTP as the clients do it: what is sent, one more try for what only reads, and no error of httpx2 outside."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager

import httpx2
import pytest

from narthex_client import (
    AsyncClient,
    AsyncHttpTransport,
    Client,
    ClientConfig,
    ConfigError,
    HttpTransport,
    MemoryStorage,
    NetworkError,
    ThreadTransport,
)
from narthex_client.core.messages import HttpRequest, HttpResponse
from narthex_client.storage import Key
from tests.fixtures.stand_in import APP_ID, StandIn

Handler = Callable[[httpx2.Request], httpx2.Response]
URL = "https://auth.bookstore.example/oidc/token"


def synchronous(handler: Handler) -> ThreadTransport:
    """The transport for threads, over a handler."""
    return ThreadTransport(HttpTransport(httpx2.Client(transport=httpx2.MockTransport(handler))))


def asynchronous(handler: Handler) -> AsyncHttpTransport:
    """The transport for loops, over a handler."""
    return AsyncHttpTransport(httpx2.AsyncClient(transport=httpx2.MockTransport(handler)))


both = pytest.mark.parametrize("over", [synchronous, asynchronous])
Over = Callable[[Handler], ThreadTransport | AsyncHttpTransport]


@both
async def test_a_form_is_a_post_and_the_rest_is_a_get(over: Over) -> None:
    seen: list[tuple[str, str, str | None, str]] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.method, request.content.decode(), request.headers.get("x"), request.headers["user-agent"]))
        return httpx2.Response(201, content=b"{}")

    transport = over(handler)
    assert await transport.send(HttpRequest(URL, (("a", "b c"), ("d", "é")), {"x": "y"})) == HttpResponse(201, b"{}")
    await transport.send(HttpRequest(URL))
    assert seen == [("POST", "a=b+c&d=%C3%A9", "y", "narthex-client"), ("GET", "", None, "narthex-client")]
    await transport.close()


@both
@pytest.mark.parametrize("status", [502, 503, 504])
async def test_what_only_reads_is_tried_twice(over: Over, status: int) -> None:
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        return httpx2.Response(status if len(asked) < 2 else 200)

    assert (await over(handler).send(HttpRequest(URL))).status == 200
    assert len(asked) == 2


@both
async def test_what_changes_something_is_tried_once(over: Over) -> None:
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        if len(asked) > 1:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(503)

    transport = over(handler)
    assert (await transport.send(HttpRequest(URL, ()))).status == 503
    with pytest.raises(NetworkError):
        await transport.send(HttpRequest(URL, ()))
    assert len(asked) == 2


@both
@pytest.mark.parametrize(
    "problem",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("garbage"),
        httpx2.InvalidURL("odd"),
        OSError("cable"),
    ],
)
async def test_every_failure_is_a_network_error(over: Over, problem: Exception) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise problem

    with pytest.raises(NetworkError, match=r"auth\.bookstore\.example/oidc/token cannot be reached"):
        await over(handler).send(HttpRequest(f"{URL}?secret=1"))


@both
async def test_redirects_are_not_followed(over: Over) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(302, headers={"location": "https://elsewhere.example/"})

    assert (await over(handler).send(HttpRequest(URL))).status == 302


async def test_each_loop_has_connections_of_its_own(served_stand_in: StandIn) -> None:
    transport = AsyncHttpTransport()
    url = f"{served_stand_in.issuer}/jwks"

    async def fetch() -> int:
        status = (await transport.send(HttpRequest(url))).status
        await transport.close()
        return status

    assert await asyncio.to_thread(lambda: asyncio.run(fetch())) == 200
    assert await asyncio.to_thread(lambda: asyncio.run(fetch())) == 200
    assert await fetch() == 200
    await transport.close()


async def test_clients_close_what_they_opened(served_stand_in: StandIn) -> None:
    config = ClientConfig(served_stand_in.endpoint, APP_ID)
    async with AsyncClient(config) as client:
        assert (await client.metadata()).issuer == served_stand_in.issuer
        assert client.config == config
    with Client(config) as other:
        assert (await asyncio.to_thread(other.metadata)).issuer == served_stand_in.issuer
        assert other.config == config


class Locked(MemoryStorage):
    """A storage with a lock of its own, as one in a database has."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[str] = []
        self.one = threading.Lock()

    @contextmanager
    def lock(self, key: Key):  # type: ignore[no-untyped-def]
        """Hold the lock."""
        with self.one:
            self.held.append(key)
            yield


class AsyncLocked(Locked):
    """The same with an asynchronous lock."""

    @asynccontextmanager
    async def lock(self, key: Key):  # type: ignore[no-untyped-def,override]
        """Hold the lock."""
        self.held.append(key)
        yield


@pytest.mark.parametrize("storage", [Locked(), AsyncLocked()])
async def test_the_lock_of_a_storage_is_held_during_a_refresh(stand_in: StandIn, storage: Locked) -> None:
    session = Client(ClientConfig(stand_in.endpoint, APP_ID), stand_in, stand_in.clock).session(storage)
    session.handle_callback(stand_in.authorize(session.sign_in("http://localhost:3000/callback")))
    session.access_token("https://api.bookstore.example")
    assert storage.held == ["refreshToken"]


def test_two_processes_with_one_locked_storage_make_one_refresh(stand_in: StandIn) -> None:
    storage = Locked()
    config = ClientConfig(stand_in.endpoint, APP_ID)
    stand_in.rotates = True
    first, second = (Client(config, stand_in, stand_in.clock).session(storage) for _ in range(2))
    first.handle_callback(stand_in.authorize(first.sign_in("http://localhost:3000/callback")))
    stand_in.pause = 0.05
    tokens: list[str] = []
    threads = [
        threading.Thread(target=lambda one=one: tokens.append(one.access_token("https://api.example")))
        for one in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 1
    assert len(stand_in.forms()) == 2


class Asynchronous:
    """A storage that has to be awaited."""

    async def get(self, key: Key, /) -> str | None:
        """Nothing yet."""
        await asyncio.sleep(0)
        return None

    async def set(self, key: Key, value: str | None, /) -> None:
        """Keep nothing."""

    async def delete(self, key: Key, /) -> None:
        """Forget nothing."""


def test_an_asynchronous_storage_is_refused_by_the_synchronous_client(stand_in: StandIn) -> None:
    client = Client(ClientConfig(stand_in.endpoint, APP_ID), stand_in)
    with pytest.raises(ConfigError, match="AsyncClient"):
        client.session(Asynchronous()).is_authenticated()  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="is no storage"):
        client.session({})  # type: ignore[arg-type]
