"""The tutorial from its first line to its last, as a newcomer walks it: real Chromium, PyPI `logto`, npm
`oidc-provider` as the OIDC account."""

import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.operators import tokens
from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.browser import NewPage, axe
from tests.fixtures.hosted_pages import expect_title, sign_up
from tests.fixtures.live_server import flask_example, listen, served
from tests.fixtures.server import NewServer, Server
from tests.fixtures.upstreams import OUTGOING_ALLOW, Upstream

OPERATOR_PASSWORD = "a doorway of calm stone"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def open_server(new_server: NewServer) -> AsyncIterator[Server]:
    """A live server whose operator has opened the way to identity providers on this machine."""
    with listen() as listening:
        variables = {
            "NARTHEX_BASE_URL": f"http://localhost:{listening.getsockname()[1]}",
            "NARTHEX_OUTGOING_ALLOW": ",".join(OUTGOING_ALLOW),
        }
        server = await new_server(variables)
        server.clock.advance(milliseconds=round(time.time() * 1000) - server.clock.now())
        async with served(server, listening):
            yield server


async def set_up_link(server: Server) -> str:
    """What `serve` prints in its terminal."""
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        token = await tokens.issue_set_up(tx, system_actor(ADMIN_TENANT), server.runtime)
    return tokens.link_of(server.tenant(ADMIN_TENANT), token)


async def become_the_first_operator(page: Page, server: Server) -> None:
    await page.goto(await set_up_link(server))
    await page.get_by_label("Username").fill("olivia")
    await page.get_by_label("Password", exact=True).fill(OPERATOR_PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Create").click()
    await expect(page).to_have_url(f"{server.base_url}/console/default/get-started")


async def create_the_bookstore(page: Page) -> None:
    """Get started, View all, Traditional web, Flask, "Bookstore"."""
    await page.get_by_role("link", name="View all").click()
    await page.get_by_role("checkbox", name="Traditional web").check()
    await expect(page.get_by_role("link", name="React", exact=True)).to_be_hidden()
    await page.get_by_role("link", name="Flask", exact=True).click()
    await page.get_by_label("Application name").fill("Bookstore")
    await page.get_by_role("button", name="Create application").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Congratulations")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Bookstore")


async def values_of_the_guide(page: Page) -> tuple[str, Credentials]:
    """The endpoint, the app id and the secret that the guide shows."""
    shown = page.locator("section[aria-labelledby=values]")
    endpoint, app_id = await shown.locator(".id code").all_inner_texts()
    secret = await shown.locator("#app-secret").get_attribute("data-secret")
    return endpoint, Credentials(app_id, secret)


async def set_redirect_uris(page: Page, url: str) -> None:
    await page.get_by_label("Redirect URI", exact=True).fill(f"{url}/callback")
    await page.get_by_label("Post sign-out redirect URI", exact=True).fill(f"{url}/")
    await page.get_by_role("button", name="Save", exact=False).first.click()
    await expect(page.get_by_role("status").filter(has_text="aved").first).to_be_visible()


async def add_the_oidc_connector(page: Page, upstream: Upstream) -> None:
    await page.get_by_role("link", name="Connectors", exact=True).click()
    await page.get_by_role("link", name="Add social connector").first.click()
    await page.get_by_role("radio", name="OIDC").check()
    await page.get_by_role("button", name="Next").click()
    await expect_title(page, "Set up OIDC")
    await upstream.allow(await page.get_by_label("Give this to the provider").input_value())
    await page.get_by_label("Issuer, to fill in the rest").fill(upstream.issuer)
    await page.get_by_role("button", name="Discover").click()
    await expect(page.get_by_label("Authorization endpoint")).to_have_value(f"{upstream.issuer}/auth")
    await page.get_by_label("Client ID").fill(upstream.client_id)
    await page.get_by_label("Client secret", exact=True).fill(upstream.client_secret)
    await page.get_by_label("Scope").fill("openid profile email")
    await page.get_by_role("button", name="Save and done").click()
    await expect_title(page, "OIDC")


async def switch_it_on(page: Page) -> None:
    """Sign-up identifier None, the connector added, seen in the preview, saved."""
    await page.get_by_role("link", name="Sign-in experience", exact=True).click()
    await page.get_by_role("button", name="Look around").click()
    await page.get_by_role("link", name="Sign-up and sign-in").click()
    await page.get_by_role("radio", name="None").check()
    await page.get_by_role("switch", name="Username and password").uncheck()
    await page.get_by_role("button", name="Add Social Connector").click()
    await page.locator("#add-social").get_by_role("button", name="OIDC").click()
    preview = page.frame_locator("iframe[name=preview]")
    await page.get_by_role("button", name="Refresh").click()
    await expect(preview.get_by_role("button", name="Continue with OIDC")).to_be_visible()
    await expect(preview.get_by_label("Password")).to_have_count(0)
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


async def sign_in_with_oidc(page: Page, url: str, *, at_the_provider: bool) -> None:
    await page.goto(url)
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name="Continue with OIDC").click()
    if at_the_provider:
        await page.locator("input[name=login]").fill("ada")
        await page.locator("input[name=password]").fill("anything")
        await page.get_by_role("button", name="Sign-in").click()
        await page.get_by_role("button", name="Continue").click()
    await expect(page.locator("body")).to_have_text("Authenticated Sign out")


async def sign_out(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.locator("body")).to_have_text("Not authenticated Sign in")


async def test_the_tutorial_from_its_first_line_to_its_last(
    open_server: Server, upstream: Upstream, new_page: NewPage
) -> None:
    console, visitor = await new_page(), await new_page()
    await become_the_first_operator(console, open_server)
    await create_the_bookstore(console)
    assert await axe(console) == []
    endpoint, credentials = await values_of_the_guide(console)
    assert endpoint == open_server.base_url
    with flask_example(endpoint, credentials) as url:
        await set_redirect_uris(console, url)
        await visitor.goto(url)
        await visitor.get_by_role("link", name="Sign in").click()
        await visitor.get_by_role("link", name="Create an account").click()
        await sign_up(visitor, "grace")
        await expect(visitor.locator("body")).to_have_text("Authenticated Sign out")
        await sign_out(visitor, url)

        await add_the_oidc_connector(console, upstream)
        assert await axe(console) == []
        await switch_it_on(console)

        await sign_in_with_oidc(visitor, url, at_the_provider=True)
        await sign_out(visitor, url)
        await sign_in_with_oidc(visitor, url, at_the_provider=False)

    await console.get_by_role("link", name="Users", exact=True).click()
    await expect(console.locator("tbody tr")).to_have_count(2)
    await console.get_by_role("link", name="Ada", exact=True).click()
    await expect(console.get_by_role("table", name="Identities")).to_contain_text("oidc")
    await expect(console.get_by_role("table", name="Identities")).to_contain_text("ada")
    await console.get_by_role("link", name="Dashboard", exact=True).click()
    await expect(console.locator(".tile", has_text="Total users")).to_contain_text("2")
    await expect(console.get_by_role("img", name="Daily active users")).to_be_visible()
    await console.get_by_role("link", name="Audit log", exact=True).click()
    proved = console.get_by_role("link", name="Interaction.SignIn.Verification.Social.Submit")
    await expect(proved.first).to_be_visible()
