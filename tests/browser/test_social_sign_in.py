"""Signing in through a real provider in a real browser, with and without JavaScript, and how its pages look to axe."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from narthex.access import system_actor
from narthex.connections import service as connections
from narthex.credentials import service as credentials
from narthex.credentials.password_hash import hash_password
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.browser import NewPage, axe
from tests.fixtures.hosted_pages import expect_title
from tests.fixtures.live_server import listen, served
from tests.fixtures.server import NewServer, Server
from tests.fixtures.social import connect, offer
from tests.fixtures.traces import rows
from tests.fixtures.upstreams import Upstream
from tests.fixtures.walk import PASSWORD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture
async def server(new_server: NewServer, upstream: Upstream) -> AsyncIterator[Server]:
    """A served server that works with the upstream; people have usernames."""
    with listen() as listening:
        variables = {
            "NARTHEX_BASE_URL": f"http://localhost:{listening.getsockname()[1]}",
            "NARTHEX_OUTGOING_ALLOW": "127.0.0.1",
        }
        server = await new_server(variables)
        server.clock.advance(milliseconds=round(time.time() * 1000) - server.clock.now())
        made = await connect(server, "oidc", connector_id="oidc", config=upstream.config())
        await upstream.allow(connections.redirect_uri(server.tenant(), made.id))
        await offer(server, "oidc", identifiers=("username",))
        async with served(server, listening):
            yield server


async def at_upstream(page: Page, name: str) -> None:
    """Sign in there, and agree."""
    await page.get_by_placeholder("Enter any login").fill(name)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def healthy(page: Page) -> None:
    """axe-core finds nothing, and nothing runs out of the page."""
    assert await axe(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_round_trip(server: Server, new_page: NewPage, javascript: bool) -> None:
    page = await new_page(javascript=javascript)
    await page.goto(f"{server.base_url}/demo-app")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name="Continue with OIDC").click()
    await at_upstream(page, "ada")
    await expect_title(page, "One more step")
    await page.get_by_label("Username").fill("ada")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Ada")
    (user,) = await rows(server, "users")
    assert user["username"] == "ada"


async def test_linking_and_every_page_on_the_way_is_accessible(server: Server, new_page: NewPage) -> None:
    async with server.runtime.database.write("default") as tx:
        owner = await making.create(tx, system_actor("default"), NewUser("owner", primary_email="ada@example.com"))
        await credentials.put(tx, owner.id, hash_password(PASSWORD, b"0123456789abcdef"))
    page = await new_page(**PHONE)
    await page.goto(f"{server.base_url}/demo-app")
    await page.get_by_role("link", name="Sign in").click()
    await healthy(page)
    await page.get_by_role("button", name="Continue with OIDC").click()
    await at_upstream(page, "ada")
    await expect_title(page, "You may have an account already")
    await healthy(page)
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.get_by_role("button", name="Sign in and connect").click()
    await expect(page.get_by_role("alert")).to_contain_text("not the password")
    await healthy(page)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in and connect").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
    assert len(await rows(server, "users")) == 1


async def test_a_failure_leads_back_into_the_same_sign_in(server: Server, new_page: NewPage) -> None:
    page = await new_page()
    await page.goto(f"{server.base_url}/demo-app")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name="Continue with OIDC").click()
    await page.goto(f"{server.base_url}/callback/{await connection_id(server)}?state=made-up&code=x")
    await expect_title(page, "This page cannot be used twice")
    await healthy(page)
    await page.get_by_role("link", name="Back to the sign-in page").click()
    await page.get_by_role("button", name="Continue with OIDC").click()
    await at_upstream(page, "bob")
    await expect_title(page, "One more step")
    await healthy(page)


async def connection_id(server: Server) -> str:
    (connection,) = await connections.listed(server.runtime, "default")
    return connection.id
