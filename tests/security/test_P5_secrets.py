"""P5: a walk with marked secrets, then a search for them in all that left the server or stayed in it: responses, log
lines, audit rows, metrics, error pages, and the database itself. Each is found where it belongs and nowhere else."""

import base64
import io
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from narthex.audit_log import service as audit_log
from narthex.credentials import service as credentials
from narthex.kit.jose import load_private_key
from narthex.kit.logging import JsonFormatter, LineHandler, PrettyFormatter
from narthex.resources.schemas import management_indicator
from tests.fixtures.server import CALLBACK, TEST_KEY, Server
from tests.fixtures.traces import contents, events, rows
from tests.fixtures.walk import HTML, VERIFIER, Browser, forms, returned

PASSWORD = "canary-Password-5e1f"
WRONG = "canary-Wrong-77aa"


@dataclass
class Search:
    """What left the server, by place, and the secrets to look for."""

    places: list[tuple[str, str]] = field(default_factory=list)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    log: io.StringIO = field(default_factory=io.StringIO)

    async def note(self, response: httpx2.Response) -> None:
        """Called with each response."""
        await response.aread()
        path = response.request.url.path
        place = f"{response.request.method} {path}"
        if path.startswith("/oidc/auth/"):
            place = "GET /oidc/auth/<interaction>"
        self.places += [(f"{place} {name}", value) for name, value in response.headers.multi_items()]
        self.places.append((f"{place} body", response.text))

    def mark(self, name: str, *values: str | None) -> None:
        """Look for these too; of a list of cookies, each."""
        self.secrets.setdefault(name, []).extend(value for value in values if value)

    def found(self) -> dict[str, set[str]]:
        """The places in which each secret was seen."""
        return {
            name: {place for place, text in self.places if any(value in text for value in values)}
            for name, values in self.secrets.items()
        }

    def hits(self, text: str) -> list[str]:
        """The secrets that a text holds."""
        return [name for name, values in self.secrets.items() if any(value in text for value in values)]


@pytest.fixture
async def search(server: Server) -> AsyncIterator[Search]:
    """A search over a whole walk, with everything that was logged meanwhile."""
    made = Search()
    handlers = [LineHandler(made.log, None), LineHandler(made.log, PrettyFormatter(colour=False))]
    handlers[0].setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        # The client of the test tells of its own requests.
        handler.addFilter(lambda record: not record.name.startswith("httpx2"))
        root.addHandler(handler)
    try:
        await walk(server, made)
        yield made
    finally:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


def watched(server: Server, search: Search) -> Browser:
    browser = server.browser()
    browser.client.event_hooks["response"] = [search.note]
    return browser


async def walk(server: Server, search: Search) -> None:
    search.mark("password", PASSWORD)
    search.mark("wrong password", WRONG)
    search.mark("encryption key", TEST_KEY, base64.b64decode(TEST_KEY).hex())
    search.mark("code verifier", VERIFIER)
    application, third = await server.application(), await server.application(is_third_party=True)
    search.mark("client secret", application.secret, third.secret)
    browser = watched(server, search)
    await sign_ins(server, search, browser, application.application_id, third.application_id)
    known = {"client_id": application.application_id, "client_secret": application.secret or ""}
    await tokens(search, browser, known)
    await mistakes(search, browser, known)
    machine = await server.machine()
    search.mark("client secret", machine.secret)
    granted = await browser.client.post(
        "/oidc/token",
        data={"grant_type": "client_credentials", "resource": management_indicator("default"), "scope": "all"},
        auth=(machine.application_id, machine.secret or ""),
    )
    search.mark("access token", granted.json()["access_token"])
    await browser.client.get("/metrics")
    for row in await rows(server, "signing_keys"):
        pem = server.runtime.cipher.open(row["private_key"], f"signing_key:default:{row['id']}")
        key = load_private_key(pem)
        assert isinstance(key, EllipticCurvePrivateKey)
        number = key.private_numbers().private_value.to_bytes(32, "big")
        body = pem.decode().split("-----")[2].strip()
        search.mark("private key", *body.split("\n"), base64.urlsafe_b64encode(number).rstrip(b"=").decode())
        search.mark("private key", number.hex(), "PRIVATE KEY")
    search.mark("password hash", *(row["password_hash"] for row in await rows(server, "passwords")))


