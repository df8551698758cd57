"""F1: what a provider says about somebody never opens, nor changes, an account that is there already: not by a mail
address that is unverified, and not by one that is verified either, unless its owner proves that it is theirs."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.users import editing
from narthex.users import service as users
from narthex.users.schemas import UserChange
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.small_provider import SmallProvider
from tests.fixtures.social import button_form, change_experience, connect, offer
from tests.fixtures.traces import Row, rows
from tests.fixtures.walk import PASSWORD, Browser, forms, returned

SYSTEM = system_actor("default")
OWNER, EMAIL = "ada", "ada@example.com"
ALLOW = {"NARTHEX_OUTGOING_ALLOW": "127.0.0.1"}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def server(new_server: NewServer, small_provider: SmallProvider) -> Server:
    """A server with two OpenID Connect connections, of which the second trusts unverified addresses."""
    server = await new_server(ALLOW)
    await connect(server, "oidc", connector_id="oidc", config=small_provider.config())
    trusting = small_provider.config(trustUnverifiedEmail=True)
    await connect(server, "trusting", connector_id="oidc", config=trusting)
    return server


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application at which the owner of the mail address has an account."""
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK, OWNER)
    async with server.runtime.database.write("default") as tx:
        owner = await users.find_by_username(tx, OWNER)
        assert owner is not None
        await editing.update(tx, SYSTEM, owner.id, UserChange(primary_email=EMAIL))
    await offer(server, "oidc", "trusting")
    return made


async def come_in(
    browser: Browser, provider: SmallProvider, application: Credentials, target: str = "oidc"
) -> httpx2.Response:
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    left = await browser.submit(page, {}, button_form(page, target))
    return await browser.get(await provider.visit(left.headers["location"]))


async def account_of(server: Server) -> tuple[Row, list[Row]]:
    """The owner's account and what is linked to it."""
    (owner,) = [user for user in await rows(server, "users") if user["username"] == OWNER]
    linked = [one for one in await rows(server, "user_identities") if one["user_id"] == owner["id"]]
    return owner, linked


UNVOUCHED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"email_verified": False}, ()),
    ({}, ("email_verified",)),
    ({"email_verified": "true"}, ()),
    ({"email_verified": "True"}, ()),
    ({"email_verified": 1}, ()),
    ({"email_verified": None}, ()),
    ({"email_verified": ["true"]}, ()),
    ({"email": ["ada@example.com"]}, ()),
    ({"email": "ada@example.com,eve@example.com"}, ()),
]


@pytest.mark.parametrize(("claims", "without"), UNVOUCHED)
async def test_F1_an_address_that_nobody_vouches_for_is_as_good_as_none(
    server: Server, small_provider: SmallProvider, application: Credentials, claims: Any, without: tuple[str, ...]
) -> None:
    small_provider.claims, small_provider.without = {"sub": "mallory", **claims}, without
    before = await account_of(server)
    answer = await come_in(server.browser(), small_provider, application)
    assert "code" in returned(answer)
    assert await account_of(server) == before
    (stranger,) = [user for user in await rows(server, "users") if user["username"] is None]
    assert stranger["primary_email"] is None


@pytest.mark.parametrize("address", [EMAIL, "ADA@EXAMPLE.COM", " ada@example.com ", "ａda@example.com"])
@pytest.mark.parametrize("target", ["oidc", "trusting"])
async def test_F1_a_verified_address_is_an_offer_and_nothing_more(
    server: Server, small_provider: SmallProvider, application: Credentials, address: str, target: str
) -> None:
    small_provider.claims = {"sub": "mallory", "email": address, "name": "Mallory", "picture": "https://evil/x.png"}
    small_provider.without = ("email_verified",) if target == "trusting" else ()
    before = await account_of(server)
    browser = server.browser()
    page = await come_in(browser, small_provider, application, target)
    assert page.status_code == 200
    assert "You may have an account already" in page.text
    assert "session.default" not in browser.client.cookies
    # Whatever else is tried in this browser, without the password: the protocol goes on nowhere.
    interaction = str(page.request.url.params["interaction"])
    for path in (f"/oidc/auth/{interaction}", f"/continue?interaction={interaction}"):
        again = await browser.get(path)
        assert "/sign-in/link" in str(again.request.url)
    for typed in ({"password": ""}, {"password": "wrong"}, {"identifier": OWNER, "password": "wrong"}, {}):
        assert (await browser.submit(page, typed)).status_code == 422
    assert await account_of(server) == before
    assert await rows(server, "sessions") != []
    assert all(row["user_id"] == before[0]["id"] for row in await rows(server, "sessions"))


async def test_F1_the_flag_for_linking_by_itself_links_nothing(
    server: Server, small_provider: SmallProvider, application: Credentials
) -> None:
    await change_experience(server, socialSignIn={"automaticAccountLinking": True})
    small_provider.claims = {"sub": "mallory"}
    before = await account_of(server)
    page = await come_in(server.browser(), small_provider, application)
    assert "You may have an account already" in page.text
    assert await account_of(server) == before


async def test_F1_another_provider_with_the_same_subject_is_another_person(
    server: Server, small_provider: SmallProvider, application: Credentials
) -> None:
    small_provider.claims, small_provider.without = {"sub": "same"}, ("email",)
    for target in ("oidc", "trusting"):
        assert "code" in returned(await come_in(server.browser(), small_provider, application, target))
    owners = {one["target"]: one["user_id"] for one in await rows(server, "user_identities")}
    assert owners["oidc"] != owners["trusting"]


async def test_F1_another_provider_with_the_same_address_has_to_prove_it_as_well(
    server: Server, small_provider: SmallProvider, application: Credentials
) -> None:
    small_provider.claims = {"sub": "first", "email": "new@example.com"}
    assert "code" in returned(await come_in(server.browser(), small_provider, application))
    small_provider.claims = {"sub": "second", "email": "new@example.com"}
    page = await come_in(server.browser(), small_provider, application, "trusting")
    assert "You may have an account already" in page.text
    assert [one["target"] for one in await rows(server, "user_identities")] == ["oidc"]


async def test_F1_an_identity_that_was_taken_away_opens_nothing(
    server: Server, small_provider: SmallProvider, application: Credentials
) -> None:
    from narthex.identities import service as identities

    browser = server.browser()
    page = await come_in(browser, small_provider, application)
    assert "code" in returned(await browser.submit(page, {"password": PASSWORD}))
    owner, linked = await account_of(server)
    assert len(linked) == 1
    async with server.runtime.database.write("default") as tx:
        await identities.unlink(tx, SYSTEM, owner["id"], "oidc")
    page = await come_in(server.browser(), small_provider, application)
    assert "You may have an account already" in page.text


async def test_F1_a_newcomer_of_one_browser_is_not_linked_from_another(
    server: Server, small_provider: SmallProvider, application: Credentials
) -> None:
    small_provider.claims = {"sub": "mallory"}
    attacker, victim = server.browser(), server.browser()
    page = await come_in(attacker, small_provider, application)
    await victim.sign_in(application.application_id, CALLBACK, OWNER)
    before = await account_of(server)
    form = forms(page)[0]
    for browser in (victim, server.browser()):
        answer = await browser.post(form.action, form.fields | {"password": PASSWORD})
        assert answer.status_code == 400
        assert "session.not_found" in answer.text
    assert await account_of(server) == before
