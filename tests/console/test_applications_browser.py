"""Applications in a real browser: from the first page to a guide, with and without scripts, for everybody."""

import re
from typing import Any

import pytest
from playwright.async_api import Dialog, Page, expect

from narthex.applications import queries
from narthex.applications.types import ApplicationType
from tests.fixtures.browser import NewPage, axe
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.server import CALLBACK, HOME, Server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = {"width": 360, "height": 740}


async def open_console(server: Server, new_page: NewPage, path: str, **options: Any) -> tuple[Page, OperatorBrowser]:
    """A page of the console, in a browser that is signed in."""
    operator = await new_operator(server)
    page = await new_page(**options)
    await page.context.add_cookies(operator.cookies())
    await page.goto(f"{server.base_url}{operator.url(path)}")
    return page, operator


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
async def test_from_get_started_to_the_guide_of_flask(live_server: Server, new_page: NewPage, javascript: bool) -> None:
    page, _ = await open_console(live_server, new_page, "get-started", javascript=javascript)
    await page.get_by_role("link", name="View all").click()
    await page.get_by_role("checkbox", name="Traditional web").check()
    if not javascript:
        await page.get_by_role("button", name="Filter").click()
    await expect(page.get_by_role("link", name="React")).to_be_hidden()
    await page.get_by_role("link", name="Flask").click()
    await page.get_by_label("Application name").fill("Bookstore")
    await page.get_by_role("button", name="Create application").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Congratulations")
    await page.get_by_label("Redirect URI", exact=True).fill("http://localhost:5000/callback")
    await page.get_by_role("button", name="Save addresses").click()
    await expect(page).to_have_url(re.compile(r"/guide#uris$"))
    await expect(page.get_by_role("status").filter(has_text="The addresses were saved")).to_be_visible()
    await expect(page.get_by_label("Redirect URI", exact=True)).to_have_value("http://localhost:5000/callback")
    await page.get_by_role("link", name="Finish").click()
    await page.get_by_role("link", name="Guide", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Guide for Bookstore")


async def test_the_list_narrows_while_one_types(live_server: Server, new_page: NewPage) -> None:
    page, _ = await open_console(live_server, new_page, "applications/frameworks")
    await page.get_by_label("Find a framework").fill("pyth")
    await expect(page.get_by_role("link", name="Django")).to_be_visible()
    await expect(page.get_by_role("link", name="Express")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Single page")).to_be_hidden()
    await expect(page.get_by_role("search").get_by_role("status")).to_have_text("4 shown")
    await page.get_by_label("Find a framework").fill("cobol")
    await expect(page.get_by_role("heading", name="No framework by that name")).to_be_visible()


async def test_the_secret_is_masked_revealed_and_copied_with_the_code(live_server: Server, new_page: NewPage) -> None:
    made = await live_server.application(framework="flask")
    assert made.secret is not None
    path = f"applications/{made.application_id}/guide"
    page, _ = await open_console(live_server, new_page, path, permissions=["clipboard-read", "clipboard-write"])
    code = page.locator("figure[data-file='client.py']")
    await expect(code).not_to_contain_text(made.secret)
    await code.get_by_role("button", name="Copy client.py").click()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert f'appSecret="{made.secret}"' in copied
    assert "•" not in copied
    await code.get_by_role("button", name="Show the secret").click()
    await expect(code).to_contain_text(f'appSecret="{made.secret}"')
    await page.get_by_role("tab", name="uv").click()
    await expect(page.get_by_text("uv add 'flask[async]' logto")).to_be_visible()
    await expect(page.get_by_text("pip install 'flask[async]' logto")).to_be_hidden()


async def test_the_save_bar_comes_with_a_change_and_the_page_asks_before_it_is_left(
    live_server: Server, new_page: NewPage
) -> None:
    made = await live_server.application()
    page, _ = await open_console(live_server, new_page, f"applications/{made.application_id}")
    save = page.get_by_role("button", name="Save changes")
    await expect(save).to_be_hidden()
    await page.get_by_role("button", name="Add another").first.click()
    await page.get_by_label("Redirect URIs 2", exact=True).fill("https://shop.example/callback")
    await expect(save).to_be_visible()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.get_by_role("link", name="Get started").click(no_wait_after=True)
    await expect(save).to_be_visible()
    assert asked == ["beforeunload"]
    # Enter saves, though the first button one sees takes a row away.
    await page.get_by_label("Redirect URIs 2", exact=True).press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    async with live_server.runtime.database.read("default") as reader:
        oidc = (await queries.get(reader, made.application_id)).oidc_client_metadata
    assert oidc.redirect_uris == (CALLBACK, "https://shop.example/callback")


async def test_settings_work_without_scripts(live_server: Server, new_page: NewPage) -> None:
    made = await live_server.application()
    page, _ = await open_console(
        live_server, new_page, f"applications/{made.application_id}", javascript=False, viewport=PHONE
    )
    await page.get_by_role("button", name="Remove Post sign-out redirect URIs 1").click()
    await page.get_by_role("button", name="Add another").first.click()
    await page.get_by_label("Redirect URIs 2", exact=True).fill("https://shop.example/#there")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_label("Redirect URIs 2", exact=True)).to_have_value("https://shop.example/#there")
    await expect(page.get_by_text("has a fragment").first).to_be_visible()
    await page.get_by_label("Redirect URIs 2", exact=True).fill("https://shop.example/there")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    async with live_server.runtime.database.read("default") as reader:
        oidc = (await queries.get(reader, made.application_id)).oidc_client_metadata
    assert oidc.redirect_uris == (CALLBACK, "https://shop.example/there")
    assert HOME not in oidc.post_logout_redirect_uris


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_is_for_everybody_and_fits_a_phone(live_server: Server, new_page: NewPage, theme: str) -> None:
    web = (await live_server.application(framework="flask")).application_id
    machine = (await live_server.machine()).application_id
    long = (await live_server.application(ApplicationType.SPA, name="Long" * 64, framework="react")).application_id
    page, operator = await open_console(live_server, new_page, "get-started", viewport=PHONE, color_scheme=theme)
    paths = [
        *("get-started", "applications", "applications?q=nothing", "applications/frameworks", "applications/new"),
        "applications/new?framework=flask",
        *(f"applications/{web}{rest}" for rest in ("", "/guide?created=1", "/guide?choose=1", "/delete")),
        *(f"applications/{web}/secrets/{rest}?name=Default%20secret" for rest in ("new", "rename", "delete")),
        *(f"applications/{machine}{rest}" for rest in ("", "/roles", "/guide")),
        *(f"applications/{long}{rest}" for rest in ("", "/guide", "/delete")),
    ]
    for path in paths:
        await page.goto(f"{live_server.base_url}{operator.url(path)}")
        assert await axe(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
