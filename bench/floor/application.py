"""The endpoints of the floor as one plain ASGI application. Each docstring says what it is the floor of."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from bench.floor.configuration import Configuration
from bench.floor.signing import Signer, base64url
from bench.floor.storage import Columns, Exchange, Storage

JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
HTML = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
ENCODE = msgspec.json.Encoder().encode
DECODE = msgspec.json.Decoder().decode
TOKEN_SECONDS = 3600

Form = Mapping[str, str]
Endpoint = Callable[[Mapping[str, Any], bytes], Awaitable[bytes]]


def digest(text: str) -> str:
    """SHA-256 as base64url: how tokens and browser secrets are stored."""
    return base64url(hashlib.sha256(text.encode()).digest()).decode()


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """The value of a header."""
    return next(value for key, value in scope["headers"] if key == name).decode()  # type: ignore[no-any-return]


class NotAnswered(Exception):
    """A request that the floor would have to refuse."""


class Floor:
    """The application."""

    def __init__(self, configuration: Configuration, storage: Storage) -> None:
        self._configuration = configuration
        self._storage = storage
        self._id_tokens, self._access_tokens = Signer("JWT"), Signer("at+jwt")
        self._grants = {
            "client_credentials": self.client_credentials,
            "authorization_code": self.authorization_code,
            "refresh_token": self.refresh_token,
        }
        self._endpoints: dict[str, Endpoint] = {
            "/oidc/token": self.token,
            "/oidc/me": self.userinfo,
            "/oidc/token/introspection": self.introspection,
            "/sign-in": self.sign_in_page,
            "/oidc/.well-known/openid-configuration": self.discovery,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request; uvicorn's lifespan opens the database."""
        if scope["type"] == "lifespan":
            await receive()
            await self._storage.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = b""
        if scope["method"] == "POST":
            body = (await receive())["body"]
        path = scope["path"]
        answer = await self._endpoints[path](scope, body)
        headers = HTML if path == "/sign-in" else JSON
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": answer})

    async def discovery(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """Of the start: the first 200."""
        return b"{}"

    async def token(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """Form parse and dispatch."""
        form = dict(parse_qsl(body.decode()))
        return await self._grants[form["grant_type"]](scope, form)

    async def client_credentials(self, scope: Mapping[str, Any], form: Form) -> bytes:
        """Of client credentials: secret compared as a hash, JWT signed, one durable audit line, JSON."""
        given = hashlib.sha256(form["client_secret"].encode()).hexdigest()
        if not hmac.compare_digest(given, self._configuration.machine_secret_hash):
            raise NotAnswered
        client_id, now = form["client_id"], time.time_ns() // 1_000_000
        claims = {
            "jti": secrets.token_urlsafe(32),
            "sub": client_id,
            "iat": now // 1000,
            "exp": now // 1000 + TOKEN_SECONDS,
            "scope": form["scope"],
            "client_id": client_id,
            "iss": self._configuration.issuer,
            "aud": form["resource"],
        }
        signed = self._access_tokens.sign(claims)
        line = self._audit_payload(scope, form, ["AccessToken"])
        await self._storage.add_audit_line(secrets.token_hex(10), line, now, client_id)
        answer = {"access_token": signed, "expires_in": TOKEN_SECONDS, "scope": form["scope"], "token_type": "Bearer"}
        return ENCODE(answer)

    async def authorization_code(self, scope: Mapping[str, Any], form: Form) -> bytes:
        """Of a code exchange: PKCE, everything read and written at once (`statements`), ID token signed, JSON."""
        challenge = digest(form["code_verifier"])
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        exchange = self._exchange(scope, form, form["code"], access, refresh)
        grant = await self._storage.redeem(exchange, form["redirect_uri"], challenge)
        return self._user_tokens(grant, exchange, access, refresh)

    async def refresh_token(self, scope: Mapping[str, Any], form: Form) -> bytes:
        """Of a refresh with rotation: everything read and written at once (`statements`), ID token signed, JSON."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        exchange = self._exchange(scope, form, form["refresh_token"], access, refresh)
        return self._user_tokens(await self._storage.rotate(exchange), exchange, access, refresh)

    async def userinfo(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """Of userinfo: one indexed read of token, grant, user and session; JSON."""
        token = header(scope, b"authorization").removeprefix("Bearer ")
        found = await self._storage.token(digest(token), time.time_ns() // 1_000_000)
        if found is None:
            raise NotAnswered
        return ENCODE(_claims(found))

    async def introspection(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """Of introspection: form parse, secret compared as a hash, the same read, JSON."""
        form = dict(parse_qsl(body.decode()))
        given = hashlib.sha256(form["client_secret"].encode()).hexdigest()
        if not hmac.compare_digest(given, self._configuration.web_secret_hash):
            raise NotAnswered
        found = await self._storage.token(digest(form["token"]), time.time_ns() // 1_000_000)
        if found is None or found[13] != form["client_id"]:
            raise NotAnswered
        answer = {
            "active": True,
            "sub": found[1],
            "client_id": found[13],
            "exp": found[15] // 1000,
            "iat": found[14] // 1000,
            "iss": self._configuration.issuer,
            "scope": found[12],
            "token_type": "Bearer",
        }
        return ENCODE(answer)

    async def sign_in_page(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """Of the sign-in page: the interaction read, a form token, and our own page as a Jinja2 template with three
        places: all that does not change from one request to the next is text."""
        query = dict(parse_qsl(scope["query_string"].decode()))
        secret = header(scope, b"cookie").removeprefix(self._configuration.browser_cookie + "=")
        interaction_id, now = query["interaction"], time.time_ns() // 1_000_000
        found = await self._storage.interaction(interaction_id, digest(secret), now)
        if found is None:
            raise NotAnswered
        token = base64url(hmac.digest(secret.encode(), f"sign-in:{interaction_id}".encode(), "sha256")).decode()
        page: str = self._page.render(interaction=interaction_id, application=found[1], form_token=token)
        return page.encode()

    @cached_property
    def _page(self) -> Any:
        from jinja2 import Environment

        return Environment(autoescape=True).from_string(self._configuration.sign_in_page)

    def _exchange(self, scope: Mapping[str, Any], form: Form, presented: str, access: str, refresh: str) -> Exchange:
        return Exchange(
            time.time_ns() // 1_000_000,
            digest(presented),
            form["client_id"],
            digest(access),
            digest(refresh),
            "openid offline_access profile",
            secrets.token_hex(10),
            self._audit_payload(scope, form, ["AccessToken", "IdToken", "RefreshToken"]),
        )

    def _user_tokens(self, grant: Columns | None, exchange: Exchange, access: str, refresh: str) -> bytes:
        if grant is None:
            raise NotAnswered
        issued_at = exchange.now // 1000
        claims = {
            **_claims(grant),
            "sid": grant[2],
            "auth_time": grant[4] // 1000,
            "aud": exchange.application_id,
            "exp": issued_at + TOKEN_SECONDS,
            "iat": issued_at,
            "iss": self._configuration.issuer,
        }
        answer = {
            "access_token": access,
            "expires_in": TOKEN_SECONDS,
            "scope": exchange.scope,
            "id_token": self._id_tokens.sign(claims),
            "refresh_token": refresh,
            "token_type": "Bearer",
        }
        return ENCODE(answer)

    def _audit_payload(self, scope: Mapping[str, Any], form: Form, kinds: list[str]) -> str:
        payload = {
            "result": "Success",
            "ip": scope["client"][0],
            "userAgent": header(scope, b"user-agent"),
            "applicationId": form["client_id"],
            "params": {"grant_type": form["grant_type"], "client_id": form["client_id"]},
            "tokenTypes": kinds,
        }
        return ENCODE(payload).decode()


def _claims(row: Columns) -> dict[str, object]:
    """The claims of the scopes openid and profile."""
    return {
        "sub": row[1],
        "name": row[7],
        **DECODE(row[9]),
        "picture": row[8],
        "updated_at": row[11],
        "username": row[6],
        "created_at": row[10],
    }
