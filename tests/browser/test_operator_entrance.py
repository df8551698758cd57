"""The link of the first operator in Chromium: no Referer leaves, axe-core finds nothing, the form arrives."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import NewPage, axe
from tests.fixtures.hosted_pages import expect_title
from tests.fixtures.operator_links import link_of, listed, recovery_token, set_up_token
from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"locale": "en-GB"},
    "dark and narrow": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("look", LOOKS)
async def test_a_person_sets_the_server_up(live_server: Server, new_page: NewPage, look: str) -> None:
    token = await set_up_token(live_server)
    page = await new_page(**LOOKS[look])
    referers: list[str] = []
    page.on("request", lambda request: referers.append(request.headers.get("referer", "")))
    await page.goto(link_of(live_server, token))
    await expect_title(page, "Welcome. You are the first one here.")
    assert await axe(page) == []
    await page.get_by_label("Username", exact=True).fill("olivia")
    await page.get_by_label("Password", exact=True).fill("Zq7!kP2x")
    await page.get_by_role("button", name="Create the first operator").click()
    await expect(page.get_by_role("alert")).to_contain_text("at least 12 characters")
    assert await axe(page) == []
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    # What comes after the link may send one again.
    sent = [one for one in referers if one]
    await page.get_by_role("button", name="Create the first operator").click()
    await page.wait_for_url(f"{live_server.tenant('admin').origin}/console**")
    assert sent == []
    assert [one for one in referers if token in one] == []
    assert [one.username for one in await listed(live_server)] == ["olivia"]
    await page.goto(link_of(live_server, token))
    await expect_title(page, "This link opens nothing")
    assert await axe(page) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_out_operator_sets_a_password(live_server: Server, new_page: NewPage) -> None:
    token = await set_up_token(live_server)
    page = await new_page(locale="ja-JP")
    await page.goto(link_of(live_server, token))
    await page.get_by_label("ユーザー名", exact=True).fill("olivia")
    await page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="最初のオペレーターを作成").click()
    await page.wait_for_url(f"{live_server.tenant('admin').origin}/console**")
    await page.goto(link_of(live_server, await recovery_token(live_server)))
    await expect_title(page, "新しいパスワードを決めてください")
    assert await axe(page) == []
    await expect(page.get_by_label("パスワード", exact=True)).to_be_focused()
    await page.get_by_label("パスワード", exact=True).fill("another-Horse-43-staple")
    live_server.clock.advance(seconds=1)
    await page.get_by_role("button", name="パスワードを設定してサインイン").click()
    live_server.clock.advance(seconds=1)
    await page.wait_for_url(f"{live_server.tenant('admin').origin}/console**")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_it_needs_no_javascript(live_server: Server, new_page: NewPage) -> None:
    page = await new_page(javascript=False, locale="en-GB")
    await page.goto(link_of(live_server, await set_up_token(live_server)))
    await page.get_by_label("Username", exact=True).fill("olivia")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create the first operator").click()
    await page.wait_for_url(f"{live_server.tenant('admin').origin}/console**")
    assert [one.username for one in await listed(live_server)] == ["olivia"]
