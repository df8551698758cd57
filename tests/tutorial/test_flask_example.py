"""What the tutorial promises of pages (checks 8, 12 to 18, 21): its Flask code, PyPI `logto`, real Chromium."""

import asyncio
from functools import partial
from importlib.metadata import version

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import NewPage
from tests.fixtures.hosted_pages import buttons, expect_title, sign_in, sign_up
from tests.fixtures.live_server import EXAMPLE, Bookstore, OpenBookstore, elsewhere

SIGN_IN = "Sign in to Bookstore"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def expect_signed_in(page: Page) -> None:
    await expect(page.locator("body")).to_have_text("Authenticated Sign out")


async def expect_signed_out(page: Page) -> None:
    await expect(page.locator("body")).to_have_text("Not authenticated Sign in")


async def account(page: Page, bookstore: Bookstore, username: str = "ada") -> None:
    """Make an account at the bookstore's server, and come back signed in."""
    await page.goto(f"{bookstore.url}/sign-up")
    await sign_up(page, username)
    await expect_signed_in(page)


def test_the_example_stays_short_and_needs_what_the_tests_run() -> None:
    assert len(EXAMPLE.read_text().splitlines()) < 100
    needed = EXAMPLE.with_name("requirements.txt").read_text().split()
    assert needed == ["flask[async]", f"logto=={version('logto')}"]


# Cookies do not ask for ports: at localhost both share the jar, at 127.0.0.1 the application is another site.
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_check_08_the_code_of_the_tutorial_works_with_logto_from_pypi(
    open_bookstore: OpenBookstore, page: Page, host: str
) -> None:
    assert version("logto") == "0.2.1"
    bookstore = await open_bookstore(host=host)
    await page.goto(bookstore.url)
    await expect_signed_out(page)
    await page.get_by_role("link", name="Sign in").click()
    await expect_title(page, SIGN_IN)
    await page.get_by_role("link", name="Create an account").click()
    await sign_up(page)
    await expect_signed_in(page)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect_signed_out(page)
    await page.get_by_role("link", name="Sign in").click()
    await sign_in(page)
    await expect_signed_in(page)


@on_sqlite
async def test_check_12_the_sign_in_page_appears_and_a_new_account_reaches_the_application(
    bookstore: Bookstore, page: Page
) -> None:
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_title(page, SIGN_IN)
    assert page.url.startswith(f"{bookstore.server.base_url}/sign-in?")
    await page.get_by_role("link", name="Create an account").click()
    await expect_title(page, "Create your account")
    await sign_up(page, "ada")
    await expect_signed_in(page)
    assert page.url == f"{bookstore.url}/"
    async with bookstore.visited_by(page):
        assert (await elsewhere(bookstore.client.fetchUserInfo)).username == "ada"


@on_sqlite
async def test_check_13_the_interaction_mode_sign_up_shows_the_form_for_a_new_account_first(
    bookstore: Bookstore, page: Page
) -> None:
    await page.goto(f"{bookstore.url}/sign-up")
    await expect_title(page, "Create your account")
    await sign_up(page)
    await expect_signed_in(page)


