"""Check 9: the tutorial's code, unchanged, with our `logto`; and the checks that hang on it (10 to 21)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.fixtures.api_resource import BookApi
from tests.fixtures.hosted_pages import expect_title, sign_in, sign_up
from tests.fixtures.live_server import sign_up_at
from tests.fixtures.our_logto import OurBookstore, OurClient, OurLogto, open_our_bookstore
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import PASSWORD, Browser

SIGNED_IN, SIGNED_OUT = "Authenticated", "Not authenticated"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Visitor:
    """Somebody with one browser, at the bookstore and at its server."""

    bookstore: OurBookstore
    at_store: httpx2.AsyncClient
    at_server: Browser

    async def get(self, path: str) -> httpx2.Response:
        """A page of the bookstore."""
        return await self.at_store.get(f"{self.bookstore.url}{path}")

    async def home(self) -> str:
        """What the home page says, up to its link."""
        return (await self.get("/")).text.partition(" <a")[0]

    async def known(self) -> dict[str, Any]:
        """What the bookstore knows of the visitor."""
        found: dict[str, Any] = (await self.get("/~known")).json()
        return found

    async def sign_up(self, username: str = "ada") -> None:
        """Make an account, from the bookstore and back."""
        url = (await self.get("/sign-in")).headers["location"]
        await self.come_back(await sign_up_at(self.at_server, url, username))

    async def come_back(self, answer: httpx2.Response) -> None:
        """Follow the server's redirect to the bookstore."""
        back = await self.at_store.get(answer.headers["location"])
        assert (back.status_code, urljoin(str(back.url), back.headers["location"])) == (302, f"{self.bookstore.url}/")


@asynccontextmanager
async def visiting(bookstore: OurBookstore) -> AsyncIterator[Visitor]:
    """A new visitor as long as the block lasts."""
    async with httpx2.AsyncClient() as client:
        yield Visitor(bookstore, client, bookstore.server.browser())


@pytest.fixture
async def visitor(our_bookstore: OurBookstore) -> AsyncIterator[Visitor]:
    """One visitor of one bookstore."""
    async with visiting(our_bookstore) as found:
        yield found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_check_09_the_code_of_the_tutorial_works_with_our_logto(
    live_server: Server, without_logto: Path, page: Page, host: str
) -> None:
    async with open_our_bookstore(live_server, without_logto, host) as bookstore:
        body = page.locator("body")
        await page.goto(bookstore.url)
        await expect(body).to_have_text("Not authenticated Sign in")
        await page.get_by_role("link", name="Sign in").click()
        await expect_title(page, "Sign in to Bookstore")
        await page.get_by_role("link", name="Create an account").click()
        await sign_up(page)
        await expect(body).to_have_text("Authenticated Sign out")
        await page.get_by_role("link", name="Sign out").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(body).to_have_text("Not authenticated Sign in")
        await page.get_by_role("link", name="Sign in").click()
        await sign_in(page)
        await expect(body).to_have_text("Authenticated Sign out")


async def test_check_09_two_tabs_and_a_reload_do_not_break_the_sign_in(visitor: Visitor) -> None:
    urls = [(await visitor.get("/sign-in")).headers["location"] for _ in range(2)]
    first = await sign_up_at(visitor.at_server, urls[0])
    second = await visitor.at_server.get(urls[1])
    for answer in (first, second):
        await visitor.come_back(answer)
        assert await visitor.home() == SIGNED_IN
    again = await visitor.at_store.get(second.headers["location"])
    assert again.status_code == 400
    assert "Start the sign-in again" in again.text
    assert await visitor.home() == SIGNED_IN


async def test_check_10_a_storage_with_the_tutorial_s_signatures_is_accepted(visitor: Visitor) -> None:
    known = await visitor.known()
    assert known["storage"] is True
    assert known["package"].endswith("sdk/compat/src/logto/__init__.py")


