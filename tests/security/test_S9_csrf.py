"""S9: no foreign page signs anybody in, up or out, or answers for them: a form counts only from the page that we showed
in this browser for this step of this interaction."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx2
import msgspec
import pytest
from playwright.async_api import Page

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.connectors.registry import find_connector
from narthex.credentials import service as credentials
from narthex.credentials.password_hash import hash_password
from narthex.kit.forms import form_token
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.browser import NewPage
from tests.fixtures.server import CALLBACK, Server, query_of
from tests.fixtures.social import MadeUpProvider, button_form, come_in, connect, offer
from tests.fixtures.traces import Row, dump
from tests.fixtures.walk import HTML, PASSWORD, Browser, PageForm, forms

FACTS = (
    "users",
    "passwords",
    "sessions",
    "interactions",
    "consents",
    "grants",
    "refresh_tokens",
    "access_tokens",
    "user_identities",
)
PURPOSES = ("sign-in", "sign-up", "consent", "social", "continue", "link", "sign-out", "demo-result")
EVIL = "http://evil.example"
# What is held here is held before the database is asked.
pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("provider"),
]


class Ready(msgspec.Struct, frozen=True):
    """A browser before a form that would do something, and what a person would type into it."""

    browser: Browser
    url: str
    fields: dict[str, str]

    async def send(
        self, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Send the form as it stands, or with other fields or headers; follow nothing."""
        sent = self.fields if fields is None else fields
        return await self.browser.client.post(self.url, data=sent, headers=HTML | (headers or {}))


async def account(server: Server, **fields: Any) -> Credentials:
    made = await server.application(**fields)
    await server.browser().sign_up(made.application_id, CALLBACK)
    return made


def filled(browser: Browser, page: httpx2.Response, form: PageForm, **typed: str) -> Ready:
    return Ready(browser, urljoin(str(page.request.url), form.action), form.fields | typed)


async def sign_in(server: Server) -> Ready:
    made, browser = await account(server), server.browser()
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK))
    return filled(browser, page, forms(page)[0], identifier="ada", password=PASSWORD)


async def sign_up(server: Server) -> Ready:
    made, browser = await account(server), server.browser()
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK, first_screen="register"))
    return filled(browser, page, forms(page)[0], username="eve", password=PASSWORD)


async def consent(server: Server) -> Ready:
    made, browser = await account(server), server.browser()
    third = await server.application(name="Stranger", is_third_party=True)
    await browser.sign_in(made.application_id, CALLBACK)
    page = await browser.get(browser.authorize_url(third.application_id, CALLBACK))
    return filled(browser, page, forms(page)[0], decision="allow")


async def sign_out(server: Server) -> Ready:
    made, browser = await account(server), server.browser()
    await browser.sign_in(made.application_id, CALLBACK)
    page = await browser.get("/oidc/session/end")
    return filled(browser, page, forms(page)[0])


async def demo(server: Server, number: int) -> Ready:
    await account(server)
    browser = server.browser()
    page = await browser.get("/demo-app/sign-in")
    shown = await browser.submit(page, {"identifier": "ada", "password": PASSWORD})
    return filled(browser, shown, forms(shown)[number])


async def demo_refresh(server: Server) -> Ready:
    return await demo(server, 0)


async def demo_sign_out(server: Server) -> Ready:
    return await demo(server, 1)


async def at_provider(server: Server, email: str | None = None, **experience: Any) -> tuple[Browser, httpx2.Response]:
    """A browser with a newcomer, before whatever is asked of them."""
    made, browser = await account(server), server.browser()
    await connect(server)
    await offer(server, "made-up", **experience)
    vouch = find_connector("made-up")
    assert isinstance(vouch, MadeUpProvider)
    given = {} if email is None else {"email": email}
    return browser, await come_in(browser, made.application_id, vouch.vouch("c", "newcomer", **given))


async def social(server: Server) -> Ready:
    made, browser = await account(server), server.browser()
    await connect(server)
    await offer(server, "made-up")
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK))
    return filled(browser, page, forms(page)[button_form(page, "made-up")])


async def newcomer(server: Server) -> Ready:
    browser, page = await at_provider(server, identifiers=("username",))
    return filled(browser, page, forms(page)[0], username="eve")


async def offered(server: Server) -> tuple[Browser, httpx2.Response]:
    """The same for one whose mail address has an account."""
    async with server.runtime.database.write("default") as tx:
        new = NewUser("owner", primary_email="owner@example.com")
        owner = await making.create(tx, system_actor("default"), new)
        hashed = hash_password(PASSWORD, b"0123456789abcdef")
        await credentials.put(tx, owner.id, hashed)
    return await at_provider(server, "owner@example.com")


async def linking(server: Server) -> Ready:
    browser, page = await offered(server)
    return filled(browser, page, forms(page)[0], password=PASSWORD)


async def declining(server: Server) -> Ready:
    browser, page = await offered(server)
    return filled(browser, page, forms(page)[-1])