async def sign_ins(server: Server, search: Search, browser: Browser, own: str, third: str) -> None:
    url = browser.authorize_url(own, CALLBACK, first_screen="register")
    page = await browser.get(url)
    await browser.submit(page, {"username": "ada", "password": "short"})
    note_cookies(search, browser)
    code = returned(await browser.submit(page, {"username": "ada", "password": PASSWORD}))["code"]
    note_cookies(search, browser)
    search.mark("code", code)
    page = await browser.get(browser.authorize_url(own, CALLBACK, prompt="login"))
    search.mark("form token", *(form.fields.get("form_token") for form in forms(page)))
    await browser.submit(page, {"identifier": "ada", "password": WRONG})
    search.mark("code", returned(await browser.submit(page, {"identifier": "ada", "password": PASSWORD}))["code"])
    note_cookies(search, browser)
    consent = await browser.get(browser.authorize_url(third, CALLBACK))
    search.mark("form token", *(form.fields.get("form_token") for form in forms(consent)))
    search.mark("code", returned(await browser.submit(consent, {"decision": "allow"}))["code"])
    search.mark("code", returned(await browser.get(browser.authorize_url(own, CALLBACK)))["code"])
    with patch.object(credentials, "matches", side_effect=RuntimeError("a fault of the server")):
        page = await browser.get(browser.authorize_url(own, CALLBACK, prompt="login"))
        broken = await browser.submit(page, {"identifier": "ada", "password": PASSWORD})
    assert broken.status_code == 500
    assert "a fault of the server" not in broken.text


def note_cookies(search: Search, browser: Browser) -> None:
    for cookie in browser.client.cookies.jar:
        search.mark(f"{cookie.name.partition('.')[0]} cookie", cookie.value)


async def tokens(search: Search, browser: Browser, known: dict[str, str]) -> None:
    client = browser.client
    redeemed = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": search.secrets["code"][0],
        "code_verifier": VERIFIER,
    }
    made = (await client.post("/oidc/token", data=known | redeemed)).json()
    search.mark("access token", made["access_token"])
    search.mark("refresh token", made["refresh_token"])
    search.mark("ID token", made["id_token"])
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    again = (await client.post("/oidc/token", data=known | refresh)).json()
    search.mark("access token", again["access_token"])
    search.mark("ID token", again["id_token"])
    await client.get("/oidc/me", headers={"authorization": f"Bearer {made['access_token']}"})
    for token in (made["access_token"], made["refresh_token"], made["id_token"]):
        await client.post("/oidc/token/introspection", data=known | {"token": token})
    hint = {"id_token_hint": made["id_token"]}
    await client.get(browser.authorize_url(known["client_id"], CALLBACK, prompt="none", **hint))
    await client.get("/oidc/session/end", params=hint, headers=HTML)
    await client.post("/oidc/token/revocation", data=known | {"token": made["refresh_token"]})


