"""P7: names, phrases and addresses that tenants, applications and strangers choose are text on our pages, never markup:
a page with hostile values has the same elements and attributes as one with plain values, and runs no script."""

import html
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from urllib.parse import quote

import httpx2
import msgspec
import pytest
from playwright.async_api import Page
from sqlalchemy import bindparam, update

from narthex.access import system_actor
from narthex.app import create_tenant
from narthex.applications.service import Credentials
from narthex.kit.database import statement
from narthex.kit.i18n import read_phrases
from narthex.resources import service as resources
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import BrandingUrls, Color, Experience
from narthex.tenants import service as tenants
from narthex.users.tables import users
from tests.fixtures.browser import NewPage
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.walk import Browser

MARKUP = "\"'><script>pwned=1</script><img src=x onerror=pwned=1></title><style>*{display:none}</style>"
PLAIN = "plain words"
SCRIPT, EMAIL = "javascript:pwned=1//", f'a@b.example"><img src=x onerror=pwned=1>?{MARKUP}'
BAD_URLS = [
    SCRIPT,
    "JaVaScRiPt:pwned=1",
    "data:text/html,<script>pwned=1</script>",
    "vbscript:x",
    " javascript:x",
    "//evil",
]
NAME_USER = statement(update(users).values(name=bindparam("given")))
TENANT = "acme"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class _Skeleton(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "action", "srcset", "formaction"}
        ]
        if tag == "script":
            self.scripts.append(dict(attrs).get("src") or "")


def skeleton(page: httpx2.Response) -> _Skeleton:
    """The elements of a page and where they lead, without their texts."""
    parser = _Skeleton()
    parser.feed(page.text)
    return parser


class Place(msgspec.Struct, frozen=True):
    """A tenant whose every word is given, with two applications and a person."""

    server: Server
    word: str
    own: Credentials
    third: Credentials
    resource: str

    def browser(self) -> Browser:
        return self.server.browser(TENANT)

    async def signed_in(self) -> Browser:
        browser = self.browser()
        await browser.sign_in(self.own.application_id, CALLBACK, prompt="login")
        return browser


async def place(server: Server, word: str, experience: Experience | None = None) -> Place:
    runtime, actor = server.runtime, system_actor(TENANT)
    await create_tenant(runtime, actor, TENANT, word)
    await server.app.directory.refresh()
    indicator = f"https://api.example/{quote(word, safe='')[:60]}"
    phrases = {key: f"{text}{word}" for key, text in read_phrases("narthex.sign_in_settings")["en"].items()}
    async with runtime.database.write(TENANT) as tx:
        await sign_in_settings.put_phrases(tx, actor, runtime, "en", phrases)
        await sign_in_settings.change(tx, actor, runtime, experience or Experience())
        made = await resources.create(tx, actor, runtime.cache, word, indicator)
        await resources.create_scope(tx, actor, runtime.cache, made, "read", word)
        await resources.create_scope(tx, actor, runtime.cache, made, "<b>bold</b>")
    own = await server.application(tenant_id=TENANT, name=word)
    third = await server.application(tenant_id=TENANT, name=word, is_third_party=True)
    await server.browser(TENANT).sign_up(own.application_id, CALLBACK)
    async with runtime.database.write(TENANT) as tx:
        await tx.run(NAME_USER, given=word)
    return Place(server, word, own, third, indicator)


async def sign_in(at: Place) -> httpx2.Response:
    browser = at.browser()
    return await browser.get(browser.authorize_url(at.own.application_id, CALLBACK, login_hint=at.word))


async def sign_in_refused(at: Place) -> httpx2.Response:
    return await at.browser().sign_in(at.own.application_id, CALLBACK, at.word, "wrong-password")


async def register(at: Place) -> httpx2.Response:
    return await at.browser().sign_up(at.own.application_id, CALLBACK, at.word, "short", login_hint=at.word)


async def consent(at: Place) -> httpx2.Response:
    browser = await at.signed_in()
    scope, resource = f"openid profile read <b>bold</b> {at.word}", at.resource
    return await browser.get(browser.authorize_url(at.third.application_id, CALLBACK, scope=scope, resource=resource))


async def sign_out(at: Place) -> httpx2.Response:
    browser = await at.signed_in()
    query = f"client_id={at.own.application_id}&state={quote(at.word)}&ui_locales={quote(at.word)}"
    return await browser.get(f"/t/{TENANT}/oidc/session/end?{query}")


async def signed_out(at: Place) -> httpx2.Response:
    return await at.browser().get(f"/t/{TENANT}/oidc/session/end/success?x={quote(at.word)}")


async def not_found(at: Place) -> httpx2.Response:
    return await at.browser().get(f"/t/{TENANT}/{quote(at.word)}?{quote(at.word)}={quote(at.word)}")


async def protocol_error(at: Place) -> httpx2.Response:
    query = f"client_id={quote(at.word)}&redirect_uri={quote(at.word)}&state={quote(at.word)}"
    return await at.browser().get(f"/t/{TENANT}/oidc/auth?{query}")


async def form_post(at: Place) -> httpx2.Response:
    browser = await at.signed_in()
    url = browser.authorize_url(
        at.own.application_id, CALLBACK, response_mode="form_post", state=at.word, nonce=at.word
    )
    return await browser.get(url)