STEPS: dict[str, Callable[[Server], Awaitable[Ready]]] = {
    "/sign-in/password": sign_in,
    "/register": sign_up,
    "/sign-in/social/made-up": social,
    "/continue": newcomer,
    "/sign-in/link": linking,
    "/sign-in/link/decline": declining,
    "/consent": consent,
    "/oidc/session/end/confirm": sign_out,
    "/demo-app/refresh": demo_refresh,
    "/demo-app/sign-out": demo_sign_out,
}


@pytest.fixture(params=STEPS)
async def ready(request: pytest.FixtureRequest, server: Server) -> Ready:
    """Each form that does something, ready to be sent."""
    made = await STEPS[request.param](server)
    assert request.param in made.url
    return made


async def facts(server: Server) -> dict[str, list[Row]]:
    """All that a form may change, but for what counts and tells of attempts."""
    kept = await dump(server)
    return {name: sorted(kept[name], key=str) for name in FACTS}


async def changes(server: Server, ready: Ready, sent: Awaitable[httpx2.Response]) -> bool:
    """Whether a request changed a row, or a cookie of the browser that is more than the address of a sign-in."""
    before = await facts(server)
    response = await sent
    assert response.status_code < 500
    named = [one.partition("=")[0].partition(".")[0] for one in response.headers.get_list("set-cookie")]
    return before != await facts(server) or any(one in {"session", "device", "demo-result"} for one in named)


async def test_the_form_itself_does_something(server: Server, ready: Ready) -> None:
    assert await changes(server, ready, ready.send())


async def test_a_form_without_its_token_does_nothing(server: Server, ready: Ready) -> None:
    token = ready.fields["form_token"]
    without = {name: value for name, value in ready.fields.items() if name != "form_token"}
    assert not await changes(server, ready, ready.send(fields=without))
    for other in ("", "x", "A" * 43, f"{token}x", token[:-1], token.swapcase()):
        assert not await changes(server, ready, ready.send(fields=without | {"form_token": other})), other


async def test_a_token_of_another_browser_does_nothing(server: Server, ready: Ready) -> None:
    other = server.browser()
    demo_app = await other.get("/demo-app/sign-in")
    interaction = query_of(ready.url).get("interaction", "") if "?" in ready.url else ""
    purposes = [f"{step}:{interaction}" for step in PURPOSES[:6]] + ["sign-out", "demo-result"]
    secret = other.client.cookies["interaction.default"]
    tokens = [forms(demo_app)[0].fields["form_token"], *(form_token(secret, purpose) for purpose in purposes)]
    for token in tokens:
        assert not await changes(server, ready, ready.send(fields=ready.fields | {"form_token": token}))


async def test_a_token_of_another_step_does_nothing(server: Server, ready: Ready) -> None:
    interaction = query_of(ready.url).get("interaction", "") if "?" in ready.url else ""
    cookies = ready.browser.client.cookies
    for name in ("interaction.default", "session.default", "device.default", "demo-result.default"):
        for purpose in PURPOSES:
            for full in (purpose, f"{purpose}:", f"{purpose}:{interaction}"):
                token = form_token(cookies.get(name) or "-", full)
                if token != ready.fields["form_token"]:
                    assert not await changes(server, ready, ready.send(fields=ready.fields | {"form_token": token}))


