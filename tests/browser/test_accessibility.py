"""axe-core finds nothing on any page: light and dark, wide and narrow, English and Japanese."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Page

from narthex.access import system_actor
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, LockoutPolicy
from tests.fixtures.browser import NewPage, axe
from tests.fixtures.hosted_pages import ENGLISH, JAPANESE, buttons, sign_in, sign_up
from tests.fixtures.live_server import Bookstore, OpenBookstore

# Every link that a page can have, and a lock that closes soon.
EXPERIENCE = Experience(
    terms_of_use_url="https://bookstore.example/terms",
    privacy_policy_url="https://bookstore.example/privacy",
    support_email="help@bookstore.example",
    sentinel_policy=LockoutPolicy(max_attempts=1),
)


class Look(NamedTuple):
    """How a page is shown: options of the browser context, and the words of the pages then."""

    options: dict[str, Any]
    words: dict[str, str] = ENGLISH


LOOKS = {
    "light": Look({"locale": "en-GB"}),
    "dark and narrow": Look(
        {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
    ),
    "Japanese": Look({"locale": "ja-JP"}, JAPANESE),
}


async def signing_in(page: Page, bookstore: Bookstore, words: dict[str, str]) -> AsyncIterator[str]:
    """Stop at every page between sign-in and sign-out; yields what the page is."""
    await page.goto(f"{bookstore.url}/sign-in")
    yield "sign-in"
    await page.locator("button[popovertarget]").click()
    yield "language menu"
    await sign_in(page, "grace", "wrong", words)
    await page.get_by_role("alert").wait_for()
    yield "sign-in with a problem"
    await sign_in(page, "grace", "wrong", words)
    await page.get_by_role("status").wait_for()
    yield "sign-in of a locked username"
    await page.goto(f"{bookstore.url}/sign-up")
    yield "sign-up"
    await sign_up(page, "ada", "ada111", words)
    await page.get_by_role("alert").wait_for()
    yield "sign-up with problems"
    await sign_up(page, words=words)
    await page.wait_for_url("**/consent?*")
    yield "consent"
    await buttons(page).last.click()
    await page.wait_for_url(f"{bookstore.url}/")
    await page.goto(f"{bookstore.url}/sign-out")
    yield "sign-out"
    await page.goto(f"{bookstore.server.base_url}/demo-app/sign-in")
    await page.get_by_role("table").first.wait_for()
    yield "demo app with claims"
    await page.locator("summary").first.click()
    yield "demo app with an open token"


async def others(page: Page, bookstore: Bookstore) -> AsyncIterator[str]:
    """Stop at every page that is there without signing in."""
    server = bookstore.server
    for path in ("/oidc/session/end/success", "/demo-app", "/nowhere", "/sign-in?app_id=x&interaction=y"):
        await page.goto(f"{server.base_url}{path}")
        yield path
    client_id = bookstore.credentials.application_id
    await page.goto(server.browser().authorize_url(client_id, "http://localhost/elsewhere"))
    yield "unknown redirect URI"
    await page.goto(server.browser().authorize_url("nobody", bookstore.callback))
    yield "unknown application"
    # The page leaves by itself; an answer without content keeps it where it is.
    await page.route(bookstore.callback, lambda route: route.fulfill(status=204))
    answer = {"response_mode": "form_post", "prompt": "none"}
    await page.goto(server.browser().authorize_url(client_id, bookstore.callback, **answer), wait_until="commit")
    await page.get_by_role("heading").wait_for()
    yield "answer by form"
    await page.unroute_all()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_on_any_page(open_bookstore: OpenBookstore, new_page: NewPage, look: str) -> None:
    bookstore = await open_bookstore(is_third_party=True)
    runtime = bookstore.server.runtime
    async with runtime.database.write("default") as tx:
        await sign_in_settings.change(tx, system_actor("default"), runtime, EXPERIENCE)
    page = await new_page(**LOOKS[look].options)
    found = {name: await axe(page) async for name in others(page, bookstore)}
    found |= {name: await axe(page) async for name in signing_in(page, bookstore, LOOKS[look].words)}
    assert len(found) == 17
    assert {name: violations for name, violations in found.items() if violations} == {}
