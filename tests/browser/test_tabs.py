"""Several tabs of one browser, none of which may spoil or use another's sign-in."""

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import NewPage
from tests.fixtures.hosted_pages import buttons, expect_title, sign_in, sign_up
from tests.fixtures.live_server import Bookstore, OpenBookstore

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def page(new_page: NewPage) -> Page:
    """The first tab, without JavaScript."""
    return await new_page(javascript=False)


async def expect_signed_in(page: Page) -> None:
    await expect(page.locator("body")).to_have_text("Authenticated Sign out")


async def with_account(bookstore: Bookstore, username: str = "ada") -> Bookstore:
    """The bookstore, with an account that was made in another browser."""
    await bookstore.server.browser().sign_up(bookstore.credentials.application_id, bookstore.callback, username)
    return bookstore


async def test_two_tabs_sign_in_to_two_applications(open_bookstore: OpenBookstore, page: Page) -> None:
    # Two hosts, so that the two applications do not overwrite each other's cookie.
    first = await with_account(await open_bookstore())
    second = await open_bookstore(host="127.0.0.1")
    other = await page.context.new_page()
    await page.goto(f"{first.url}/sign-in")
    await other.goto(f"{second.url}/sign-in")
    await sign_in(page)
    await expect_signed_in(page)
    # The sign-in gave this browser new secrets, so the older form is shown once more.
    await sign_in(other)
    await expect(other.get_by_role("alert")).to_contain_text("This form is too old")
    await expect(other.get_by_label("Username")).to_have_value("ada")
    await sign_in(other)
    await expect_signed_in(other)
    await page.reload()
    await expect_signed_in(page)


async def test_two_tabs_sign_up_two_people(open_bookstore: OpenBookstore, page: Page) -> None:
    first, second = await open_bookstore(), await open_bookstore(host="127.0.0.1")
    other = await page.context.new_page()
    await page.goto(f"{first.url}/sign-up")
    await other.goto(f"{second.url}/sign-up")
    await sign_up(page, "ada")
    await expect_signed_in(page)
    await sign_up(other, "grace")
    await expect(other.get_by_role("alert")).to_contain_text("This form is too old")
    await sign_up(other, "grace")
    await expect_signed_in(other)
    async with first.visited_by(page):
        assert first.client.getIdTokenClaims().username == "ada"
    async with second.visited_by(other):
        assert second.client.getIdTokenClaims().username == "grace"


async def test_the_same_sign_in_in_two_tabs_ends_in_one(bookstore: Bookstore, page: Page) -> None:
    await with_account(bookstore)
    await page.goto(f"{bookstore.url}/sign-in")
    other = await page.context.new_page()
    await other.goto(page.url)
    await sign_in(page)
    await expect_signed_in(page)
    await sign_in(other)
    await expect_title(other, "No sign-in is under way")
    await page.reload()
    await expect_signed_in(page)


async def test_going_back_after_the_sign_in_and_sending_the_form_again_ends_at_a_page_that_says_so(
    bookstore: Bookstore, page: Page
) -> None:
    await with_account(bookstore)
    await page.goto(f"{bookstore.url}/sign-in")
    form = page.url
    await sign_in(page)
    await expect_signed_in(page)
    await page.goto(form)
    await expect_title(page, "No sign-in is under way")


async def test_a_sign_out_in_one_tab_closes_the_sign_in_that_another_has_open(
    open_bookstore: OpenBookstore, page: Page
) -> None:
    first, second = (
        await with_account(await open_bookstore()),
        await open_bookstore(host="127.0.0.1", is_third_party=True),
    )
    await page.goto(f"{first.url}/sign-in")
    await sign_in(page)
    await expect_signed_in(page)
    other = await page.context.new_page()
    await other.goto(f"{second.url}/sign-in")
    await expect_title(other, "Allow Bookstore to use your account?")
    await page.goto(f"{first.url}/sign-out")
    await buttons(page).click()
    await expect(page.locator("body")).to_have_text("Not authenticated Sign in")
    await other.get_by_role("button", name="Allow").click()
    await expect_title(other, "No sign-in is under way")