async def mistakes(search: Search, browser: Browser, known: dict[str, str]) -> None:
    """Requests that carry secrets where they do not belong."""
    client, secret = browser.client, known["client_secret"]
    code, refresh = search.secrets["code"][3], search.secrets["refresh token"][0]
    wrong: list[dict[str, Any]] = [
        {"data": known | {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/other"}},
        {"data": known | {"grant_type": "password", "username": "ada", "password": PASSWORD}},
        {"data": known | {"grant_type": "refresh_token", "refresh_token": code}},
        {"data": {"clientSecret": secret, "clientId": known["client_id"], "grant_type": "client_credentials"}},
        {"data": {"client_id": known["client_id"], "client_secret": secret[:-1] + "x", "pass": PASSWORD}},
        {"data": {refresh: "", "grant_type": "refresh_token", "client_id": known["client_id"]}},
        {"data": known | {"grant_type": "refresh_token", "token": refresh, "assertion": refresh}},
        {"data": {"grant_type": "client_credentials"}, "params": known},
        {"json": known | {"grant_type": "refresh_token", "refreshToken": refresh}},
        {"data": {"grant_type": "refresh_token"}, "headers": {"authorization": f"Basic {secret}"}},
        {"data": {"grant_type": "refresh_token"}, "auth": ("no-such-client", secret)},
        {"content": f"{secret}={PASSWORD}".encode(), "headers": {"content-type": "text/plain"}},
    ]
    for request in wrong:
        for headers in ({}, HTML):
            answer = await client.post("/oidc/token", **(request | {"headers": request.get("headers", {}) | headers}))
            assert answer.status_code in {400, 401}, answer.text
    await client.get("/oidc/me", params={"access_token": search.secrets["access token"][0]}, headers=HTML)
    await client.get("/oidc/me", headers={"authorization": f"Bearer {refresh}"})
    await client.get("/oidc/auth", params={"client_id": "nobody", "client_secret": secret}, headers=HTML)
    await client.get("/nowhere", params={"code": code, "password": PASSWORD}, headers=HTML)


async def test_every_secret_is_seen_where_it_belongs_and_nowhere_else(server: Server, search: Search) -> None:
    forms_at = {f"{method} {path} body" for method, path in PAGES_WITH_FORMS}
    assert search.found() == {
        "password": set(),
        "wrong password": set(),
        "encryption key": set(),
        "code verifier": set(),
        "client secret": set(),
        "private key": set(),
        "password hash": set(),
        "code": {"GET /oidc/auth/<interaction> location", "GET /oidc/auth location"},
        "access token": {"POST /oidc/token body"},
        "refresh token": {"POST /oidc/token body"},
        "ID token": {"POST /oidc/token body"},
        "form token": forms_at,
        "session cookie": {"GET /oidc/auth/<interaction> set-cookie"},
        "interaction cookie": {
            f"{method} {path} set-cookie"
            for method, path in [("GET", "/oidc/auth"), ("POST", "/register"), ("POST", "/sign-in/password")]
        },
        "device cookie": {"POST /register set-cookie", "POST /sign-in/password set-cookie"},
    }


PAGES_WITH_FORMS = [("GET", "/sign-in"), ("POST", "/sign-in/password"), ("GET", "/consent")]


async def test_no_secret_is_logged(server: Server, search: Search) -> None:
    logged = search.log.getvalue()
    assert "a fault of the server" in logged, "the log has what the page does not show"
    assert search.hits(logged) == []


async def test_no_secret_is_in_the_audit_log(server: Server, search: Search) -> None:
    found = await events(server.runtime)
    assert len(found) > 30
    for row in found:
        assert search.hits(str(row.payload)) == [], row.key


async def test_no_secret_is_in_the_database(server: Server, search: Search) -> None:
    kept = await contents(server)
    assert search.hits(kept) == ["password hash"]
    url = server.app.settings.database_url
    if url.startswith("sqlite"):
        # The file as it lies there: its log and what was deleted or overwritten too.
        path = Path(url.removeprefix("sqlite:///"))
        raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert search.hits(raw.decode("latin-1")) == ["password hash"]


async def test_the_search_finds_what_is_there(server: Server, search: Search) -> None:
    search.places.append(("GET /leak body", f"<p>{PASSWORD}"))
    assert search.found()["password"] == {"GET /leak body"}
    assert search.hits(f"{WRONG} {TEST_KEY}") == ["wrong password", "encryption key"]
    assert all(search.secrets.values())


def test_the_audit_log_masks_secret_parameters() -> None:
    from narthex.access import system_actor
    from narthex.audit_log.schemas import Event

    params = dict.fromkeys(audit_log.SECRET_PARAMETERS, "a secret") | {"scope": "openid"}
    row = audit_log.event_row(system_actor("default"), Event("Unknown", params=params), "id", 0)
    assert "a secret" not in str(row)
    assert "openid" in str(row)
