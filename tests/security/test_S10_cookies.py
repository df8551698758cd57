"""S10: every cookie is HttpOnly, SameSite=Lax, for the whole host and no other; on https also Secure and `__Host-`."""

from dataclasses import dataclass, field

import httpx2
import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.walk import PASSWORD, Browser, returned

LONGEST_NAME = "a" * 128
LIFETIMES = {
    "session": 14 * 24 * 3600,
    "interaction": 3600,
    "device": 400 * 24 * 3600,
    "demo-pending": 3600,
    "demo-result": 3600,
}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Jar:
    """Every Set-Cookie header that a browser was sent."""

    lines: list[str] = field(default_factory=list)

    async def note(self, response: httpx2.Response) -> None:
        """Called with each response."""
        self.lines += response.headers.get_list("set-cookie")

    def names(self) -> set[str]:
        """The names of the cookies."""
        return {line.partition("=")[0] for line in self.lines}


def watched(server: Server, tenant_id: str = "default") -> tuple[Browser, Jar]:
    browser, jar = server.browser(tenant_id), Jar()
    browser.client.event_hooks["response"] = [jar.note]
    return browser, jar


async def whole_walk(server: Server, tenant_id: str = "default") -> Jar:
    """All cookies of sign-up, consent, sign-in, the demo app and sign-outs."""
    browser, jar = watched(server, tenant_id)
    made = await server.application(ApplicationType.TRADITIONAL, tenant_id=tenant_id, is_third_party=True)
    page = await browser.sign_up(made.application_id, CALLBACK, username=LONGEST_NAME)
    assert "code" in returned(await browser.submit(page, {"decision": "allow"}))
    await browser.sign_in(made.application_id, CALLBACK, username=LONGEST_NAME, prompt="login")
    base = server.tenant(tenant_id).base_path
    shown = await browser.get(f"{base}/demo-app/sign-in")
    assert shown.status_code == 200
    shown = await browser.submit(shown, {}, form=0)
    await browser.submit(shown, {}, form=1)
    await browser.sign_in(made.application_id, CALLBACK, username=LONGEST_NAME, prompt="login")
    await browser.submit(await browser.get(f"{base}/oidc/session/end"), {})
    return jar


def checked(jar: Jar, *, prefix: str, tenant_id: str, secure: bool) -> None:
    assert jar.names() == {f"{prefix}{name}.{tenant_id}" for name in LIFETIMES}
    for line in jar.lines:
        pair, *attributes = line.split("; ")
        name = pair.partition("=")[0].removeprefix("__Host-").partition(".")[0]
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes), line
        assert ("Secure" in attributes) is secure, line
        assert not any(one.lower().startswith("domain") for one in attributes), line
        assert f"Max-Age={LIFETIMES[name]}" in attributes or (pair.endswith("=") and "Max-Age=0" in attributes), line
        assert len(line) < 4096, f"{name} has {len(line)} bytes"


async def test_cookies_on_https(new_server: NewServer) -> None:
    server = await new_server({"NARTHEX_BASE_URL": "https://login.example"})
    checked(await whole_walk(server), prefix="__Host-", tenant_id="default", secure=True)


async def test_cookies_on_loopback(server: Server) -> None:
    checked(await whole_walk(server), prefix="", tenant_id="default", secure=False)


async def test_cookies_of_a_tenant_under_a_path(new_server: NewServer) -> None:
    server = await new_server({"NARTHEX_BASE_URL": "https://login.example"})
    await server.add_tenant("acme")
    checked(await whole_walk(server, "acme"), prefix="__Host-", tenant_id="acme", secure=True)


async def test_cookies_of_a_tenant_at_its_own_origin(new_server: NewServer) -> None:
    server = await new_server()
    await server.add_tenant("acme", "https://login.acme.example")
    checked(await whole_walk(server, "acme"), prefix="__Host-", tenant_id="acme", secure=True)


async def test_on_https_a_cookie_without_the_prefix_opens_nothing(new_server: NewServer) -> None:
    """A sibling host may set `session.default` for the whole domain, but never `__Host-session.default`."""
    server = await new_server({"NARTHEX_BASE_URL": "https://login.example"})
    made = await server.application()
    browser = server.browser()
    await browser.sign_up(made.application_id, CALLBACK)
    secret = browser.client.cookies["__Host-session.default"]
    other = server.browser()
    url = other.authorize_url(made.application_id, CALLBACK, prompt="none")
    tossed = await other.client.get(url, headers={"cookie": f"session.default={secret}"})
    assert returned(tossed)["error"] == "login_required"
    honest = await server.browser().client.get(url, headers={"cookie": f"__Host-session.default={secret}"})
    assert "code" in returned(honest)


async def test_of_two_cookies_of_one_name_the_first_counts(server: Server) -> None:
    made = await server.application()
    browser = server.browser()
    await browser.sign_up(made.application_id, CALLBACK)
    secret = browser.client.cookies["session.default"]
    url = browser.authorize_url(made.application_id, CALLBACK, prompt="none")
    twice = {"cookie": f"session.default={secret}; session.default={'A' * 43}"}
    assert "code" in returned(await server.client().get(url, headers=twice))
    twice = {"cookie": f"session.default={'A' * 43}; session.default={secret}"}
    assert returned(await server.client().get(url, headers=twice))["error"] == "login_required"


async def test_a_session_opens_its_own_tenant_only(server: Server) -> None:
    await server.add_tenant("acme")
    made = await server.application(tenant_id="acme")
    own = await server.application()
    browser = server.browser()
    await browser.sign_up(own.application_id, CALLBACK)
    secret = browser.client.cookies["session.default"]
    other = server.browser("acme")
    url = other.authorize_url(made.application_id, CALLBACK, prompt="none")
    tossed = await other.client.get(url, headers={"cookie": f"session.acme={secret}; session.default={secret}"})
    assert returned(tossed)["error"] == "login_required"


async def test_the_result_of_the_demo_app_is_sealed(server: Server) -> None:
    browser = server.browser()
    page = await browser.get("/demo-app/sign-up")
    shown = await browser.submit(page, {"username": "ada", "password": PASSWORD})
    assert shown.status_code == 200
    sealed = browser.client.cookies["demo-result.default"]
    assert sealed.startswith("v1.")
    for changed in (sealed[:-2] + "xx", sealed.replace("v1.", "v2."), "x"):
        answer = await server.client().get("/demo-app", headers={"cookie": f"demo-result.default={changed}"})
        assert "demo-app/sign-in" in answer.text
    # It is no value for the other cookie of the demo app, nor for the demo app of another tenant.
    assert server.tenant("admin").base_path == "/t/admin"
    moved = await server.client().get("/t/admin/demo-app", headers={"cookie": f"demo-result.admin={sealed}"})
    assert "demo-app/sign-in" in moved.text
