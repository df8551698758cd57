"""What every request passes: which tenant it is for, what it may hold, who it came from, and how a refusal is told."""

import gzip
import logging
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from narthex.kit.database import DatabaseUnavailable
from narthex.oidc import routes
from narthex.oidc.routes import DOCUMENTS
from narthex.static import asset_name
from narthex.tenants.request import BODY_LIMIT
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.traces import events
from tests.fixtures.walk import HTML, returned

DISCOVERY = "/oidc/.well-known/openid-configuration"
FORM = {"content-type": "application/x-www-form-urlencoded"}
# The edge itself asks no database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def issuer(client: httpx2.AsyncClient, url: str, **headers: str) -> str | None:
    response = await client.get(url, headers=headers)
    return response.json()["issuer"] if response.status_code == 200 else None


async def raw(
    server: Server, path: str, headers: list[tuple[bytes, bytes]], **scope: Any
) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of a request that no HTTP client would send."""
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "client": None}
    await server.app(given | scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


# Which tenant


async def test_the_root_is_the_default_tenant(server: Server) -> None:
    assert await issuer(server.client(), DISCOVERY) == "http://localhost:3001/oidc"


async def test_a_path_names_another_tenant(server: Server) -> None:
    assert await issuer(server.client(), f"/t/admin{DISCOVERY}") == "http://localhost:3001/t/admin/oidc"


async def test_a_new_tenant_is_found(server: Server) -> None:
    assert await issuer(server.client(), f"/t/acme{DISCOVERY}") is None
    await server.add_tenant("acme")
    assert await issuer(server.client(), f"/t/acme{DISCOVERY}") == "http://localhost:3001/t/acme/oidc"


@pytest.mark.parametrize(
    "path", ["/t/", "/t//oidc/jwks", "/t/%2e%2e/oidc/jwks", "/t/ADMIN/oidc/jwks", "/T/admin/oidc/jwks"]
)
async def test_what_names_no_tenant_is_not_found(server: Server, path: str) -> None:
    assert (await server.client().get(path)).status_code == 404


@pytest.mark.parametrize("path", [f"/{DISCOVERY}", f"//{DISCOVERY}", f"/t/admin/{DISCOVERY}"])
async def test_a_doubled_slash_before_the_protocol_is_forgiven(server: Server, path: str) -> None:
    assert await issuer(server.client(), f"{server.base_url}{path}") is not None


async def test_the_metadata_of_rfc_8414_has_its_well_known_part_first(server: Server) -> None:
    client = server.client()
    root = "/.well-known/oauth-authorization-server"
    assert await issuer(client, root) == "http://localhost:3001/oidc"
    assert await issuer(client, f"{root}/oidc") == "http://localhost:3001/oidc"
    assert await issuer(client, f"{root}/t/admin/oidc") == "http://localhost:3001/t/admin/oidc"
    assert await issuer(client, f"{root}/t/nobody/oidc") is None
    assert await issuer(client, f"{root}/elsewhere") is None


async def test_an_empty_database_says_what_to_do(new_server: NewServer) -> None:
    server = await new_server()
    server.app.directory._place([])
    status, _ = await raw(server, "/", [(b"host", b"localhost:3001")])
    assert status == 503


# What a request may hold


async def test_a_body_over_the_limit_is_refused(server: Server) -> None:
    client = server.client()
    for path in ("/oidc/token", "/oidc/auth", "/oidc/session/end/confirm"):
        response = await client.post(path, content=b"a=" + b"b" * BODY_LIMIT, headers=FORM)
        assert response.status_code == 413, path
    assert (await client.post("/oidc/token", content=b"a=" + b"b" * (BODY_LIMIT - 2), headers=FORM)).status_code == 400


async def test_a_long_path_is_not_found(server: Server) -> None:
    client = server.client()
    assert (await client.get("/oidc/" + "a" * 3000)).status_code == 404
    assert (await client.get("/oidc/auth/" + "a" * 3000)).status_code == 404


@pytest.mark.parametrize("query", ["a=%00", "a=%ff", "a=%c3%28", "&".join(["a=1"] * 1001)])
@pytest.mark.parametrize("path", ["/sign-in", "/oidc/auth", "/oidc/session/end", "/demo-app/callback", "/nothing"])
async def test_a_query_that_cannot_be_read_is_refused(server: Server, path: str, query: str) -> None:
    for headers in ({}, HTML):
        response = await server.client().get(f"{path}?{query}", headers=headers)
        assert 300 <= response.status_code < 500
        assert "location" not in response.headers or response.headers["location"].startswith("/demo-app")


async def test_a_repeated_header_is_joined(server: Server) -> None:
    application, browser = await server.application(), server.browser()
    await browser.sign_up(application.application_id, CALLBACK)
    secret = browser.client.cookies["session.default"]
    url = browser.authorize_url(application.application_id, CALLBACK, prompt="none")
    split = [("cookie", "other=1"), ("cookie", f"session.default={secret}")]
    assert "code" in returned(await server.client().get(url, headers=split))


async def test_headers_that_are_no_text_hurt_nobody(server: Server) -> None:
    odd = b"\xff\xfe\x80"
    names = (b"cookie", b"accept", b"origin", b"user-agent", b"accept-language", b"x-forwarded-for", b"sec-fetch-site")
    headers = [(b"host", b"localhost:3001"), *((name, odd) for name in names)]
    for path in ("/demo-app", "/sign-in", "/oidc/auth", "/oidc/token", DISCOVERY):
        status, _ = await raw(server, path, headers)
        assert status < 500, path


async def test_a_request_without_a_host_is_misdirected(server: Server) -> None:
    status, _ = await raw(server, "/", [])
    assert status == 421


# Who it came from


async def address(server: Server, peer: str | None, forwarded: str | None) -> str:
    """The address that the audit log has for a failed token request."""
    headers = [(b"host", b"localhost:3001"), (b"content-type", FORM["content-type"].encode())]
    if forwarded is not None:
        headers.append((b"x-forwarded-for", forwarded.encode()))
    client = None if peer is None else (peer, 4711)
    await raw(server, "/oidc/token", headers, method="POST", client=client)
    found = {row.payload["ip"] for row in await events(server.runtime)}
    return str(found.pop()) if len(found) == 1 else str(found)


TRUSTED = "10.0.0.0/8,fd00::/8,127.0.0.1"
SEEN = [
    ("203.0.113.9", None, "203.0.113.9"),
    ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ("10.0.0.1", None, "10.0.0.1"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "192.0.2.66, unknown", "10.0.0.1"),
    ("10.0.0.1", "192.0.2.66, 10.0.0.2, <script>", "10.0.0.1"),
    ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
    ("fd00::1", '"[2001:db8::7]"', "2001:db8::7"),
    ("127.0.0.1", "198.51.100.1:5000", "198.51.100.1"),
    ("not an address", "198.51.100.1", "not an address"),
    (None, "198.51.100.1", "-"),
]


@pytest.mark.parametrize(("peer", "forwarded", "expected"), SEEN)
async def test_the_address_of_a_client(
    new_server: NewServer, peer: str | None, forwarded: str | None, expected: str
) -> None:
    server = await new_server({"NARTHEX_TRUSTED_PROXIES": TRUSTED})
    assert await address(server, peer, forwarded) == expected


async def test_without_trusted_proxies_the_peer_is_the_client(server: Server) -> None:
    assert await address(server, "10.0.0.1", "198.51.100.1") == "10.0.0.1"


async def test_every_answer_has_an_id_of_its_own_that_the_log_has(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.client()
    answers = [await client.get(path, headers=HTML) for path in ("/", "/nothing", DISCOVERY, "/healthz") * 3]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    assert ids[1] in answers[1].text, "an error page shows it"
    forged = await client.get("/nothing", headers={"x-request-id": "forged"})
    assert forged.headers["x-request-id"] != "forged"


# How a refusal is told


async def test_programs_are_told_in_json_and_people_on_a_page(server: Server) -> None:
    client = server.client()
    told = await client.get("/nothing", headers={"accept": "application/json"})
    assert told.status_code == 404
    assert told.json() == {"code": "request.not_found", "message": "There is nothing here.", "error": "invalid_request"}
    shown = await client.get("/nothing", headers=HTML)
    assert shown.status_code == 404
    assert shown.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_refusal_is_told_in_the_language_of_the_reader(server: Server) -> None:
    client = server.client()
    japanese = await client.get("/nothing", headers=HTML | {"accept-language": "ja"})
    assert '<html lang="ja"' in japanese.text
    assert '<html lang="ja"' in (await client.get("/nothing?ui_locales=ja", headers=HTML)).text


def failing(error: Exception) -> Callable[..., Any]:
    async def fail(*_: object) -> None:
        raise error

    return fail


async def test_a_fault_is_logged_whole_and_told_without_detail(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(DOCUMENTS, "/oidc/jwks", failing(RuntimeError("a detail of ours")))
    with caplog.at_level(logging.WARNING):
        told = await server.client().get("/oidc/jwks")
        shown = await server.client().get("/oidc/jwks", headers=HTML)
    for answer in (told, shown):
        assert answer.status_code == 500
        assert "a detail of ours" not in answer.text
        assert "Traceback" not in answer.text
    assert told.json()["error"] == "server_error"
    assert "a detail of ours" in caplog.text


async def test_a_lost_database_is_told_as_a_pause(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOCUMENTS, "/oidc/jwks", failing(DatabaseUnavailable("a canary")))
    for headers in ({}, HTML):
        answer = await server.client().get("/oidc/jwks", headers=headers)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert "canary" not in answer.text


async def test_a_page_that_needs_the_lost_database_is_told_in_plain_text(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise DatabaseUnavailable

    server.runtime.cache.advance("default", 1_000_000)
    monkeypatch.setattr(server.runtime.database, "read", read)
    for path in ("/sign-in?interaction=x", "/oidc/auth?client_id=x", "/nothing", "/demo-app"):
        answer = await server.client().get(path, headers=HTML)
        assert answer.status_code in {404, 503}, path
        assert "database" in answer.text or "nothing here" in answer.text


async def test_an_unknown_method_is_refused(server: Server) -> None:
    client = server.client()
    refused = await client.request("DELETE", "/sign-in")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert (await client.request("BREW", "/oidc/token")).status_code == 404
    assert (await client.request("TRACE", "/")).status_code < 500


# Static files and the root


async def test_the_root_leads_to_the_demo_app(server: Server) -> None:
    assert (await server.client().get("/")).headers["location"] == "/demo-app"
    assert (await server.client().get("/t/admin/")).headers["location"] == "/t/admin/demo-app"


async def test_static_files_are_kept_for_ever_and_compressed(server: Server) -> None:
    path = f"/static/{asset_name('hosted.css')}"
    plain = await server.client().get(path, headers={"accept-encoding": "identity"})
    assert plain.headers["cache-control"].startswith("public, max-age=31536000")
    assert plain.headers["vary"] == "Accept-Encoding"
    status, headers = await raw(server, path, [(b"host", b"localhost:3001"), (b"accept-encoding", b"gzip")])
    assert (status, headers[b"content-encoding"]) == (200, b"gzip")
    assert len(gzip.compress(plain.content)) < len(plain.content)
    assert (await server.client().post(path)).status_code == 404


@pytest.mark.parametrize("path", ["../settings.py", "..%2f..%2fsettings.py", "css/tokens.css", "%00", ""])
async def test_nothing_else_is_served_as_a_static_file(server: Server, path: str) -> None:
    assert (await server.client().get(f"/static/{path}")).status_code == 404


async def test_a_head_has_no_body(server: Server) -> None:
    for path in ("/demo-app", f"/static/{asset_name('hosted.css')}", DISCOVERY, "/nothing"):
        head = await server.client().head(path, headers=HTML)
        whole = await server.client().get(path, headers=HTML)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert "content-length" in head.headers


async def test_every_protocol_path_is_answered_below_a_tenant(server: Server) -> None:
    for path in [*routes.DOCUMENTS, *routes.CLIENT_ENDPOINTS, *routes.PAGES]:
        found = await server.client().request(
            "OPTIONS" if path in routes.CLIENT_ENDPOINTS else "GET", f"/t/admin{path}"
        )
        confirm = path == "/oidc/session/end/confirm"
        assert (found.status_code == 404) == confirm, path


async def test_a_websocket_is_closed(server: Server) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await server.app({"type": "websocket", "path": "/"}, failing(RuntimeError()), send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