@on_sqlite
async def test_check_14_an_unknown_redirect_uri_ends_at_an_error_page_and_never_at_a_redirect(
    bookstore: Bookstore, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    here = bookstore.url
    unknown = [
        f"{here}/elsewhere",
        f"{here}/callback/",
        f"{here}/callback?a=b",
        f"{here}/Callback",
        f"{here}@localhost/",
    ]
    for redirect_uri in unknown:
        async with bookstore.visited_by(page):
            url = await elsewhere(partial(bookstore.client.signIn, redirectUri=redirect_uri))
        response = await page.goto(url)
        assert response is not None
        assert response.status == 400
        assert page.url == url
        await expect_title(page, "This return address is not registered")
    assert all(one.startswith(bookstore.server.base_url) for one in asked)


@on_sqlite
async def test_check_15_the_callback_stores_the_tokens_and_home_says_authenticated(
    bookstore: Bookstore, page: Page
) -> None:
    await page.goto(f"{bookstore.url}/sign-in")
    async with bookstore.visited_by(page) as before:
        assert before.keys() == {"signInSession"}
    await page.get_by_role("link", name="Create an account").click()
    await sign_up(page)
    await expect_signed_in(page)
    async with bookstore.visited_by(page) as after:
        assert after.keys() == {"idToken", "refreshToken", "accessTokenMap"}
        assert bookstore.client.getRefreshToken() == after["refreshToken"]


@on_sqlite
async def test_check_16_is_authenticated_is_false_then_true_then_false(bookstore: Bookstore, page: Page) -> None:
    await page.goto(bookstore.url)
    async with bookstore.visited_by(page):
        assert bookstore.client.isAuthenticated() is False
    await account(page, bookstore)
    async with bookstore.visited_by(page):
        assert bookstore.client.isAuthenticated() is True
    await page.goto(f"{bookstore.url}/sign-out")
    async with bookstore.visited_by(page):
        assert bookstore.client.isAuthenticated() is False


@on_sqlite
async def test_check_17_sign_out_clears_the_tokens_of_the_application_and_our_session(
    bookstore: Bookstore, page: Page
) -> None:
    await account(page, bookstore)
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_signed_in(page)  # our session is still there: nobody is asked
    await page.goto(f"{bookstore.url}/sign-out")
    await expect_title(page, "Sign out?")
    await expect(buttons(page)).to_have_text(["Sign out"])
    await buttons(page).click()
    await expect_signed_out(page)
    assert page.url == f"{bookstore.url}/"
    async with bookstore.visited_by(page) as kept:
        assert kept == {}
    left = [cookie.get("name") for cookie in await page.context.cookies(bookstore.server.base_url)]
    assert "session.default" not in left
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_title(page, SIGN_IN)


@on_sqlite
async def test_check_17_whoever_stays_signed_in_is_not_asked_again(bookstore: Bookstore, page: Page) -> None:
    await account(page, bookstore)
    await page.goto(f"{bookstore.url}/sign-out")
    await page.get_by_role("link", name="Stay signed in").click()
    await expect_signed_out(page)  # the application forgot its tokens before it asked us
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_signed_in(page)


@on_sqlite
async def test_check_18_a_registered_address_after_sign_out_is_where_it_leads(bookstore: Bookstore, page: Page) -> None:
    await account(page, bookstore)
    await page.goto(f"{bookstore.url}/sign-out")
    await buttons(page).click()
    await expect_signed_out(page)
    assert page.url == f"{bookstore.url}/"


@on_sqlite
async def test_check_18_an_unregistered_address_after_sign_out_is_refused(bookstore: Bookstore, page: Page) -> None:
    await account(page, bookstore)
    response = await page.goto(await sign_out_url(bookstore, page, f"{bookstore.url}/elsewhere"))
    assert response is not None
    assert response.status == 400
    await expect_title(page, "This address after sign-out is not registered")
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_signed_in(page)  # a refused sign-out ends nothing


@on_sqlite
async def test_check_18_without_an_address_our_own_page_says_that_it_is_done(bookstore: Bookstore, page: Page) -> None:
    await account(page, bookstore)
    await page.goto(await sign_out_url(bookstore, page, None))
    await buttons(page).click()
    await expect_title(page, "You are signed out")
    assert page.url == f"{bookstore.server.base_url}/oidc/session/end/success"
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_title(page, SIGN_IN)


async def sign_out_url(bookstore: Bookstore, page: Page, address: str | None) -> str:
    """Where the client would send this visitor to sign out."""
    async with bookstore.visited_by(page):
        return await elsewhere(lambda: bookstore.client.signOut(postLogoutRedirectUri=address))


@on_sqlite
async def test_check_21_two_browsers_at_once_do_not_mix(bookstore: Bookstore, new_page: NewPage) -> None:
    pages = {"ada": await new_page(), "grace": await new_page()}
    await asyncio.gather(*(page.goto(f"{bookstore.url}/sign-up") for page in pages.values()))
    await asyncio.gather(*(sign_up(page, username) for username, page in pages.items()))
    await asyncio.gather(*(expect_signed_in(page) for page in pages.values()))
    found = {}
    for username, page in pages.items():
        async with bookstore.visited_by(page):
            found[username] = (await elsewhere(bookstore.client.fetchUserInfo)).username
    assert found == {"ada": "ada", "grace": "grace"}
    await pages["ada"].goto(f"{bookstore.url}/sign-out")
    await buttons(pages["ada"]).click()
    await expect_signed_out(pages["ada"])
    await pages["grace"].goto(bookstore.url)
    await expect_signed_in(pages["grace"])
    await pages["grace"].goto(f"{bookstore.url}/sign-in")
    await expect_signed_in(pages["grace"])
