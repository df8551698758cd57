"""P8: the security headers of every route, whatever it answers, on https and on loopback."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from msgspec import Struct

from narthex.applications.service import Credentials
from narthex.demo_app.state import PATH as DEMO_APP
from narthex.oidc.routes import CLIENT_ENDPOINTS, DOCUMENTS
from narthex.oidc.routes import PAGES as PROTOCOL_PAGES
from narthex.operations.routes import PATHS as OPERATIONS
from narthex.sign_in.routes import STEPS
from narthex.static import asset_name
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.walk import HTML, PASSWORD, VERIFIER, returned

ORIGIN = "http://localhost:3000"
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE")
PATHS = [
    *DOCUMENTS,
    *CLIENT_ENDPOINTS,
    *PROTOCOL_PAGES,
    "/oidc/auth/0123456789abcdefghijk",
    "/oidc/nothing",
    *dict.fromkeys(path for _, path in STEPS),
    *(DEMO_APP + path for path in ("", "/sign-in", "/sign-up", "/callback", "/refresh", "/sign-out", "/nothing")),
    *sorted(OPERATIONS),
    f"/static/{asset_name('hosted.css')}",
    f"/static/{asset_name('hosted.js')}",
    f"/static/{asset_name('logo.svg')}",
    "/static/nothing",
    *("/", "/nothing", "/t/admin/demo-app", "/t/nobody/", "/.well-known/oauth-authorization-server/oidc"),
    "/" + "a" * 3000,
]
# What may lie in a cache: it is the same for everybody.
CACHEABLE = ("/static/", "/oidc/.well-known/", "/oidc/jwks", "/.well-known/")
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "*", "http:", "https:", "blob:", "strict-dynamic")
SAME_ON_ALL = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Site(Struct, frozen=True):
    """A server, on https or not."""

    server: Server
    secure: bool


@pytest.fixture(params=["https://login.example", "http://localhost:3001"])
async def site(request: pytest.FixtureRequest, new_server: NewServer) -> Site:
    """A server on https, and one on loopback."""
    server = await new_server({"NARTHEX_BASE_URL": request.param})
    return Site(server, request.param.startswith("https"))


def problems(response: httpx2.Response, *, secure: bool) -> list[str]:
    """What is wrong with the headers of a response."""
    headers = response.headers
    wrong = [
        f"{name}: {headers.get_list(name)}" for name, value in SAME_ON_ALL.items() if headers.get_list(name) != [value]
    ]
    policies = headers.get_list("content-security-policy")
    directives = dict(part.strip().partition(" ")[::2] for part in ";".join(policies).split(";"))
    strict = {"default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'"}
    if len(policies) != 1 or strict.items() - directives.items() or any(bad in policies[0] for bad in FORBIDDEN):
        wrong.append(f"content-security-policy: {policies}")
    if headers.get_list("referrer-policy") not in (["no-referrer"], ["strict-origin"]):
        wrong.append(f"referrer-policy: {headers.get_list('referrer-policy')}")
    if headers.get_list("strict-transport-security") != (["max-age=31536000"] if secure else []):
        wrong.append(f"strict-transport-security: {headers.get_list('strict-transport-security')}")
    if not headers.get("x-request-id", "").isalnum():
        wrong.append("x-request-id")
    wrong += [name for name in ("server", "x-powered-by", "set-cookie2", "p3p") if name in headers]
    return wrong + caching_problems(response)


def caching_problems(response: httpx2.Response) -> list[str]:
    kept = response.headers.get("cache-control", "")
    path = response.request.url.path
    if kept == "no-store":
        return []
    if "set-cookie" in response.headers:
        return [f"a cookie that a cache may keep: {kept!r}"]
    may_be_kept = path.startswith(CACHEABLE) or response.status_code in {204, 405, 421}
    is_page = response.headers.get("content-type", "").startswith("text/html")
    has_content = response.status_code < 400 and response.content and path != "/"
    return [f"cache-control: {kept!r}"] if is_page or (has_content and not may_be_kept) else []


async def answers(server: Server, path: str) -> AsyncIterator[httpx2.Response]:
    client = server.client()
    for method in METHODS:
        for headers in ({}, HTML, {"origin": ORIGIN}, HTML | {"origin": "http://evil.example"}):
            for content in (b"", b"client_id=nobody", b"\xff\x00%00"):
                if content and method not in {"POST", "PUT"}:
                    continue
                form = {"content-type": "application/x-www-form-urlencoded"} if content else {}
                yield await client.request(method, path, headers=headers | form, content=content)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
async def test_every_route_has_every_header(site: Site, path: str) -> None:
    async for response in answers(site.server, path):
        assert response.status_code < 500 or path in OPERATIONS
        where = f"{response.request.method} {response.status_code}"
        assert problems(response, secure=site.secure) == [], where


async def test_other_answers_have_every_header(site: Site) -> None:
    client = site.server.client()
    sent = [
        client.get("/", headers={"host": "evil.example"}),
        client.get("/oidc/auth?client_id=%00", headers=HTML),
        client.get("/sign-in?interaction=%ff", headers=HTML),
        client.post(
            "/oidc/token", content=b"a" * 100_000, headers={"content-type": "application/x-www-form-urlencoded"}
        ),
        client.post("/register", json={}),
        client.get("/", headers={"host": ""}),
    ]
    for response in [await one for one in sent]:
        assert 400 <= response.status_code < 500
        assert problems(response, secure=site.secure) == [], response.status_code


async def test_a_fault_of_the_server_has_every_header(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(DOCUMENTS, "/oidc/jwks", broken)
    for headers in ({}, HTML):
        response = await site.server.client().get("/oidc/jwks", headers=headers)
        assert response.status_code == 500
        assert problems(response, secure=site.secure) == []


async def redeemed(site: Site, application: Credentials, code: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": application.application_id,
        "client_secret": application.secret or "",
        "redirect_uri": CALLBACK,
        "code": code,
        "code_verifier": VERIFIER,
    }
    return await site.server.client().post("/oidc/token", data=form, headers={"origin": ORIGIN})


async def test_every_answer_of_a_walk_has_every_header(site: Site) -> None:
    seen: list[httpx2.Response] = []

    async def note(response: httpx2.Response) -> None:
        await response.aread()
        seen.append(response)

    own, third = await site.server.application(), await site.server.application(is_third_party=True)
    browser = site.server.browser()
    browser.client.event_hooks["response"] = [note]
    await browser.sign_up(own.application_id, CALLBACK, password="short")
    code = returned(await browser.sign_up(own.application_id, CALLBACK))["code"]
    tokens = await redeemed(site, own, code)
    page = await browser.get(browser.authorize_url(third.application_id, CALLBACK))
    await browser.submit(page, {"decision": "allow"})
    await browser.get(browser.authorize_url(own.application_id, CALLBACK, response_mode="form_post"))
    await browser.sign_in(own.application_id, CALLBACK, password="wrong-password", prompt="login")
    shown = await browser.get("/demo-app/sign-in")
    await browser.submit(shown, {}, form=1)
    await browser.sign_in(own.application_id, CALLBACK, password=PASSWORD, prompt="login")
    await browser.submit(await browser.get("/oidc/session/end"), {})
    bearer = {"authorization": f"Bearer {tokens.json()['access_token']}", "origin": ORIGIN}
    seen += [tokens, await site.server.client().get("/oidc/me", headers=bearer)]
    assert {response.status_code for response in seen} == {200, 303, 422}
    for response in seen:
        assert problems(response, secure=site.secure) == [], response.request.url.path
    assert all(response.headers["vary"] == "Origin" for response in seen[-2:])
    assert all(response.headers["cache-control"] == "no-store" for response in seen[-2:])
    ids = [response.headers["x-request-id"] for response in seen]
    assert len(set(ids)) == len(ids)


async def test_what_depends_on_the_origin_says_so(site: Site) -> None:
    await site.server.application()
    for path, (_, methods) in CLIENT_ENDPOINTS.items():
        for method in (*methods, "OPTIONS"):
            for origin in (ORIGIN, "http://evil.example"):
                response = await site.server.client().request(method, path, headers={"origin": origin})
                assert response.headers["vary"] == "Origin", f"{method} {path}"


async def test_a_missing_header_is_found(server: Server) -> None:
    bare = httpx2.Response(200, html="<p>", request=httpx2.Request("GET", "http://localhost/page"))
    found = problems(bare, secure=True)
    named = " ".join(found)
    for name in (
        *SAME_ON_ALL,
        "content-security-policy",
        "referrer-policy",
        "strict-transport-security",
        "cache-control",
    ):
        assert name in named
