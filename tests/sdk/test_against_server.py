"""Our client against our server: checks 10, 19 and 20 of the tutorial, two browsers, and many who ask at once."""

import asyncio
from dataclasses import replace
from typing import Any, Literal

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.types import ApplicationType
from narthex.signing_keys import service as signing_keys
from narthex_client import (
    AsyncClient,
    AsyncHttpTransport,
    CallbackError,
    Client,
    ClientConfig,
    MemoryStorage,
    Session,
    SignInEnded,
    SignInRequest,
    TokenError,
)
from narthex_client.core.jose import read_claims
from tests.fixtures.api_resource import BookApi
from tests.fixtures.live_server import sign_up_at
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def new_client(server: Server, *, scopes: tuple[str, ...] = (), **options: Any) -> Client:
    """A client of a new application at a server that is reached by its port."""
    made = await server.application()
    config = replace(ClientConfig(server.base_url, made.application_id, made.secret, scopes=scopes), **options)
    return Client(config, clock=lambda: server.clock.now() / 1000)


async def sign_up(session: Session, browser: Browser, username: str = "ada") -> str:
    """Make an account and take the tokens; who it is."""
    url = await asyncio.to_thread(session.sign_in, SignInRequest(CALLBACK))
    answer = await sign_up_at(browser, url, username)
    return (await asyncio.to_thread(session.handle_callback, answer.headers["location"])).claims.sub


async def test_the_asynchronous_client_works_inside_one_process(server: Server) -> None:
    made = await server.application()
    config = ClientConfig(server.base_url, made.application_id, made.secret, scopes=("email",))
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=server.app))
    async with AsyncClient(config, AsyncHttpTransport(http), lambda: server.clock.now() / 1000) as client:
        session = client.session(MemoryStorage())
        answer = await sign_up_at(server.browser(), await session.sign_in(CALLBACK))
        found = await session.handle_callback(answer.headers["location"])
        assert (found.claims.username, found.claims.iss) == ("ada", f"{server.base_url}/oidc")
        assert (await session.user_info()).sub == found.claims.sub
        server.clock.advance(hours=2)
        assert await session.is_authenticated() is False
        assert await session.renew() is True
        assert (await session.user_info()).username == "ada"
        url = await session.sign_out(HOME, hint=True)
        assert await session.is_authenticated() is False
    assert url.startswith(f"{server.base_url}/oidc/session/end?")


async def test_a_public_client_needs_no_secret(live_server: Server) -> None:
    made = await live_server.application(ApplicationType.SPA)
    client = Client(ClientConfig(live_server.base_url, made.application_id))
    session = client.session(MemoryStorage())
    await sign_up(session, live_server.browser())
    assert (await asyncio.to_thread(session.user_info)).username == "ada"


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_the_secret_goes_either_way(live_server: Server, way: str) -> None:
    session = (await new_client(live_server, client_authentication=way)).session(MemoryStorage())
    await sign_up(session, live_server.browser())
    assert session.is_authenticated() is True


async def test_the_person_chooses_the_form_for_a_new_account_first(live_server: Server) -> None:
    session = (await new_client(live_server)).session(MemoryStorage())
    url = await asyncio.to_thread(session.sign_in, SignInRequest(CALLBACK, "register"))
    page = await live_server.browser().get(url)
    assert page.request.url.path == "/register"


@pytest.mark.parametrize(("prompt", "is_given"), [("consent", True), ("login", False)])
async def test_check_19_a_refresh_token_comes_with_prompt_consent_and_not_with_prompt_login(
    live_server: Server, prompt: Literal["consent", "login"], is_given: bool
) -> None:
    session = (await new_client(live_server, prompt=prompt)).session(MemoryStorage())
    await sign_up(session, live_server.browser())
    assert session.is_authenticated() is True
    assert (session.refresh_token() is not None) == is_given


