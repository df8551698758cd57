"""S8: the secret of a session changes at every sign-in and the old one is dead; nothing that was planted in a browser
before a sign-in opens anything after it."""

from urllib.parse import urlsplit

import httpx2
import pytest

from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from narthex.kit.digests import digest
from tests.fixtures.server import CALLBACK, Server, query_of
from tests.fixtures.traces import contents, rows
from tests.fixtures.walk import PASSWORD, Browser, forms, returned

SESSION, INTERACTION = "session.default", "interaction.default"
PLANTED = "planted-by-a-stranger-000000000000000000000"


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application at which ada and bob have accounts."""
    made = await server.application()
    for name in ("ada", "bob"):
        await server.browser().sign_up(made.application_id, CALLBACK, username=name)
    return made


def plant(browser: Browser, name: str, value: str) -> None:
    browser.client.cookies.set(name, value, domain="localhost.local")


async def is_signed_in(server: Server, application: Credentials, secret: str) -> bool:
    """Whether the secret of a session still opens it."""
    browser = server.browser()
    plant(browser, SESSION, secret)
    url = browser.authorize_url(application.application_id, CALLBACK, prompt="none", scope="openid")
    return "code" in returned(await browser.client.get(url))


async def signed_in(server: Server, application: Credentials, name: str = "ada") -> Browser:
    browser = server.browser()
    await browser.sign_in(application.application_id, CALLBACK, name)
    assert await is_signed_in(server, application, browser.client.cookies[SESSION])
    return browser


async def test_a_session_begins_with_a_secret_of_the_servers_own(server: Server, application: Credentials) -> None:
    browser = server.browser()
    plant(browser, SESSION, PLANTED)
    await browser.sign_in(application.application_id, CALLBACK)
    assert browser.client.cookies[SESSION] != PLANTED
    assert not await is_signed_in(server, application, PLANTED)


async def test_a_sign_up_begins_with_a_secret_of_the_servers_own(server: Server, application: Credentials) -> None:
    browser = server.browser()
    plant(browser, SESSION, PLANTED)
    await browser.sign_up(application.application_id, CALLBACK, username="eve")
    assert browser.client.cookies[SESSION] != PLANTED
    assert not await is_signed_in(server, application, PLANTED)


@pytest.mark.parametrize("again", [{"prompt": "login"}, {"prompt": "login consent"}, {"max_age": 0}])
async def test_signing_in_again_changes_the_secret(server: Server, application: Credentials, again: object) -> None:
    browser = await signed_in(server, application)
    before = browser.client.cookies[SESSION]
    assert isinstance(again, dict)
    await browser.sign_in(application.application_id, CALLBACK, **again)
    after = browser.client.cookies[SESSION]
    assert after != before
    assert not await is_signed_in(server, application, before)
    assert await is_signed_in(server, application, after)
    mine = [row for row in await rows(server, "sessions") if row["secret_hash"] == digest(after)]
    assert len(await rows(server, "sessions")) == 3, "ada's and bob's sign-ups, and the one in this browser"
    assert [row["ended_at"] for row in mine] == [None]


async def test_another_user_gets_another_session(server: Server, application: Credentials) -> None:
    browser = await signed_in(server, application)
    before = browser.client.cookies[SESSION]
    await browser.sign_in(application.application_id, CALLBACK, "bob", prompt="login")
    after = browser.client.cookies[SESSION]
    assert not await is_signed_in(server, application, before)
    assert await is_signed_in(server, application, after)
    hashes = {row["secret_hash"]: row for row in await rows(server, "sessions")}
    assert hashes[digest(before)]["ended_at"] == server.clock.now()
    assert hashes[digest(after)]["user_id"] != hashes[digest(before)]["user_id"]


async def test_a_silent_authorization_keeps_the_secret(server: Server, application: Credentials) -> None:
    browser = await signed_in(server, application)
    before = browser.client.cookies[SESSION]
    answer = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    assert "code" in returned(answer)
    assert browser.client.cookies[SESSION] == before


async def test_a_sign_out_ends_the_secret(server: Server, application: Credentials) -> None:
    browser = await signed_in(server, application)
    secret = browser.client.cookies[SESSION]
    await browser.submit(await browser.get("/oidc/session/end"), {})
    assert not await is_signed_in(server, application, secret)


async def test_secrets_of_browsers_are_stored_as_hashes(server: Server, application: Credentials) -> None:
    browser = await signed_in(server, application)
    kept = await contents(server)
    for name in (SESSION, INTERACTION, "device.default"):
        secret = browser.client.cookies[name]
        assert len(secret) == 43
        assert secret not in kept


class Planted:
    """A stranger's sign-in under way, whose cookie and address were planted in a victim's browser."""

    def __init__(self, stranger: Browser, page: httpx2.Response) -> None:
        self.stranger = stranger
        self.page = page
        self.id = query_of(str(page.request.url))["interaction"]
        self.secret = stranger.client.cookies[INTERACTION]

    async def collect(self) -> httpx2.Response:
        """The stranger comes back for the code."""
        return await self.stranger.client.get(f"/oidc/auth/{self.id}")


async def planted(server: Server, application: Credentials, victim: Browser, **parameters: str) -> Planted:
    stranger = server.browser()
    page = await stranger.get(stranger.authorize_url(application.application_id, CALLBACK, **parameters))
    attack = Planted(stranger, page)
    plant(victim, INTERACTION, attack.secret)
    return attack


async def test_a_planted_interaction_is_useless_after_a_sign_in(server: Server, application: Credentials) -> None:
    victim = server.browser()
    attack = await planted(server, application, victim)
    form = forms(attack.page)[0]
    answered = await victim.client.post(
        form.action, data=form.fields | {"identifier": "ada", "password": PASSWORD}, headers={"origin": victim.origin}
    )
    assert urlsplit(answered.headers["location"]).path == f"/oidc/auth/{attack.id}"
    assert (await attack.collect()).status_code == 400
    # Not even the pages of it open any more.
    assert (await attack.stranger.client.get(str(attack.page.request.url))).status_code == 400
    assert "code" in returned(await victim.follow(answered))


async def test_a_planted_interaction_is_useless_after_a_sign_up(server: Server, application: Credentials) -> None:
    victim = server.browser()
    attack = await planted(server, application, victim, first_screen="register")
    form = forms(attack.page)[0]
    answered = await victim.client.post(
        form.action, data=form.fields | {"username": "eve", "password": PASSWORD}, headers={"origin": victim.origin}
    )
    assert urlsplit(answered.headers["location"]).path == f"/oidc/auth/{attack.id}"
    assert (await attack.collect()).status_code == 400


async def test_what_else_the_browser_had_open_moves_along(server: Server, application: Credentials) -> None:
    victim = server.browser()
    attack = await planted(server, application, victim)
    await victim.sign_in(application.application_id, CALLBACK, prompt="login")
    assert victim.client.cookies[INTERACTION] != attack.secret
    assert (await attack.collect()).status_code == 400


async def test_a_planted_interaction_cannot_answer_the_consent(server: Server, application: Credentials) -> None:
    """The code is stolen in the approval step where that is not bound to the browser (CVE-2022-39222)."""
    third = await server.application(ApplicationType.TRADITIONAL, is_third_party=True)
    victim = server.browser()
    attack = await planted(server, third, victim)
    form = forms(attack.page)[0]
    consent = await victim.post(form.action, form.fields | {"identifier": "ada", "password": PASSWORD})
    assert urlsplit(str(consent.request.url)).path == "/consent"
    question = forms(consent)[0]
    stolen = await attack.stranger.client.post(question.action, data=question.fields | {"decision": "allow"})
    assert stolen.status_code == 400
    assert (await attack.collect()).status_code == 400
    assert "code" in returned(await victim.submit(consent, {"decision": "allow"}))


async def test_an_interaction_answers_to_no_other_browser(server: Server, application: Credentials) -> None:
    owner, other = server.browser(), server.browser()
    page = await owner.get(owner.authorize_url(application.application_id, CALLBACK))
    assert (await other.client.get(str(page.request.url))).status_code == 400
    await other.get(other.authorize_url(application.application_id, CALLBACK))
    assert (await other.client.get(str(page.request.url))).status_code == 400
    form = forms(page)[0]
    answer = await other.client.post(form.action, data=form.fields | {"identifier": "ada", "password": PASSWORD})
    assert answer.status_code == 400


@pytest.mark.parametrize("value", ["x", "a,b", 'a"b', "é", "A" * 4000, "A" * 42, "A" * 44])
async def test_a_secret_that_is_not_ours_is_replaced(server: Server, application: Credentials, value: str) -> None:
    names = (INTERACTION, "device.default", SESSION)
    cookie = "; ".join(f"{name}={value}" for name in names).encode()
    browser = server.browser()
    url = browser.authorize_url(application.application_id, CALLBACK)
    first = await browser.client.get(url, headers={b"cookie": cookie})
    assert first.status_code == 303
    assert browser.client.cookies[INTERACTION] != value
    assert len(browser.client.cookies[INTERACTION]) == 43
    page = await browser.follow(first)
    form = forms(page)[0]
    ours = f"{INTERACTION}={browser.client.cookies[INTERACTION]}; device.default={value}; session.default={value}"
    answer = await browser.client.post(
        form.action, data=form.fields | {"identifier": "ada", "password": PASSWORD}, headers={b"cookie": ours.encode()}
    )
    assert answer.status_code == 303
    assert len(browser.client.cookies["device.default"]) == 43
