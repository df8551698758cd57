"""S8: coming in through a provider begins a session under a secret of the server's own, and what was planted in the
browser before opens nothing afterwards."""

from collections.abc import Awaitable, Callable

import pytest

from narthex.applications.service import Credentials
from narthex.kit.digests import digest
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.social import MadeUpProvider, change_experience, come_back, come_in, connect, leave, offer
from tests.fixtures.traces import rows
from tests.fixtures.walk import HTML, PASSWORD, Browser, returned

SESSION, INTERACTION = "session.default", "interaction.default"
PLANTED = "planted-by-a-stranger-000000000000000000000"


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application of a tenant that works with the provider."""
    await connect(server)
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    await offer(server, "made-up")
    return made


def plant(browser: Browser, name: str, value: str) -> None:
    browser.client.cookies.set(name, value, domain="localhost.local")


async def newcomer(server: Server, provider: MadeUpProvider, application: Credentials, browser: Browser) -> None:
    answer = await come_in(browser, application.application_id, provider.vouch("c", "u1"))
    assert "code" in returned(answer)


async def acquaintance(server: Server, provider: MadeUpProvider, application: Credentials, browser: Browser) -> None:
    await newcomer(server, provider, application, server.browser())
    await newcomer(server, provider, application, browser)


async def with_username(server: Server, provider: MadeUpProvider, application: Credentials, browser: Browser) -> None:
    await change_experience(server, signUp={"identifiers": ["username"], "password": True, "verify": False})
    page = await come_in(browser, application.application_id, provider.vouch("c", "u1"))
    assert "code" in returned(await browser.submit(page, {"username": "eve"}))


Way = Callable[[Server, MadeUpProvider, Credentials, Browser], Awaitable[None]]


@pytest.mark.parametrize("way", [newcomer, acquaintance, with_username])
async def test_every_way_in_gives_new_secrets(
    server: Server, provider: MadeUpProvider, application: Credentials, way: Way
) -> None:
    browser = server.browser()
    plant(browser, SESSION, PLANTED)
    plant(browser, INTERACTION, PLANTED)
    await way(server, provider, application, browser)
    for name in (SESSION, INTERACTION):
        assert browser.client.cookies[name] != PLANTED
    hashes = {row["secret_hash"] for row in await rows(server, "sessions")}
    assert digest(PLANTED) not in hashes
    assert digest(browser.client.cookies[SESSION]) in hashes
    planted = [row for row in await rows(server, "interactions") if row["browser_hash"] == digest(PLANTED)]
    assert planted == [], "an interaction that was planted answers no longer"


async def test_who_planted_the_interaction_gets_nothing_of_the_sign_in(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    """The stranger begins, gives the victim the cookie, and goes on with it after the victim was at the provider."""
    stranger, victim = server.browser(), server.browser()
    sent = await leave(stranger, application.application_id)
    secret = stranger.client.cookies[INTERACTION]
    plant(victim, INTERACTION, secret)
    answer = await come_back(victim, sent, provider.vouch("c", "u1"))
    assert "code" in returned(answer)
    (interaction, *_) = [row["id"] for row in await rows(server, "interactions") if row["finished_at"]]
    again = await stranger.client.get(f"/oidc/auth/{interaction}", headers=HTML)
    assert again.status_code == 400
    assert SESSION not in stranger.client.cookies


async def test_another_person_gets_another_session(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, signUp={"identifiers": ["username"], "password": True, "verify": False})
    await change_experience(server, socialSignIn={"skipRequiredIdentifiers": True})
    browser = server.browser()
    await browser.sign_in(application.application_id, CALLBACK, "ada", PASSWORD)
    before = browser.client.cookies[SESSION]
    code = provider.vouch("c", "u1")
    assert "code" in returned(await come_in(browser, application.application_id, code, prompt="login"))
    hashes = {row["secret_hash"]: row for row in await rows(server, "sessions")}
    after = hashes[digest(browser.client.cookies[SESSION])]
    assert hashes[digest(before)]["ended_at"] == server.clock.now()
    assert after["user_id"] != hashes[digest(before)]["user_id"]
