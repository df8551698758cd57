"""A newcomer whose mail address has an account: the offer to connect both, the ways to prove it, and saying no."""

from typing import Any

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.identities import service as identities
from narthex.identities.schemas import NewIdentity
from narthex.users import editing
from narthex.users import service as users
from narthex.users.schemas import UserChange
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import (
    MadeUpProvider,
    button_form,
    change_experience,
    come_back,
    come_in,
    connect,
    offer,
    press,
)
from tests.fixtures.traces import Row, events, rows
from tests.fixtures.walk import PASSWORD, Browser, forms, returned

SYSTEM = system_actor("default")
EMAIL = "ada@example.com"
SUBMIT = "Interaction.SignIn.Verification.Social.Submit"
PASSWORD_SUBMIT = "Interaction.SignIn.Verification.Password.Submit"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application at which ada has an account with a mail address, a password and the identity `other`."""
    await connect(server)
    await connect(server, "other", name="Other")
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    await change_ada(server, primary_email=EMAIL)
    await offer(server, "made-up", "other")
    return made


async def change_ada(server: Server, **change: Any) -> None:
    async with server.runtime.database.write("default") as tx:
        ada = await users.find_by_username(tx, "ada")
        assert ada is not None
        await editing.update(tx, SYSTEM, ada.id, UserChange(**change))


async def give_ada(server: Server, target: str, external_id: str) -> None:
    async with server.runtime.database.write("default") as tx:
        ada = await users.find_by_username(tx, "ada")
        assert ada is not None
        await identities.link(tx, SYSTEM, ada.id, NewIdentity(target, external_id))


async def owners(server: Server) -> dict[str, str]:
    """Whose identities there are, by target and external id."""
    names = {user["id"]: str(user["username"]) for user in await rows(server, "users")}
    found: list[Row] = await rows(server, "user_identities")
    return {f"{one['target']}:{one['external_id']}": names[one["user_id"]] for one in found}


async def offered(browser: Browser, provider: MadeUpProvider, application: Credentials) -> httpx2.Response:
    """The page with the offer."""
    page = await come_in(browser, application.application_id, provider.vouch("c", "upstream-ada", email=EMAIL))
    assert page.status_code == 200
    assert "You may have an account already" in page.text
    assert EMAIL in page.text
    return page


async def test_the_password_of_the_account_connects_both(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await offered(browser, provider, application)
    assert await owners(server) == {}
    assert '"ada"' not in page.text, "whose account it is, is not told"
    answer = await browser.submit(page, {"password": PASSWORD})
    assert "code" in returned(answer)
    assert await owners(server) == {"made-up:upstream-ada": "ada"}
    assert len(await rows(server, "users")) == 1
    again = await come_in(server.browser(), application.application_id, "c")
    assert "code" in returned(again)
    assert [row.key for row in await events(server.runtime, "User.IdentityLink")] == ["User.IdentityLink"]


async def test_a_wrong_password_connects_nothing_and_counts(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, sentinelPolicy={"maxAttempts": 2, "lockoutDuration": 5})
    browser = server.browser()
    page = await offered(browser, provider, application)
    empty = await browser.submit(page, {"password": ""})
    assert empty.status_code == 422
    for _ in range(2):
        page = await browser.submit(page, {"password": "wrong"})
        assert page.status_code == 422
        assert "not the password of that account" in page.text
    locked = await browser.submit(page, {"password": PASSWORD})
    assert locked.status_code == 429
    assert await owners(server) == {}
    # It is one counter with the sign-in page.
    assert (await server.browser().sign_in(application.application_id, CALLBACK)).status_code == 429
    errors = [row.payload.get("error") for row in await events(server.runtime, PASSWORD_SUBMIT)]
    assert errors.count("invalid_credentials") == 2


async def test_an_identity_of_the_account_connects_both(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await give_ada(server, "other", "ada-at-other")
    browser = server.browser()
    page = await offered(browser, provider, application)
    sent = await press(browser, page, "other")
    answer = await come_back(browser, sent, provider.vouch("o", "ada-at-other"))
    assert "code" in returned(answer)
    assert await owners(server) == {"made-up:upstream-ada": "ada", "other:ada-at-other": "ada"}


@pytest.mark.parametrize("who", ["somebody", "nobody"])
async def test_an_identity_of_another_account_connects_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials, who: str
) -> None:
    await give_ada(server, "other", "ada-at-other")
    if who == "somebody":
        await come_in(server.browser(), application.application_id, provider.vouch("s", "somebody"), "other")
    before = await owners(server)
    browser = server.browser()
    sent = await press(browser, await offered(browser, provider, application), "other")
    page = await come_back(browser, sent, provider.vouch("s", who))
    assert page.status_code == 422
    assert "session.verification_failed" in page.text
    assert "/sign-in/link?" in page.text
    assert await owners(server) == before
    assert "session.default" not in browser.client.cookies
    (failed,) = [row for row in await events(server.runtime, SUBMIT) if row.result == "Error"]
    assert failed.payload["error"] == "not_the_account"


async def test_who_wants_none_of_it_gets_an_account_without_the_address(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await offered(browser, provider, application)
    answer = await browser.submit(page, {}, len(forms(page)) - 1)
    assert "code" in returned(answer)
    (new,) = [user for user in await rows(server, "users") if user["username"] is None]
    assert new["primary_email"] is None
    assert (await owners(server))["made-up:upstream-ada"] == "None"


async def test_where_sign_up_is_off_there_is_no_such_choice(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, signInMode="SignIn")
    browser = server.browser()
    page = await offered(browser, provider, application)
    assert "separate account" not in page.text
    action = forms(page)[0].action.replace("/sign-in/link?", "/sign-in/link/decline?")
    refused = await browser.post(action, forms(page)[0].fields)
    assert refused.status_code == 403
    assert len(await rows(server, "users")) == 1


async def test_an_account_that_is_somebody_elses_there_is_not_offered(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await give_ada(server, "made-up", "another-ada")
    browser = server.browser()
    page = await offered(browser, provider, application)
    assert "already belongs to another person" in page.text
    assert 'name="password"' not in page.text
    action = forms(page)[0].action.replace("/sign-in/link/decline?", "/sign-in/link?")
    refused = await browser.post(action, forms(page)[0].fields | {"password": PASSWORD})
    assert refused.status_code == 200
    assert await owners(server) == {"made-up:another-ada": "ada"}


async def test_a_phone_number_is_an_offer_as_well(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_ada(server, primary_phone="4915112345678")
    browser = server.browser()
    code = provider.vouch("c", "upstream-ada", phone="+49 151 12345678")
    page = await come_in(browser, application.application_id, code)
    assert "You may have an account already" in page.text
    assert "code" in returned(await browser.submit(page, {"password": PASSWORD}))


async def test_a_suspended_account_is_not_connected(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await give_ada(server, "other", "ada-at-other")
    async with server.runtime.database.write("default") as tx:
        ada = await users.find_by_username(tx, "ada")
        assert ada is not None
        await users.set_suspended(tx, SYSTEM, ada.id, True)
    browser = server.browser()
    page = await offered(browser, provider, application)
    refused = await browser.submit(page, {"password": PASSWORD})
    assert refused.status_code == 403
    sent = await press(browser, await offered(browser, provider, application), "other")
    refused = await come_back(browser, sent, provider.vouch("o", "ada-at-other"))
    assert refused.status_code == 403
    assert await owners(server) == {"other:ada-at-other": "ada"}


async def test_signing_in_otherwise_leaves_the_newcomer_behind(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, signUp={"identifiers": ["username"], "password": True, "verify": False})
    browser = server.browser()
    page = await offered(browser, provider, application)
    back = next(part for part in page.text.split('"') if part.startswith("/sign-in?")).replace("&amp;", "&")
    first = await browser.get(back)
    answer = await browser.submit(first, {"identifier": "ada", "password": PASSWORD})
    assert "code" in returned(answer)
    assert await owners(server) == {}, "a sign-in is no consent to a connection"


async def test_a_reload_and_another_language_show_the_offer_again(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await offered(browser, provider, application)
    assert (await browser.get(str(page.request.url))).status_code == 200
    japanese = str(page.request.url.copy_set_param("ui_locales", "ja"))
    assert "すでにアカウント" in (await browser.get(japanese)).text
    wrong = await browser.submit(page, {"password": "wrong"})
    assert (await browser.get(str(wrong.request.url))).status_code == 200
    declined = forms(page)[-1].action
    assert "/decline" in declined
    assert (await browser.get(declined)).status_code == 200
    assert button_form(await browser.get(str(page.request.url).replace("/sign-in/link", "/sign-in")), "made-up") >= 0
    continued = await browser.get(str(page.request.url).replace("/sign-in/link", "/continue"))
    assert "/sign-in/link" in str(continued.request.url)
