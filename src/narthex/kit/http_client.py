"""The one way in which this server asks others: bounded in time and size, and never into its own network.

The name of a host is resolved here, and the connection goes to the address that was judged, so an answer of the name
server that changes in between changes nothing. Connections are not kept: a provider that closes an idle one must not
fail a person's sign-in.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from narthex.kit.database.transaction_guard import outside_transaction
from narthex.kit.outgoing_guard import OutgoingGuard, OutgoingRefused, Target

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from aiohttp.abc import AbstractResolver

__all__ = ["HttpAnswer", "HttpClient", "OutgoingFailed", "OutgoingRefused"]

SECONDS = 5.0
BYTES = 1024 * 1024
AT_ONCE = 100

FailureCause = Literal["unreachable", "timeout", "too_large", "tls", "garbage"]
# Host and port to addresses; raises OSError.
Resolve = Callable[[str, int], Awaitable[list[str]]]


class OutgoingFailed(Exception):
    """The other side did not answer, or not in a way that can be used; `detail` is for the log."""

    def __init__(self, cause: FailureCause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail


class HttpAnswer(msgspec.Struct, frozen=True):
    """A whole answer; header names are lower case, of a repeated one the last counts."""

    status: int
    headers: dict[str, str]
    body: bytes


class HttpClient:
    """The client of one server. Made without a running loop; its session is opened by the first request."""

    def __init__(
        self,
        outgoing_allow: tuple[str, ...] = (),
        *,
        seconds: float = SECONDS,
        resolve: Resolve | None = None,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = OutgoingGuard(outgoing_allow)
        self._seconds = seconds
        self._resolve = resolve or resolve_host
        self._certificates = certificates
        self._session: ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        limit: int = BYTES,
    ) -> HttpAnswer:
        """The answer, whatever its status; redirects are not followed.

        `timeout` is for everything, in seconds (by default the client's own, 5), `limit` for the unpacked body, in
        bytes. Raises `OutgoingRefused`, `OutgoingFailed`, and RuntimeError inside a write transaction.
        """
        outside_transaction("an HTTP request")
        self._guard.check_url(url)
        sent = dict(headers or {})
        body: bytes | None = None
        if json is not None:
            body = msgspec.json.encode(json)
            sent.setdefault("Content-Type", "application/json")
        seconds = self._seconds if timeout is None else timeout
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(method, url, dict(form) if form is not None else body, sent, limit)
        except TimeoutError:
            raise OutgoingFailed("timeout", f"no whole answer in {seconds:g} s") from None

    async def _exchange(
        self, method: str, url: str, data: dict[str, str] | bytes | None, headers: dict[str, str], limit: int
    ) -> HttpAnswer:
        from aiohttp import ClientConnectionError, ClientConnectorCertificateError, ClientError, ClientSSLError
        from yarl import URL

        # As it was judged: nothing is decoded, normalised or resolved another way in between.
        address = URL(url, encoded=True)
        try:
            async with self._open().request(
                method, address, data=data, headers=headers, allow_redirects=False, ssl=self._certificates or True
            ) as response:
                return await _read(response, limit)
        except (ClientSSLError, ClientConnectorCertificateError) as error:
            raise OutgoingFailed("tls", str(error)) from error
        except (ClientConnectionError, OSError) as error:
            raise OutgoingFailed("unreachable", str(error) or type(error).__name__) from error
        except (ClientError, ValueError) as error:
            raise OutgoingFailed("garbage", type(error).__name__) from error

    def _open(self) -> "ClientSession":
        if self._session is None:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

            connector = TCPConnector(
                resolver=_judging_resolver(self._guard, self._resolve),
                use_dns_cache=False,
                force_close=True,
                limit=AT_ONCE,
            )
            self._session = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                timeout=ClientTimeout(total=None),
                headers={"User-Agent": "Narthex"},
            )
        return self._session

    async def close(self) -> None:
        """Close what is open; nothing may be asked afterwards."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


async def _read(response: "ClientResponse", limit: int) -> HttpAnswer:
    body = bytearray()
    # In pieces, each unpacked by itself, so that a bomb is noticed while it is small.
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > limit:
            response.close()
            raise OutgoingFailed("too_large", f"more than {limit} bytes")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpAnswer(response.status, headers, bytes(body))


def _judging_resolver(guard: OutgoingGuard, resolve: Resolve) -> "AbstractResolver":
    from aiohttp.abc import AbstractResolver, ResolveResult

    class JudgingResolver(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            target = Target(host.lower().removesuffix("."), port)
            return [
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                    proto=socket.IPPROTO_TCP,
                    flags=socket.AI_NUMERICHOST,
                )
                for address in guard.choose(target, await resolve(host, port))
            ]

        async def close(self) -> None:
            return None

    return JudgingResolver()
