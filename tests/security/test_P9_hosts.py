"""P9: what a request says of its host decides nothing: links, issuer and cookies come from configured addresses, and
a host that is none of ours is answered with 421."""

from urllib.parse import urlsplit

import httpx2
import pytest

from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.walk import HTML, Browser, returned

EVIL = "evil.example"
LIES: list[dict[str, str]] = [
    {"x-forwarded-host": EVIL},
    {"x-forwarded-host": f"localhost:3001, {EVIL}"},
    {"x-forwarded-server": EVIL, "x-host": EVIL, "x-original-host": EVIL},
    {"forwarded": f"host={EVIL};proto=https;for=203.0.113.1"},
    {"x-forwarded-proto": "https", "x-forwarded-scheme": "https", "x-forwarded-ssl": "on"},
    {"x-forwarded-port": "8443", "x-forwarded-prefix": "/evil", "x-script-name": "/evil"},
    {"x-original-url": "/t/admin/sign-in", "x-rewrite-url": "/t/admin/sign-in"},
    {"referer": f"http://{EVIL}/"},
]
HOSTS = [
    EVIL,
    "localhost",
    "localhost:3000",
    "localhost:3001.evil.example",
    "evil.example:3001",
    "localhost:3001@evil.example",
    "evil.example#localhost:3001",
    "localhost:3001, evil.example",
    "127.0.0.1:3001",
    "[::1]:3001",
    "localhost.:3001",
    "xn--lcalhost-y0a:3001",
    "",
    "/",
]
PATHS = ["/", "/sign-in", "/demo-app", "/oidc/auth", "/oidc/jwks", "/oidc/.well-known/openid-configuration", "/nothing"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def walk(browser: Browser, client_id: str) -> list[httpx2.Response]:
    """Every kind of page and document, as this browser gets them."""
    client, seen = browser.client, []
    seen.append(await client.get("/oidc/.well-known/openid-configuration"))
    first = await client.get(browser.authorize_url(client_id, CALLBACK, prompt="login"), headers=HTML)
    page = await browser.follow(first)
    answer = await browser.submit(page, {"identifier": "ada", "password": "wrong-password"})
    seen += [first, page, answer]
    seen.append(await browser.submit(answer, {"identifier": "ada", "password": "correct-Horse-42-staple"}))
    seen.append(await client.get("/oidc/session/end", headers=HTML))
    seen.append(await browser.submit(seen[-1], {}))
    for path in ("/", "/demo-app", "/demo-app/sign-in", "/nothing", "/oidc/auth?client_id=x", "/oidc/session/end"):
        seen.append(await client.get(path, headers=HTML))
    seen.append(await client.post("/oidc/auth", data={"client_id": client_id}))
    return seen


def addresses(response: httpx2.Response) -> str:
    return "\n".join([*(value for name, value in response.headers.items() if name != "x-request-id"), response.text])


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_about_the_host_changes_nothing(server: Server, lie: dict[str, str]) -> None:
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    honest = await walk(server.browser(), made.application_id)
    lied = await walk(server.browser(**lie), made.application_id)
    assert [one.status_code for one in honest] == [one.status_code for one in lied]
    for before, after in zip(honest, lied, strict=True):
        assert EVIL not in addresses(after)
        assert "8443" not in addresses(after)
        target = after.headers.get("location")
        assert (target is None) == ("location" not in before.headers)
        if target is not None:
            assert urlsplit(target)[:3] == urlsplit(before.headers["location"])[:3] or "/oidc/auth/" in target
    issuer = returned(lied[4])["iss"]
    assert issuer == "http://localhost:3001/oidc"


@pytest.mark.parametrize("host", HOSTS)
async def test_another_host_is_not_answered(server: Server, host: str) -> None:
    for path in PATHS:
        for method in ("GET", "POST"):
            response = await server.client().request(method, path, headers={"host": host} | HTML)
            assert response.status_code == 421, f"{method} {path}"
            assert "location" not in response.headers
            assert "set-cookie" not in response.headers
            assert response.headers["content-type"].startswith("text/plain")


async def test_a_host_is_compared_without_case(server: Server) -> None:
    response = await server.client().get("/oidc/.well-known/openid-configuration", headers={"host": "LocalHost:3001"})
    assert response.json()["issuer"] == "http://localhost:3001/oidc"


async def test_two_host_headers_are_no_host(server: Server) -> None:
    twice = [("host", "localhost:3001"), ("host", EVIL)]
    response = await server.client().get("/oidc/jwks", headers=twice)
    assert response.status_code == 421


async def test_a_trusted_proxy_names_one_of_our_hosts_or_none(new_server: NewServer) -> None:
    server = await new_server({"NARTHEX_TRUSTED_PROXIES": "127.0.0.1"})
    await server.add_tenant("acme", "https://login.acme.example")
    client = server.client()

    async def issuer(forwarded: str) -> str | None:
        response = await client.get(
            "/oidc/.well-known/openid-configuration", headers={"host": "10.0.0.7:3001", "x-forwarded-host": forwarded}
        )
        return response.json()["issuer"] if response.status_code == 200 else None

    assert await issuer("localhost:3001") == "http://localhost:3001/oidc"
    assert await issuer("login.acme.example") == "https://login.acme.example/oidc"
    for host in (EVIL, f"{EVIL}, localhost:3001", f"localhost:3001, {EVIL}", "localhost:3001/x"):
        assert await issuer(host) is None, host


async def test_a_tenant_lives_at_its_own_address_only(server: Server) -> None:
    await server.add_tenant("acme", "https://login.acme.example")
    await server.add_tenant("beta")
    client = server.client()
    discovery = "/oidc/.well-known/openid-configuration"

    async def issuer(host: str, path: str) -> str | None:
        response = await client.get(path, headers={"host": host})
        return response.json()["issuer"] if response.status_code == 200 else None

    assert await issuer("login.acme.example", discovery) == "https://login.acme.example/oidc"
    assert await issuer("localhost:3001", f"/t/beta{discovery}") == "http://localhost:3001/t/beta/oidc"
    assert await issuer("localhost:3001", f"/t/acme{discovery}") is None
    assert await issuer("localhost:3001", f"/t/default{discovery}") is None
    assert await issuer("localhost:3001", f"/t/nobody{discovery}") is None
    assert await issuer("login.acme.example", f"/t/beta{discovery}") is None
    assert await issuer("login.acme.example", f"/t/acme{discovery}") is None
    assert await issuer("beta.localhost:3001", discovery) is None


async def test_the_refusal_of_a_host_writes_none_of_it_as_markup(server: Server) -> None:
    response = await server.client().get("/", headers={"host": "<script>x</script>" + "a" * 500} | HTML)
    assert response.status_code == 421
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(response.text) < 400