async def form_post_error(at: Place) -> httpx2.Response:
    browser = at.browser()
    wrong = {"response_mode": "form_post", "state": at.word, "prompt": at.word}
    return await browser.get(browser.authorize_url(at.own.application_id, CALLBACK, **wrong))


async def demo_home(at: Place) -> httpx2.Response:
    return await at.browser().get(f"/t/{TENANT}/demo-app?error={quote(at.word)}")


async def demo_signed_in(at: Place) -> httpx2.Response:
    return await (await at.signed_in()).get(f"/t/{TENANT}/demo-app/sign-in")


async def demo_failed(at: Place) -> httpx2.Response:
    browser = at.browser()
    state = (await browser.client.get(f"/t/{TENANT}/demo-app/sign-in")).headers["location"].partition("state=")[2][:22]
    query = f"error={quote(at.word)}&state={state}&iss={quote(browser.base_url, safe='')}/oidc"
    return await browser.get(f"/t/{TENANT}/demo-app/callback?{query}")


PAGES: list[Callable[[Place], Awaitable[httpx2.Response]]] = [
    *(sign_in, sign_in_refused, register, consent, sign_out, signed_out, not_found, protocol_error),
    *(form_post, form_post_error, demo_home, demo_signed_in, demo_failed),
]


async def test_hostile_words_are_words(new_server: NewServer) -> None:
    plain = await place(await new_server(), PLAIN)
    shown = [(show.__name__, await show(plain), skeleton(await show(plain))) for show in PAGES]
    async with plain.server.runtime.database.write(None) as tx:
        await tenants.delete(tx, system_actor(TENANT), TENANT)
    hostile = await place(await new_server(), MARKUP)
    for (name, before, expected), show in zip(shown, PAGES, strict=True):
        page = await show(hostile)
        assert page.status_code == before.status_code, name
        found = skeleton(page)
        assert found.elements == expected.elements, name
        assert html.escape(MARKUP, quote=False)[:30] in page.text.replace("&#34;", '"').replace("&#39;", "'"), name
        assert all(address.startswith(f"/t/{TENANT}/static/") for address in found.scripts), name


async def test_a_person_is_called_by_a_name_not_by_markup(server: Server) -> None:
    at = await place(server, MARKUP)
    for show in (consent, sign_out):
        page = await show(at)
        assert "pwned=1&gt;" in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize("url", BAD_URLS)
async def test_an_address_that_is_a_script_is_no_link(server: Server, url: str) -> None:
    experience = Experience(
        branding=BrandingUrls(logo_url=url, dark_logo_url=url, favicon=url),
        terms_of_use_url=url,
        privacy_policy_url=url,
        support_website_url=url,
    )
    at = await place(server, PLAIN, experience)
    for show in (sign_in, register, consent, not_found):
        for address in skeleton(await show(at)).addresses:
            assert url.strip().lower()[:8] not in address.lower(), (show.__name__, address)
            assert address.startswith((f"/t/{TENANT}/", "#")), (show.__name__, address)


async def test_a_mailbox_stays_a_mailbox(server: Server) -> None:
    at = await place(server, PLAIN, Experience(support_email=EMAIL))
    for show in (sign_in, not_found):
        page = await show(at)
        assert "<img" not in page.text.replace("<img class=", "")
        assert any(address.startswith("mailto:a@b.example") for address in skeleton(page).addresses)


@pytest.mark.parametrize(
    "colour", ["red;}body{display:none}", "#fff}</style><script>", "url(//evil)", "#12345g", "#ffffff;"]
)
async def test_a_colour_is_a_colour_or_nothing(server: Server, colour: str) -> None:
    at = await place(server, PLAIN, Experience(color=Color(primary_color=colour, dark_primary_color=colour)))
    page = await sign_in(at)
    stylesheet = next(address for address in skeleton(page).addresses if ".css" in address)
    assert "?" not in stylesheet
    answer = await at.browser().client.get(f"{stylesheet}?brand={quote(colour)}&dark={quote(colour)}")
    assert answer.status_code == 200
    assert "evil" not in answer.text
    assert answer.content == (await at.browser().client.get(stylesheet)).content


@pytest.mark.parametrize("path", ["/%5Cevil.example/", "//evil.example/", "/%2F/evil.example", "/%09/evil.example"])
async def test_no_link_of_a_page_leads_to_another_host(server: Server, path: str) -> None:
    page = await server.browser().client.get(f"{server.base_url}{path}", headers={"accept": "text/html"})
    assert page.status_code == 404
    for address in skeleton(page).addresses:
        assert not address.startswith(("//", "/\\", "/\t")), address


async def displayed(page: Page, url: str, answer: httpx2.Response) -> None:
    """Show a page under its own Content-Security-Policy at an address of the server."""
    text = answer.text.replace("data-submit", "")  # what posts itself would leave the page
    headers = {"content-type": "text/html", "content-security-policy": answer.headers["content-security-policy"]}
    await page.route(url, lambda route: route.fulfill(body=text, headers=headers))
    await page.goto(url)
    await page.unroute(url)


async def test_no_script_of_a_hostile_tenant_runs(live_server: Server, new_page: NewPage) -> None:
    at = await place(live_server, MARKUP, Experience(support_email=EMAIL, terms_of_use_url=SCRIPT))
    page = await new_page()
    for show in (sign_in_refused, register, consent, sign_out, not_found, form_post, demo_signed_in):
        await displayed(page, f"{live_server.base_url}/shown", await show(at))
        assert await page.evaluate("typeof pwned") == "undefined", show.__name__
