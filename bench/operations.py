"""What is measured: one operation each, the same bytes to the floor and to ours."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from msgspec import Struct

from bench.client import Connection, Operation, Reply, get, post
from bench.seeding import BROWSER, CALLBACK, PASSWORD, RESOURCE, SCOPES, Seeds, code, refresh_token, username
from tests.fixtures.walk import VERIFIER, challenge

FIELD = re.compile(rb'name="form_token" value="([^"]+)"')
ACTION = re.compile(rb'<form method="post" action="([^"]+)"')
INTERACTION_COOKIE = "interaction.default"


class Target(Struct, frozen=True):
    """A server, and what its database holds."""

    host: str
    seeds: Seeds


class Tokens(Struct):
    """The part of a token answer that the load goes on with."""

    access_token: str
    refresh_token: str


Make = Callable[[Target], Operation]
TOKENS = msgspec.json.Decoder(Tokens)


def _same(request: bytes) -> Operation:
    async def run(connection: Connection) -> None:
        (await connection.send(request)).expect(200)

    return run


def client_credentials(target: Target) -> Operation:
    """A machine gets a JWT for the Management API."""
    seeds = target.seeds
    fields = {"grant_type": "client_credentials", "client_id": seeds.machine_id, "client_secret": seeds.machine_secret}
    return _same(post(target.host, "/oidc/token", {**fields, "resource": RESOURCE, "scope": "all"}))


def code_exchange(target: Target) -> Operation:
    """A single page application redeems a code: opaque access token, ID token, refresh token."""
    numbers = count()

    async def run(connection: Connection) -> None:
        request = redeem(target, code(next(numbers)))
        (await connection.send(request)).expect(200)

    return run


def refresh(target: Target) -> Operation:
    """A single page application refreshes, which rotates every time; each connection has a chain of its own."""
    numbers = count()
    held: dict[Connection, str] = {}

    async def run(connection: Connection) -> None:
        token = held.get(connection) or refresh_token(next(numbers))
        fields = {"grant_type": "refresh_token", "client_id": target.seeds.page_id, "refresh_token": token}
        reply = (await connection.send(post(target.host, "/oidc/token", fields))).expect(200)
        held[connection] = TOKENS.decode(reply.body).refresh_token

    return run


def userinfo(target: Target) -> Operation:
    """The claims of `profile` for an opaque access token."""
    return _same(get(target.host, "/oidc/me", {"Authorization": f"Bearer {target.seeds.user_token}"}))


def introspection(target: Target) -> Operation:
    """A website asks about an opaque access token of its own."""
    seeds = target.seeds
    fields = {"client_id": seeds.web_id, "client_secret": seeds.web_secret, "token": seeds.web_token}
    return _same(post(target.host, "/oidc/token/introspection", fields))


def sign_in_page_request(target: Target) -> bytes:
    """The request for the sign-in page of an interaction that waits in a browser."""
    query = urlencode({"app_id": target.seeds.page_id, "interaction": target.seeds.interaction_id})
    headers = {"Cookie": f"{INTERACTION_COOKIE}={BROWSER}", "Accept": "text/html", "Accept-Encoding": "gzip"}
    return get(target.host, f"/sign-in?{query}", headers)


def sign_in_page(target: Target) -> Operation:
    """The sign-in page alone."""
    return _same(sign_in_page_request(target))


def sign_in(target: Target, people: Callable[[int], str] = username) -> Operation:
    """A person signs in with a new browser: authorize, page, password, code, tokens. `people` names the next one."""
    numbers = count()

    async def run(connection: Connection) -> None:
        browser = _Browser(target.host, connection)
        page = await browser.follow(await browser.get(authorize_path(target)))
        fields = {"form_token": _found(FIELD, page), "identifier": people(next(numbers)), "password": PASSWORD}
        landed = await browser.follow(await browser.post(_found(ACTION, page).replace("&amp;", "&"), fields))
        given = parse_qs(urlsplit(landed.location).query)["code"][0]
        (await connection.send(redeem(target, given))).expect(200)

    return run


def authorize_path(target: Target) -> str:
    """An authorization request of the single page application."""
    query = {
        "client_id": target.seeds.page_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "prompt": "consent",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "state": "state-1",
    }
    return f"/oidc/auth?{urlencode(query)}"


def redeem(target: Target, given: str) -> bytes:
    """The request that redeems a code."""
    fields = {
        "grant_type": "authorization_code",
        "client_id": target.seeds.page_id,
        "code": given,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return post(target.host, "/oidc/token", fields)


def browser_of(target: Target, connection: Connection) -> "_Browser":
    """A new browser, without cookies."""
    return _Browser(target.host, connection)


def _found(pattern: re.Pattern[bytes], page: Reply) -> str:
    found = pattern.search(page.expect(200).body)
    assert found is not None, page.body
    return found[1].decode()


class _Browser:
    """Keeps cookies and follows redirects on this server, no more."""

    def __init__(self, host: str, connection: Connection) -> None:
        self._host = host
        self._connection = connection
        self._cookies: dict[str, str] = {}

    def _headers(self, **more: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Accept": "text/html", "Accept-Encoding": "gzip", "Accept-Language": "en", **more}
        return {**sent, "Cookie": cookies} if cookies else sent

    async def _send(self, request: bytes) -> Reply:
        reply = await self._connection.send(request)
        self._cookies |= reply.cookies
        return reply

    async def get(self, path: str) -> Reply:
        """Open an address."""
        return await self._send(get(self._host, path, self._headers()))

    async def post(self, path: str, fields: dict[str, Any]) -> Reply:
        """Send a form."""
        headers = self._headers(Origin=f"http://{self._host}")
        return await self._send(post(self._host, path, fields, headers))

    async def follow(self, reply: Reply) -> Reply:
        """Go on until a page, or an address of somebody else."""
        while reply.status == 303 and reply.location.startswith(("/", f"http://{self._host}/")):
            reply = await self.get(reply.location.removeprefix(f"http://{self._host}"))
        return reply