FOREIGN: list[dict[str, str]] = [
    {"origin": EVIL},
    {"origin": "null"},
    {"origin": "https://localhost:3001"},
    {"origin": "http://localhost"},
    {"origin": "http://localhost:3001.evil.example"},
    {"origin": "http://evil.localhost:3001"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://localhost:3001", "sec-fetch-site": "cross-site"},
    {"origin": EVIL, "sec-fetch-site": "same-origin"},
]


async def test_a_form_of_another_site_does_nothing(server: Server, ready: Ready) -> None:
    for headers in FOREIGN:
        assert not await changes(server, ready, ready.send(headers=headers)), headers


async def test_a_body_that_is_no_form_does_nothing(server: Server, ready: Ready) -> None:
    """JSON and plain text are what a foreign page can send without a form, and without asking first."""
    json, form = msgspec.json.encode(ready.fields), urlencode(ready.fields).encode()
    bodies = {"application/json": json, "text/plain": form, "application/octet-stream": form, "": form}
    client = ready.browser.client
    for media_type, body in bodies.items():
        headers = HTML | {"content-type": media_type}
        assert not await changes(server, ready, client.post(ready.url, content=body, headers=headers)), media_type
    files = {name: (None, value) for name, value in ready.fields.items()}
    assert not await changes(server, ready, client.post(ready.url, files=files, headers=HTML))


async def test_another_method_does_nothing(server: Server, ready: Ready) -> None:
    query = urlencode(ready.fields | {"_method": "POST"})
    url = f"{ready.url}{'&' if '?' in ready.url else '?'}{query}"
    override = HTML | {"x-http-method-override": "POST", "x-http-method": "POST", "x-method-override": "POST"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    client = ready.browser.client
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "POSTX"):
        assert not await changes(server, ready, client.request(method, url, headers=override)), method
        sent = client.request(method, ready.url, content=urlencode(ready.fields), headers=override | form)
        assert not await changes(server, ready, sent), method


async def test_fields_in_the_query_count_for_nothing(server: Server, ready: Ready) -> None:
    url = f"{ready.url}{'&' if '?' in ready.url else '?'}{urlencode(ready.fields)}"
    form = HTML | {"content-type": "application/x-www-form-urlencoded"}
    assert not await changes(server, ready, ready.browser.client.post(url, content=b"", headers=form))


@pytest.mark.parametrize("step", ["/sign-in/password", "/register", "/consent", "/oidc/session/end/confirm"])
async def test_a_replayed_form_does_nothing(server: Server, step: str) -> None:
    ready = await STEPS[step](server)
    await ready.browser.follow(await ready.send())
    again = ready.fields | ({"username": "mallory"} if step == "/register" else {})
    assert not await changes(server, ready, ready.send(fields=again))
    # Nor with a token of the secret that the browser has now: what it is for is over.
    purpose = {"/sign-in/password": "sign-in", "/register": "sign-up", "/consent": "consent"}.get(step, "sign-out")
    full = f"{purpose}:{query_of(ready.url)['interaction']}" if "interaction=" in ready.url else purpose
    cookies = ready.browser.client.cookies
    for name in ("interaction.default", "session.default"):
        fresh = again | {"form_token": form_token(cookies.get(name) or "-", full)}
        assert not await changes(server, ready, ready.send(fields=fresh))


async def test_the_pages_of_one_interaction_do_not_mix(server: Server) -> None:
    ready = await sign_in(server)
    page = await ready.browser.get(ready.url.replace("/sign-in/password", "/register"))
    other = forms(page)[0].fields["form_token"]
    assert not await changes(server, ready, ready.send(fields=ready.fields | {"form_token": other}))
    up = filled(ready.browser, page, forms(page)[0], username="eve", password=PASSWORD)
    assert not await changes(server, up, up.send(fields=up.fields | {"form_token": ready.fields["form_token"]}))
    assert await changes(server, up, up.send())


async def test_two_tabs_do_not_mix(server: Server) -> None:
    first = await sign_in(server)
    made = await server.application(name="Another")
    page = await first.browser.get(first.browser.authorize_url(made.application_id, CALLBACK))
    mixed = first.fields | {"form_token": forms(page)[0].fields["form_token"]}
    assert not await changes(server, first, first.send(fields=mixed))


async def test_a_foreign_page_signs_nobody_out_by_a_link(server: Server) -> None:
    ready = await sign_out(server)
    for headers in ({}, {"sec-fetch-site": "cross-site", "referer": EVIL}):
        get = ready.browser.client.get("/oidc/session/end", headers=HTML | headers)
        assert not await changes(server, ready, get)
    post = ready.browser.client.post("/oidc/session/end", data={}, headers=HTML | {"origin": EVIL})
    assert not await changes(server, ready, post)


async def test_a_foreign_page_starts_no_sign_in_that_ends_by_itself(server: Server) -> None:
    """A code for a session that the application did not ask for would be useless to it: the state is its own. What we
    owe is that nothing of ours changes before the person acts."""
    made, browser = await account(server), server.browser()
    url = browser.authorize_url(made.application_id, CALLBACK, login_hint="eve", first_screen="register")
    page = await browser.get(url, **{"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert "session.default" not in browser.client.cookies


async def posted_across(page: Page, ready: Ready) -> int:
    """The status of the form when a page of another site sends it in this browser."""
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in ready.fields.items())
    html = f'<form method="post" action="{ready.url}">{inputs}</form><button onclick="document.forms[0].submit()">go'
    await page.route("http://127.0.0.1:9/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto("http://127.0.0.1:9/evil")
    async with page.expect_navigation() as navigation:
        await page.click("button")
    answer = await navigation.value
    assert answer is not None
    return answer.status


@pytest.mark.parametrize("step", ["/sign-in/password", "/sign-in/link", "/consent", "/oidc/session/end/confirm"])
async def test_chromium_sends_no_form_across(live_server: Server, new_page: NewPage, step: str) -> None:
    """Even a foreign page that knows the token gets nowhere: the cookies do not come along, and Origin names it."""
    ready = await STEPS[step](live_server)
    page = await new_page(javascript=True)
    for cookie in ready.browser.client.cookies.jar:
        kept: Any = {"name": cookie.name, "value": cookie.value, "url": live_server.base_url, "httpOnly": True}
        if same_site := cookie.get_nonstandard_attr("SameSite"):
            kept["sameSite"] = same_site
        await page.context.add_cookies([kept])
    before = await facts(live_server)
    assert await posted_across(page, ready) in {400, 403}
    assert before == await facts(live_server)
