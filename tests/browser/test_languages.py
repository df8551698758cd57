"""Pages in the language that is asked for: by the application, by the browser, by the person."""

from typing import NamedTuple

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import NewPage
from tests.fixtures.hosted_pages import JAPANESE, buttons, expect_title, sign_in, sign_up
from tests.fixtures.live_server import Bookstore, OpenBookstore

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SIGN_IN = {"en": "Sign in to Bookstore", "ja": "Bookstore にサインイン"}
SIGN_UP = {"en": "Create your account", "ja": "アカウントの作成"}
CONSENT = {"en": "Allow Bookstore to use your account?", "ja": "Bookstore にアカウントの利用を許可しますか？"}
SIGN_OUT = {"en": "Sign out?", "ja": "サインアウトしますか？"}


async def expect_page(page: Page, titles: dict[str, str], language: str) -> None:
    await expect_title(page, titles[language])
    await expect(page.locator("html")).to_have_attribute("lang", language)


def authorize_url(bookstore: Bookstore, redirect_uri: str | None = None, **parameters: str) -> str:
    browser, client_id = bookstore.server.browser(), bookstore.credentials.application_id
    return browser.authorize_url(client_id, redirect_uri or bookstore.callback, **parameters)


class Case(NamedTuple):
    """What the application asks for, what the browser, and what comes."""

    ui_locales: str | None
    locale: str
    language: str


@pytest.mark.parametrize(
    "case",
    [
        Case(None, "ja-JP", "ja"),
        Case(None, "de-DE", "en"),
        Case("ja", "en-GB", "ja"),
        Case("en", "ja-JP", "en"),
        Case("xx ja-JP en", "en-GB", "ja"),
    ],
    ids=str,
)
async def test_the_application_comes_before_the_browser(bookstore: Bookstore, new_page: NewPage, case: Case) -> None:
    page = await new_page(javascript=False, locale=case.locale)
    asked = {"ui_locales": case.ui_locales} if case.ui_locales else {}
    await page.goto(authorize_url(bookstore, **asked))
    await expect_page(page, SIGN_IN, case.language)


async def test_a_whole_walk_in_japanese_by_ui_locales(open_bookstore: OpenBookstore, new_page: NewPage) -> None:
    bookstore = await open_bookstore(is_third_party=True)
    page = await new_page(javascript=False, locale="en-GB")
    await page.goto(authorize_url(bookstore, ui_locales="ja"))
    await expect_page(page, SIGN_IN, "ja")
    await sign_in(page, "ada", "wrong", JAPANESE)
    await expect(page.get_by_role("alert")).to_contain_text("ユーザー名")
    await page.get_by_role("link", name="アカウントを作成").click()
    await expect_page(page, SIGN_UP, "ja")
    await sign_up(page, "ada", "password", JAPANESE)
    await expect_page(page, SIGN_UP, "ja")
    await sign_up(page, words=JAPANESE)
    await expect_page(page, CONSENT, "ja")
    await page.get_by_role("button", name="許可する").click()
    # The answer is for the example, which did not ask: it is only about the pages here.
    await expect(page.locator("body")).to_contain_text("Sign-in session not found")
    await page.goto(f"{bookstore.server.base_url}/oidc/session/end?ui_locales=ja")
    await expect_page(page, SIGN_OUT, "ja")
    await buttons(page).click()
    await expect_title(page, "サインアウトしました")


async def test_a_whole_walk_in_japanese_by_the_browser_s_language(bookstore: Bookstore, new_page: NewPage) -> None:
    page = await new_page(javascript=False, locale="ja-JP")
    await page.goto(f"{bookstore.url}/sign-up")
    await expect_page(page, SIGN_UP, "ja")
    await sign_up(page, words=JAPANESE)
    await page.get_by_role("link", name="Sign out").click()
    await expect_page(page, SIGN_OUT, "ja")
    await buttons(page).click()
    await page.get_by_role("link", name="Sign in").click()
    await expect_page(page, SIGN_IN, "ja")
    await sign_in(page, words=JAPANESE)
    await expect(page.get_by_role("link", name="Sign out")).to_be_visible()


async def test_the_demo_app_speaks_japanese(bookstore: Bookstore, new_page: NewPage) -> None:
    page = await new_page(javascript=False, locale="ja-JP")
    await page.goto(bookstore.server.base_url)
    await expect_title(page, "サインインを試す")
    await page.get_by_role("link", name="アカウントを作成").click()
    await sign_up(page, words=JAPANESE)
    await expect_title(page, "ada さん、こんにちは")
    await expect(page.locator("html")).to_have_attribute("lang", "ja")


async def test_an_error_page_speaks_japanese(bookstore: Bookstore, new_page: NewPage) -> None:
    page = await new_page(javascript=False, locale="ja-JP")
    await page.goto(authorize_url(bookstore, "http://localhost/elsewhere"))
    await expect_title(page, "戻り先のアドレスが登録されていません")
    await page.goto(f"{bookstore.server.base_url}/nowhere")
    await expect(page.locator("html")).to_have_attribute("lang", "ja")


async def test_the_language_menu_needs_no_javascript_and_its_choice_lasts_through_the_sign_in(
    open_bookstore: OpenBookstore, new_page: NewPage
) -> None:
    bookstore = await open_bookstore(is_third_party=True)
    page = await new_page(javascript=False, locale="en-GB")
    await page.goto(f"{bookstore.url}/sign-in")
    await expect_page(page, SIGN_IN, "en")
    await page.get_by_role("button", name="Language: English").click()
    await page.get_by_role("link", name="日本語").click()
    await expect_page(page, SIGN_IN, "ja")
    await page.get_by_role("link", name="アカウントを作成").click()
    await expect_page(page, SIGN_UP, "ja")
    await sign_up(page, words=JAPANESE)
    await expect_page(page, CONSENT, "ja")