async def test_check_11_sign_in_redirects_with_the_eight_parameters_and_a_nonce(visitor: Visitor) -> None:
    answer = await visitor.get("/sign-in")
    assert answer.status_code == 302
    url = urlsplit(answer.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{visitor.bookstore.server.base_url}/oidc/auth"
    query = {name: value for name, [value] in parse_qs(url.query, strict_parsing=True).items()}
    assert list(query) == [
        *("client_id", "redirect_uri", "response_type", "scope", "prompt"),
        *("code_challenge", "code_challenge_method", "state", "nonce"),
    ]
    assert query["client_id"] == visitor.bookstore.credentials.application_id
    assert query["redirect_uri"] == f"{visitor.bookstore.url}/callback"
    assert query["response_type"] == "code"
    assert query["scope"] == "openid offline_access profile"
    assert (query["prompt"], query["code_challenge_method"]) == ("consent", "S256")


async def test_check_12_a_new_account_reaches_the_application(visitor: Visitor) -> None:
    await visitor.sign_up("ada")
    assert (await visitor.known())["username"] == "ada"


async def test_check_13_the_interaction_mode_sign_up_shows_the_form_for_a_new_account_first(visitor: Visitor) -> None:
    page = await visitor.at_server.get((await visitor.get("/sign-up")).headers["location"])
    assert page.request.url.path == "/register"


async def test_check_14_an_unknown_redirect_uri_ends_at_an_error_page_and_never_at_a_redirect(
    live_server: Server, our_logto: OurLogto
) -> None:
    client = await new_client(our_logto, live_server)
    for unknown in (
        f"{CALLBACK}/",
        f"{CALLBACK}?a=b",
        "http://localhost:3000/elsewhere",
        "http://evil.example/callback",
    ):
        answer = await live_server.browser().client.get(await client.do("signIn", unknown))
        assert (answer.status_code, answer.headers.get("location")) == (400, None)


async def test_check_15_the_callback_stores_the_tokens_and_home_says_authenticated(visitor: Visitor) -> None:
    await visitor.get("/sign-in")
    assert (await visitor.known())["keys"] == ["signInSession"]
    await visitor.sign_up()
    assert await visitor.home() == SIGNED_IN
    assert set((await visitor.known())["keys"]) == {"accessTokenMap", "idToken", "refreshToken", "signInSession"}


async def test_check_16_is_authenticated_is_false_then_true_then_false(visitor: Visitor) -> None:
    assert (await visitor.known())["isAuthenticated"] is False
    await visitor.sign_up()
    assert (await visitor.known())["isAuthenticated"] is True
    await visitor.get("/sign-out")
    assert (await visitor.known())["isAuthenticated"] is False


async def test_check_17_sign_out_clears_the_tokens_of_the_application_and_our_session(visitor: Visitor) -> None:
    await visitor.sign_up()
    asked = await visitor.at_server.get((await visitor.get("/sign-out")).headers["location"])
    assert (await visitor.known())["keys"] == []
    home = await visitor.at_server.submit(asked, {})
    assert home.headers["location"] == f"{visitor.bookstore.url}/"
    page = await visitor.at_server.get((await visitor.get("/sign-in")).headers["location"])
    assert page.request.url.path == "/sign-in"
    await visitor.come_back(await visitor.at_server.submit(page, {"identifier": "ada", "password": PASSWORD}))
    assert await visitor.home() == SIGNED_IN


async def test_check_18_an_unregistered_address_after_sign_out_is_refused_and_none_has_a_page(
    visitor: Visitor,
) -> None:
    await visitor.sign_up()
    elsewhere = quote(f"{visitor.bookstore.url}/elsewhere", safe="")
    refused = await visitor.at_server.get((await visitor.get(f"/~sign-out/{elsewhere}")).json())
    assert refused.status_code == 400
    asked = await visitor.at_server.get((await visitor.get("/~sign-out/none")).json())
    done = await visitor.at_server.submit(asked, {})
    assert done.request.url.path == "/oidc/session/end/success"


@pytest.mark.parametrize(("prompt", "is_given"), [("consent", True), ("login", False)])
async def test_check_19_a_refresh_token_comes_with_prompt_consent_and_not_with_prompt_login(
    live_server: Server, our_logto: OurLogto, prompt: str, is_given: bool
) -> None:
    client = await new_client(our_logto, live_server, prompt=prompt)
    await account(client, live_server)
    assert await client.do("isAuthenticated") is True
    assert (await client.do("getRefreshToken") is not None) == is_given


async def test_check_20_claims_userinfo_and_access_tokens_come(
    live_server: Server, our_logto: OurLogto, book_api: BookApi
) -> None:
    scopes = ["email", "read:books", "write:books"]
    client = await new_client(our_logto, live_server, resources=[book_api.indicator], scopes=scopes)
    await account(client, live_server)
    claims = await client.do("getIdTokenClaims")
    assert (claims["iss"], claims["username"]) == (f"{live_server.base_url}/oidc", "ada")
    info = await client.do("fetchUserInfo")
    assert (info["sub"], info["username"], info["email"]) == (claims["sub"], "ada", None)
    await book_api.let_read(claims["sub"])
    access = await client.do("getAccessTokenClaims", book_api.indicator)
    assert (access["sub"], access["aud"], access["scope"]) == (claims["sub"], book_api.indicator, "read:books")


async def new_client(logto: OurLogto, server: Server, **options: Any) -> OurClient:
    """A client of a new application at the server."""
    made = await server.application()
    return await logto.client(server.base_url, made.application_id, made.secret, **options)


async def account(client: OurClient, server: Server) -> None:
    """Make an account, and take the tokens."""
    answer = await sign_up_at(server.browser(), await client.do("signIn", CALLBACK))
    await client.do("handleSignInCallback", answer.headers["location"])


async def test_check_21_two_browsers_at_once_do_not_mix(our_bookstore: OurBookstore) -> None:
    async with visiting(our_bookstore) as ada, visiting(our_bookstore) as grace:
        await asyncio.gather(ada.sign_up("ada"), grace.sign_up("grace"))
        assert [(await one.known())["username"] for one in (ada, grace)] == ["ada", "grace"]
        await ada.get("/sign-out")
        assert [await one.home() for one in (ada, grace)] == [SIGNED_OUT, SIGNED_IN]
