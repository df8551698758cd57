"""What is missing of a newcomer: a username where people have one, agreement where it has to be given."""

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import MadeUpProvider, change_experience, come_in, connect, offer
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import PASSWORD, Browser, returned

SYSTEM = system_actor("default")
PROFILE = "Interaction.Register.Profile.Update"
TERMS = {"termsOfUseUrl": "https://shop.example/terms", "agreeToTermsPolicy": "ManualRegistrationOnly"}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application of a tenant whose people have usernames."""
    await connect(server)
    await offer(server, "made-up", identifiers=("username",))
    return await server.application()


async def asked(browser: Browser, provider: MadeUpProvider, application: Credentials, **claims: str) -> httpx2.Response:
    """The page that asks."""
    page = await come_in(browser, application.application_id, provider.vouch("c", "upstream-ada", **claims))
    assert page.status_code == 200
    assert "One more step" in page.text
    return page


async def test_a_username_is_asked_for_and_kept(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await asked(browser, provider, application, email="ada_l@example.com", name="Ada")
    assert 'value="ada_l"' in page.text, "the mail address suggests one"
    assert await rows(server, "users") == []
    answer = await browser.submit(page, {"username": "Ada_1"})
    assert "code" in returned(answer)
    (user,) = await rows(server, "users")
    assert (user["username"], user["name"], user["primary_email"]) == ("Ada_1", "Ada", "ada_l@example.com")
    assert [row.result for row in await events(server.runtime, PROFILE)] == ["Success"]
    assert await rows(server, "passwords") == []


async def test_a_username_that_cannot_be_had_is_explained(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await server.browser().sign_up(application.application_id, CALLBACK)
    browser = server.browser()
    page = await asked(browser, provider, application)
    for username, words in (("", "Username is empty"), ("ADA", "is taken"), ("1x", "cannot start with a digit")):
        page = await browser.submit(page, {"username": username})
        assert page.status_code == 422
        assert words in page.text
    assert len(await rows(server, "users")) == 1
    errors = [row.payload["error"] for row in await events(server.runtime, PROFILE)]
    assert sorted(errors) == ["user.invalid_username", "user.invalid_username", "user.username_already_in_use"]
    assert "code" in returned(await browser.submit(page, {"username": "ada2"}))


async def test_it_is_not_asked_for_where_that_is_skipped(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, socialSignIn={"skipRequiredIdentifiers": True})
    answer = await come_in(server.browser(), application.application_id, provider.vouch("c", "upstream-ada"))
    assert "code" in returned(answer)


async def test_agreement_is_given_by_a_tick(server: Server, provider: MadeUpProvider, application: Credentials) -> None:
    await change_experience(server, **TERMS, socialSignIn={"skipRequiredIdentifiers": True})
    browser = server.browser()
    page = await asked(browser, provider, application)
    assert 'name="username"' not in page.text
    refused = await browser.submit(page, {})
    assert refused.status_code == 422
    assert "Tick the box" in refused.text
    assert await rows(server, "users") == []
    assert "code" in returned(await browser.submit(refused, {"agree": "yes"}))


@on_sqlite
async def test_who_signs_up_by_username_ticks_it_too(server: Server, application: Credentials) -> None:
    await change_experience(server, **TERMS)
    browser = server.browser()
    refused = await browser.sign_up(application.application_id, CALLBACK)
    assert refused.status_code == 422
    fields = {"username": "ada", "password": PASSWORD, "agree": "yes"}
    assert "code" in returned(await browser.submit(refused, fields))


async def test_a_newcomer_gets_what_every_new_person_gets(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    async with server.runtime.database.write("default") as tx:
        await roles.create(tx, SYSTEM, server.runtime.cache, "reader", "", RoleType.USER, is_default=True)
    browser = server.browser()
    await browser.submit(await asked(browser, provider, application), {"username": "ada"})
    assert len(await rows(server, "user_roles")) == 1


async def test_without_a_newcomer_there_is_nothing_to_ask(server: Server, application: Credentials) -> None:
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    for path in ("/continue", "/sign-in/link"):
        answer = await browser.get(str(page.request.url).replace("/sign-in", path))
        assert answer.status_code == 400
        assert "session.not_found" in answer.text