async def test_check_20_claims_userinfo_and_access_tokens_come(live_server: Server, book_api: BookApi) -> None:
    scopes = ("email", "read:books", "write:books")
    session = (await new_client(live_server, scopes=scopes, resources=(book_api.indicator,))).session(MemoryStorage())
    subject = await sign_up(session, live_server.browser())
    info = await asyncio.to_thread(session.user_info)
    assert (info.sub, info.username, info.email) == (subject, "ada", None)
    await book_api.let_read(subject)
    claims = read_claims(await asyncio.to_thread(session.access_token, book_api.indicator))
    assert (claims["sub"], claims["aud"], claims["scope"]) == (subject, book_api.indicator, "read:books")
    with pytest.raises(TokenError, match="invalid_target"):
        await asyncio.to_thread(session.access_token, "https://unknown.example")


async def test_check_21_two_people_in_two_browsers_do_not_mix(live_server: Server) -> None:
    client = await new_client(live_server)
    sessions = {name: client.session(MemoryStorage()) for name in ("ada", "grace")}
    await asyncio.gather(*(sign_up(one, live_server.browser(), name) for name, one in sessions.items()))
    infos = await asyncio.gather(*(asyncio.to_thread(one.user_info) for one in sessions.values()))
    assert [info.username for info in infos] == ["ada", "grace"]


async def test_two_tabs_of_one_browser_both_come_back(live_server: Server) -> None:
    session = (await new_client(live_server)).session(MemoryStorage())
    browser = live_server.browser()
    urls = [await asyncio.to_thread(session.sign_in, CALLBACK) for _ in range(2)]
    first = await sign_up_at(browser, urls[0])
    second = await browser.get(urls[1])  # signed in already: nobody is asked
    for answer in (second, first):
        await asyncio.to_thread(session.handle_callback, answer.headers["location"])
        assert session.is_authenticated() is True


async def test_five_threads_that_ask_at_once_make_one_refresh(live_server: Server, book_api: BookApi) -> None:
    session = (await new_client(live_server, resources=(book_api.indicator,))).session(MemoryStorage())
    await sign_up(session, live_server.browser())
    asked = (asyncio.to_thread(session.access_token, book_api.indicator) for _ in range(5))
    assert len(set(await asyncio.gather(*asked))) == 1
    assert session.is_authenticated() is True


async def test_a_person_who_denies_is_told_by_the_server_s_words(live_server: Server) -> None:
    session = (await new_client(live_server, prompt="none")).session(MemoryStorage())
    url = await asyncio.to_thread(session.sign_in, CALLBACK)
    answer = await live_server.browser().get(url)
    with pytest.raises(CallbackError) as refused:
        await asyncio.to_thread(session.handle_callback, answer.headers["location"])
    assert refused.value.code == "login_required"


async def test_after_the_sign_out_the_old_refresh_token_is_worth_nothing(live_server: Server) -> None:
    client = await new_client(live_server)
    storage, copy = MemoryStorage(), MemoryStorage()
    session = client.session(storage)
    await sign_up(session, live_server.browser())
    copy.set("refreshToken", storage.get("refreshToken"))
    await asyncio.to_thread(session.sign_out)
    with pytest.raises(SignInEnded):
        await asyncio.to_thread(client.session(copy).access_token)


async def test_a_wrong_secret_is_a_token_error(live_server: Server) -> None:
    session = (await new_client(live_server, app_secret="wrong")).session(MemoryStorage())
    with pytest.raises(TokenError) as refused:
        await sign_up(session, live_server.browser())
    assert (refused.value.error, refused.value.status) == ("invalid_client", 401)


async def test_the_client_bears_a_rotation_of_keys(live_server: Server) -> None:
    client = await new_client(live_server)
    session = client.session(MemoryStorage())
    await sign_up(session, live_server.browser())
    async with live_server.runtime.database.write("default") as tx:
        await signing_keys.rotate(tx, system_actor("default"), live_server.runtime)
    live_server.clock.advance(hours=2)
    assert await asyncio.to_thread(session.renew) is True
    assert (await asyncio.to_thread(session.user_info)).username == "ada"
