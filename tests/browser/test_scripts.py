"""What our scripts add to pages that work without them."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import NewPage
from tests.fixtures.hosted_pages import expect_title, sign_in, sign_up
from tests.fixtures.live_server import Bookstore
from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_password_can_be_shown_and_is_hidden_again_before_it_leaves(bookstore: Bookstore, page: Page) -> None:
    await page.goto(f"{bookstore.url}/sign-in")
    password = page.get_by_label("Password", exact=True)
    reveal = page.get_by_role("button", name="Show password")
    await expect(reveal).to_have_attribute("aria-pressed", "false")
    await password.fill("secret")
    await reveal.click()
    await expect(password).to_have_attribute("type", "text")
    await expect(reveal).to_have_attribute("aria-pressed", "true")
    await expect(password).to_be_focused()
    await page.route("**/sign-in/password*", lambda route: route.fulfill(status=204))
    await sign_in(page)
    await expect(password).to_have_attribute("type", "password")


async def test_the_password_rules_tick_while_typing(bookstore: Bookstore, page: Page) -> None:
    await page.goto(f"{bookstore.url}/sign-up")
    length = page.get_by_role("listitem").filter(has_text="8 to 256 characters")
    await page.get_by_label("Password", exact=True).fill("short")
    await expect(length).to_contain_text("(not met yet)")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await expect(length).to_contain_text("(met)")
    apart = page.get_by_role("listitem").filter(has_text="Not your username")
    await expect(apart).to_contain_text("(met)")
    await page.get_by_label("Username").fill("horse")
    await expect(apart).to_contain_text("(not met yet)")


async def test_a_form_leaves_once_however_often_it_is_pressed(bookstore: Bookstore, page: Page) -> None:
    await bookstore.server.browser().sign_up(bookstore.credentials.application_id, bookstore.callback)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.goto(f"{bookstore.url}/sign-in")
    await page.get_by_label("Username").fill("ada")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).dblclick()
    await expect(page.locator("body")).to_have_text("Authenticated Sign out")
    assert len(sent) == 1


async def test_a_token_can_be_copied(live_server: Server, new_page: NewPage) -> None:
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{live_server.base_url}/demo-app/sign-up")
    await sign_up(page)
    await expect_title(page, "Hello, ada")
    await page.get_by_role("button", name=re.compile("Copy.*: Access token")).click()
    await expect(page.get_by_role("status").filter(has_text="Copied")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await page.locator("#access").text_content()


async def test_an_answer_by_form_leaves_by_itself(bookstore: Bookstore, page: Page) -> None:
    client_id = bookstore.credentials.application_id
    answer = {"response_mode": "form_post", "prompt": "none"}
    url = bookstore.server.browser().authorize_url(client_id, bookstore.callback, **answer)
    async with page.expect_request(bookstore.callback) as sent:
        await page.goto(url, wait_until="commit")
    request = await sent.value
    assert request.method == "POST"
    assert "error=login_required" in (request.post_data or "")
