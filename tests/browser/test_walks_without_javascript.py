"""Every way through the hosted pages in a browser that runs no JavaScript."""

from urllib.parse import parse_qs

import pytest
from playwright.async_api import Locator, Page, expect

from tests.fixtures.browser import NewPage
from tests.fixtures.hosted_pages import buttons, expect_title, sign_in, sign_up
from tests.fixtures.live_server import Bookstore, OpenBookstore
from tests.fixtures.server import Server

CONSENT = "Allow Bookstore to use your account?"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def page(new_page: NewPage) -> Page:
    """A page without JavaScript."""
    return await new_page(javascript=False)


@pytest.fixture
async def third_party(open_bookstore: OpenBookstore) -> Bookstore:
    """A bookstore that is not run by the tenant, so people are asked."""
    return await open_bookstore(is_third_party=True)


async def expect_text(page: Page, text: str) -> None:
    await expect(page.get_by_text(text)).to_be_visible()


@on_sqlite
async def test_a_person_signs_up_out_and_in(bookstore: Bookstore, page: Page) -> None:
    await page.goto(f"{bookstore.url}/sign-up")
    await sign_up(page)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("link", name="Sign in").click()
    await sign_in(page)
    await expect(page.get_by_role("link", name="Sign out")).to_be_visible()


@on_sqlite
async def test_the_sign_up_page_says_what_has_to_change_and_keeps_the_username(
    bookstore: Bookstore, page: Page
) -> None:
    await page.goto(f"{bookstore.url}/sign-up")
    await sign_up(page, "ada", "password")
    await expect_text(page, "Many people use this password")
    await expect(page.get_by_label("Username")).to_have_value("ada")
    await expect(page.get_by_label("Password", exact=True)).to_have_value("")
    await sign_up(page, "1ada")
    await expect(page.get_by_role("alert")).to_contain_text("A username cannot start with a digit.")
    await sign_up(page, "ada")
    await expect(page.get_by_role("link", name="Sign out")).to_be_visible()


@on_sqlite
async def test_a_taken_username_is_told(bookstore: Bookstore, new_page: NewPage) -> None:
    for page in [await new_page(javascript=False), await new_page(javascript=False)]:
        await page.goto(f"{bookstore.url}/sign-up")
        await sign_up(page, "ada")
    await expect(page.get_by_role("alert")).to_contain_text("This username is taken.")


@on_sqlite
async def test_a_wrong_password_is_told_and_the_page_can_be_loaded_again(bookstore: Bookstore, page: Page) -> None:
    await bookstore.server.browser().sign_up(bookstore.credentials.application_id, bookstore.callback)
    await page.goto(f"{bookstore.url}/sign-in")
    await sign_in(page, "ada", "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("This username and password do not go together.")
    await expect(page.get_by_label("Username")).to_have_value("ada")
    await page.goto(page.url)
    await sign_in(page)
    await expect(page.get_by_role("link", name="Sign out")).to_be_visible()


@on_sqlite
async def test_a_third_party_application_gets_what_is_allowed(third_party: Bookstore, page: Page) -> None:
    await page.goto(f"{third_party.url}/sign-up")
    await sign_up(page)
    await expect_title(page, CONSENT)
    await expect(page.get_by_role("listitem").filter(has_text="See your name, username and picture")).to_be_visible()
    await expect_text(page, third_party.url.removeprefix("http://"))
    await page.get_by_role("button", name="Allow").click()
    await expect(page.locator("body")).to_have_text("Authenticated Sign out")


@on_sqlite
async def test_a_third_party_application_gets_nothing_from_whoever_cancels(third_party: Bookstore, page: Page) -> None:
    await page.goto(f"{third_party.url}/sign-up")
    await sign_up(page)
    await page.get_by_role("button", name="Cancel").click()
    await expect_text(page, "The sign-in did not work: access_denied")
    await page.goto(third_party.url)
    await expect(page.locator("body")).to_have_text("Not authenticated Sign in")


@on_sqlite
async def test_somebody_else_can_sign_in_from_the_consent_page(third_party: Bookstore, page: Page) -> None:
    await third_party.server.browser().sign_up(third_party.credentials.application_id, third_party.callback, "grace")
    await page.goto(f"{third_party.url}/sign-up")
    await sign_up(page, "ada")
    await expect_text(page, "ada")
    await page.get_by_role("link", name="Not you?").click()
    await sign_in(page, "grace")
    await expect_title(page, CONSENT)
    await expect_text(page, "grace")
    await page.get_by_role("button", name="Allow").click()
    async with third_party.visited_by(page):
        assert third_party.client.getIdTokenClaims().username == "grace"


@on_sqlite
async def test_sign_out_asks_and_whoever_stays_goes_back(bookstore: Bookstore, page: Page) -> None:
    await page.goto(f"{bookstore.url}/sign-up")
    await sign_up(page)
    await page.get_by_role("link", name="Sign out").click()
    await expect_title(page, "Sign out?")
    await expect_text(page, "ada")
    await page.get_by_role("link", name="Stay signed in").click()
    assert page.url == f"{bookstore.url}/"
    await page.goto(f"{bookstore.server.base_url}/oidc/session/end")
    await buttons(page).click()
    await expect_title(page, "You are signed out")


@on_sqlite
async def test_an_answer_by_form_leaves_by_its_button(bookstore: Bookstore, page: Page) -> None:
    browser = bookstore.server.browser()
    url = browser.authorize_url(
        bookstore.credentials.application_id,
        bookstore.callback,
        first_screen="register",
        response_mode="form_post",
    )
    await page.goto(url)
    await sign_up(page)
    await expect_title(page, "Going back to Bookstore")
    async with page.expect_request(bookstore.callback) as sent:
        await page.get_by_role("button", name="Continue").click()
    request = await sent.value
    assert request.method == "POST"
    fields = parse_qs(request.post_data or "", strict_parsing=True)
    assert fields.keys() == {"code", "state", "iss"}


async def test_the_demo_app_shows_the_claims_of_a_new_account(live_server: Server, page: Page) -> None:
    await page.goto(live_server.base_url)
    await expect_title(page, "Try a sign-in")
    await page.get_by_role("link", name="Create an account").click()
    await sign_up(page)
    await expect_title(page, "Hello, ada")
    await expect(_claim(page, "iss")).to_contain_text(f"{live_server.base_url}/oidc")
    issued = await _claim(page, "iat").inner_text()
    live_server.clock.advance(seconds=20)
    await page.get_by_role("button", name="Refresh the tokens").click()
    await expect_text(page, "The tokens are new.")
    assert await _claim(page, "iat").inner_text() != issued
    await page.get_by_role("button", name="Sign out").click()
    await expect_title(page, "Try a sign-in")
    await page.get_by_role("link", name="Sign in").click()
    await expect_title(page, "Sign in to Demo application")
    await sign_in(page)
    await expect_title(page, "Hello, ada")


def _claim(page: Page, name: str) -> Locator:
    """The row of a claim of the ID token."""
    table = page.get_by_role("table", name="ID token", exact=True)
    return table.get_by_role("row").filter(has=page.get_by_text(name, exact=True))
