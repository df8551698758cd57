"""F2: a way back from a provider counts once, in the browser that left, at the connection that it left for."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import asyncio

import pytest

from narthex.applications.service import Credentials
from narthex.connections import service as connections
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import MadeUpProvider, come_back, connect, leave, offer, press
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import Browser, returned

SUBMIT = "Interaction.SignIn.Verification.Social.Submit"


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application of a tenant that works with two providers; the code `c` vouches for somebody."""
    await connect(server)
    await connect(server, "other")
    await offer(server, "made-up", "other")
    provider.vouch("c", "upstream-ada")
    return await server.application()


async def refused(server: Server, browser: Browser, provider: MadeUpProvider, cause: str) -> None:
    """Nobody is signed in, the provider was not asked, and the log names the cause."""
    assert provider.kept == []
    assert "session.default" not in browser.client.cookies
    assert await rows(server, "sessions") == []
    failed = [row for row in await events(server.runtime, SUBMIT) if row.result == "Error"]
    assert [row.payload["error"] for row in failed] == [cause]


async def test_F2_a_state_counts_once(server: Server, provider: MadeUpProvider, application: Credentials) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    assert "code" in returned(await come_back(browser, sent, "c"))
    replayed = await come_back(browser, sent, "c")
    assert replayed.status_code == 400
    assert "session.connector_session_not_found" in replayed.text
    assert len(provider.kept) == 1


async def test_F2_a_state_counts_once_among_many_at_once(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    answers = await asyncio.gather(*(come_back(browser, sent, "c") for _ in range(6)))
    assert len(provider.kept) == 1
    assert sum("location" in answer.headers for answer in answers) == 1


async def test_F2_a_failed_way_back_uses_the_state_up(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    provider.failures["bent"] = "nonce"
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    await come_back(browser, sent, "bent")
    assert (await come_back(browser, sent, "c")).status_code == 400
    assert len(provider.kept) == 1


async def test_F2_a_state_of_another_browser_opens_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    attacker, victim = server.browser(), server.browser()
    sent = await leave(attacker, application.application_id)
    await leave(victim, application.application_id)
    answer = await come_back(victim, sent, "c")
    assert answer.status_code == 400
    await refused(server, victim, provider, "state")
    # Nor in one that never came here; and the one that left is not harmed.
    assert (await come_back(server.browser(), sent, "c")).status_code == 400
    assert "code" in returned(await come_back(attacker, sent, "c"))


async def test_F2_a_way_back_at_another_connection_opens_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    other = await connections.find_by_target(server.runtime, "default", "other")
    made_up = await connections.find_by_target(server.runtime, "default", "made-up")
    assert other is not None
    assert made_up is not None
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    sent["redirect_uri"] = sent["redirect_uri"].replace(made_up.id, other.id)
    assert (await come_back(browser, sent, "c")).status_code == 400
    await refused(server, browser, provider, "connection")
    sent["redirect_uri"] = sent["redirect_uri"].replace(other.id, made_up.id)
    assert (await come_back(browser, sent, "c")).status_code == 400


async def test_F2_a_connection_of_another_tenant_answers_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await server.add_tenant("acme")
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    sent["redirect_uri"] = sent["redirect_uri"].replace("/callback/", "/t/acme/callback/")
    assert (await come_back(browser, sent, "c")).status_code == 404
    assert provider.kept == []


async def test_F2_a_second_way_out_replaces_the_first(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    first, second = await press(browser, page), await press(browser, page)
    assert first["state"] != second["state"]
    assert first["nonce"] != second["nonce"]
    assert (await come_back(browser, first, "c")).status_code == 400
    assert "code" in returned(await come_back(browser, second, "c"))


async def test_F2_two_tabs_come_back_each_to_its_own(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    provider.vouch("d", "upstream-bob")
    one = await leave(browser, application.application_id, state="one")
    two = await leave(browser, application.application_id, state="two")
    assert returned(await come_back(browser, two, "d"))["state"] == "two"
    assert returned(await come_back(browser, one, "c"))["state"] == "one"


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "\0", "é"])
async def test_F2_a_state_that_is_none_opens_nothing(
    server: Server, provider: MadeUpProvider, application: Credentials, state: str
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    answer = await come_back(browser, sent | {"state": state}, "c")
    assert answer.status_code == 400
    without = await browser.get(f"{sent['redirect_uri']}?code=c")
    assert without.status_code == 400
    assert provider.kept == []


async def test_F2_a_parameter_that_comes_twice_is_refused(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    answer = await browser.get(f"{sent['redirect_uri']}?code=c&code=d&state={sent['state']}")
    assert answer.status_code == 400
    await refused(server, browser, provider, "repeated")


async def test_F2_an_interaction_that_is_over_takes_nobody_back(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    server.clock.advance(minutes=61)
    assert (await come_back(browser, sent, "c")).status_code == 400
    assert provider.kept == []


async def test_F2_a_sign_in_by_another_way_ends_the_trip(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    old = await press(browser, page)
    new = await press(browser, page, "other")
    assert "code" in returned(await come_back(browser, new, "c"))
    assert (await come_back(browser, old, "c")).status_code == 400
