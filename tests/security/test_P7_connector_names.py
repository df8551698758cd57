"""P7: names and logos of connectors, and what providers say about people, are text on our pages and never markup."""

import html

import httpx2
import pytest
from playwright.async_api import Page

from narthex.connections.schemas import ConnectionMetadata
from tests.fixtures.browser import NewPage
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import MadeUpProvider, change_experience, come_back, come_in, connect, leave, offer
from tests.security.test_P7_markup import displayed, skeleton

NAME = "\"'><script>pwned=1</script><img src=x onerror=pwned=1>"
LOGO = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='pwned=1'><script>pwned=1</script></svg>"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def answers(server: Server, provider: MadeUpProvider, name: str, logo: str) -> dict[str, httpx2.Response]:
    """Every page that shows a connector, by what it is."""
    metadata = ConnectionMetadata({"en": name}, logo, logo)
    await connect(server, metadata=metadata)
    made, browser = await server.application(), server.browser()
    await offer(server, "made-up", identifiers=("username",))
    found = {}
    url = browser.authorize_url(made.application_id, CALLBACK)
    found["sign-in"] = await browser.get(url)
    found["register"] = await browser.get(browser.authorize_url(made.application_id, CALLBACK, first_screen="register"))
    person = provider.vouch("c", name, name=name, avatar=f"https://x.example/{name}", email="ada@example.com")
    found["continue"] = await come_in(browser, made.application_id, person)
    await browser.submit(found["continue"], {"username": "ada"})
    found["link"] = await come_in(
        server.browser(), made.application_id, provider.vouch("d", "other", email="ada@example.com")
    )
    sent = await leave(browser, made.application_id, prompt="login")
    found["failed"] = await come_back(browser, sent, "", error=name, error_description=name)
    await change_experience(server, signInMode="SignIn")
    found["refused"] = await come_in(server.browser(), made.application_id, provider.vouch("e", "newest"))
    return found


async def test_hostile_names_and_logos_are_words_and_pictures(server: Server, provider: MadeUpProvider) -> None:
    hostile = await answers(server, provider, NAME, LOGO)
    for what, answer in hostile.items():
        found = skeleton(answer)
        assert all(address.startswith("/static/") for address in found.scripts), what
        assert "<img src=x" not in answer.text, what
        assert "<script>" not in answer.text, what
        images = [address for address in found.addresses if address.startswith("data:")]
        assert set(images) <= {LOGO}, what
    for what in ("sign-in", "register", "continue", "failed"):
        shown = hostile[what].text.replace("&#34;", '"').replace("&#39;", "'")
        assert html.escape(NAME, quote=False) in shown, what


@pytest.mark.parametrize("logo", ["https://evil.example/x.png", "http://evil.example/x.png"])
async def test_a_logo_of_another_host_is_not_shown(server: Server, provider: MadeUpProvider, logo: str) -> None:
    for what, answer in (await answers(server, provider, "Harbour", logo)).items():
        assert "evil.example" not in answer.text, what


async def test_no_script_of_a_connector_runs(live_server: Server, provider: MadeUpProvider, new_page: NewPage) -> None:
    page: Page = await new_page()
    for what, answer in (await answers(live_server, provider, NAME, LOGO)).items():
        await displayed(page, f"{live_server.base_url}/shown", answer)
        assert await page.evaluate("typeof pwned") == "undefined", what
