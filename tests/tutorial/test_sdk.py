"""What the tutorial promises of its SDK (checks 10, 11, 19, 20): PyPI `logto`, with a browser that has no screen.

Of check 20 `getOrganizationToken` waits for organizations.
"""

import asyncio
from collections import Counter
from typing import Literal, NamedTuple, get_type_hints
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from logto import LogtoClient, LogtoConfig, Storage, UserInfoScope

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.resources import service as resources
from narthex.roles import assigning
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from tests.fixtures.live_server import EXAMPLE, Bookstore, elsewhere, sign_up_at
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import Browser

API = "https://api.bookstore.example"
EIGHT = {
    *("client_id", "redirect_uri", "response_type", "scope"),
    *("prompt", "code_challenge", "code_challenge_method", "state"),
}


class DictStorage(Storage):
    """What a client keeps, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str | None] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str | None) -> None:
        self.kept[key] = value

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)


def new_client(server: Server, credentials: Credentials, **options: object) -> LogtoClient:
    given = {"endpoint": server.base_url, "appId": credentials.application_id, "appSecret": credentials.secret}
    return LogtoClient(LogtoConfig.model_validate(given | options), DictStorage())


async def sign_up(client: LogtoClient, browser: Browser) -> None:
    """Make an account, and take the tokens."""
    answer = await sign_up_at(browser, await elsewhere(lambda: client.signIn(CALLBACK)))
    await elsewhere(lambda: client.handleSignInCallback(answer.headers["location"]))


class BookApi(NamedTuple):
    """An API resource with two scopes, and a role that gives one of them."""

    indicator: str
    reader_role: str


@pytest.fixture
async def api(live_server: Server) -> BookApi:
    """The API of the bookstore."""
    cache, actor = live_server.runtime.cache, system_actor("default")
    async with live_server.runtime.database.write("default") as tx:
        resource = await resources.create(tx, actor, cache, "Books", API)
        read = await resources.create_scope(tx, actor, cache, resource, "read:books")
        await resources.create_scope(tx, actor, cache, resource, "write:books")
        role = await roles.create(tx, actor, cache, "Reader", "", RoleType.USER, (read,))
    return BookApi(API, role)


def test_check_10_a_storage_with_the_tutorial_s_signatures_is_accepted(bookstore: Bookstore) -> None:
    storage_class = bookstore.module.SessionStorage
    assert issubclass(storage_class, Storage)
    assert "-> Union[str, None]:" in EXAMPLE.read_text()
    assert get_type_hints(storage_class.get) == {"key": str, "return": str | None}
    assert get_type_hints(storage_class.set) == {"key": str, "value": str | None, "return": type(None)}
    storage = storage_class()
    with bookstore.app.test_request_context("/"):
        assert storage.get("idToken") is None
        storage.set("idToken", "token")
        assert storage.get("idToken") == "token"
        assert bookstore.client.isAuthenticated() is True
        storage.delete("idToken")
        storage.delete("idToken")
        assert bookstore.client.isAuthenticated() is False


async def test_check_11_sign_in_redirects_to_our_endpoint_with_the_eight_parameters(bookstore: Bookstore) -> None:
    async with httpx2.AsyncClient() as visitor:
        answer = await visitor.get(f"{bookstore.url}/sign-in")
    assert answer.status_code == 302
    url = urlsplit(answer.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{bookstore.server.base_url}/oidc/auth"
    query = parse_qs(url.query, strict_parsing=True)
    assert query.keys() == EIGHT
    assert Counter(map(len, query.values())) == {1: 8}
    assert query["client_id"] == [bookstore.credentials.application_id]
    assert query["redirect_uri"] == [bookstore.callback]
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid offline_access profile"]
    assert query["prompt"] == ["consent"]
    assert query["code_challenge_method"] == ["S256"]
    page = await bookstore.server.browser().get(answer.headers["location"])
    assert page.status_code == 200
    assert page.request.url.path == "/sign-in"


@pytest.mark.parametrize(("prompt", "is_given"), [("consent", True), ("login", False)])
async def test_check_19_a_refresh_token_comes_with_prompt_consent_and_not_with_prompt_login(
    live_server: Server, prompt: Literal["consent", "login"], is_given: bool
) -> None:
    client = new_client(live_server, await live_server.application(), prompt=prompt)
    browser = live_server.browser()
    await sign_up(client, browser)
    assert client.isAuthenticated() is True
    assert (client.getRefreshToken() is not None) == is_given


async def test_check_20_claims_userinfo_and_access_tokens_come(live_server: Server, api: BookApi) -> None:
    options = {"resources": [api.indicator], "scopes": [UserInfoScope.email, "read:books", "write:books"]}
    credentials = await live_server.application()
    client = new_client(live_server, credentials, **options)
    await sign_up(client, live_server.browser())
    claims = client.getIdTokenClaims()
    assert (claims.iss, claims.aud) == (f"{live_server.base_url}/oidc", credentials.application_id)
    assert claims.username == "ada"
    userinfo = await elsewhere(client.fetchUserInfo)
    assert (userinfo.sub, userinfo.username, userinfo.email) == (claims.sub, "ada", None)
    assert await elsewhere(client.getAccessToken) is not None
    async with live_server.runtime.database.write("default") as tx:
        await assigning.assign_to_user(tx, system_actor("default"), claims.sub, api.reader_role)
    access = await elsewhere(lambda: client.getAccessTokenClaims(API))
    assert (access.sub, access.aud, access.client_id) == (claims.sub, API, credentials.application_id)
    assert access.scope == "read:books"


async def test_five_parallel_access_tokens_on_a_fresh_grant_leave_the_user_signed_in(
    live_server: Server, api: BookApi
) -> None:
    client = new_client(live_server, await live_server.application(), resources=[api.indicator])
    await sign_up(client, live_server.browser())
    before = client.getRefreshToken()

    async def five() -> list[str | None]:
        return await asyncio.gather(*(client.getAccessToken(api.indicator) for _ in range(5)))

    tokens = await elsewhere(five)
    assert None not in tokens
    assert len(set(tokens)) == 5
    assert client.isAuthenticated() is True
    assert client.getRefreshToken() == before
    # The grant still gives: nothing that was asked for at once has ended it.
    assert isinstance(client._storage, DictStorage)
    client._storage.delete("accessTokenMap")
    assert (await elsewhere(client.fetchUserInfo)).username == "ada"
    assert await elsewhere(lambda: client.getAccessToken(api.indicator)) not in {None, *tokens}
