"""S1: whether a name has an account shows in nothing that a stranger gets: status, headers, cookies, body, size."""

import re
from typing import Any

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.registration.service import SIGN_UPS_PER_ADDRESS
from narthex.sign_in_settings.schemas import LockoutPolicy
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import Browser, forms

KNOWN, UNKNOWN = "ada_lovelace", "bob_lovelace"
WRONG = "not-the-password-1"
TRIES = LockoutPolicy().max_attempts


class Seen:
    """A response with its nonces and the typed name put out of sight; two that tell the same are equal."""

    def __init__(self, response: httpx2.Response, name: str) -> None:
        text = response.text
        nonces = {name: "NAME", response.headers["x-request-id"]: "REQUEST"}
        nonces |= dict.fromkeys(re.findall(r"[?&;]interaction=([0-9a-z]{21})", text + str(response.headers)), "ONE")
        nonces |= {form.fields["form_token"]: "TOKEN" for form in forms(response) if "form_token" in form.fields}
        self.size = len(response.content)
        self.shown: tuple[Any, ...] = (
            response.status_code,
            [(header, _without(nonces, value)) for header, value in response.headers.multi_items()],
            _without(nonces, text),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and (self.shown, self.size) == (other.shown, other.size)

    def __hash__(self) -> int:
        return hash(self.size)

    def __repr__(self) -> str:
        return repr(self.shown)


def _without(nonces: dict[str, str], text: str) -> str:
    text = re.sub(r"\b(interaction\.default)=[\w-]{43}", r"\1=SECRET", text)
    for nonce, word in nonces.items():
        text = text.replace(nonce, word)
    return text


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application at which KNOWN has an account."""
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK, username=KNOWN)
    return made


async def attempt(server: Server, application: Credentials, name: str, browser: Browser | None = None) -> Seen:
    answer = await (browser or server.browser()).sign_in(application.application_id, CALLBACK, name, WRONG)
    return Seen(answer, name)


async def test_a_wrong_password_answers_alike(server: Server, application: Credentials) -> None:
    known = await attempt(server, application, KNOWN)
    assert known.shown[0] == 422
    assert known == await attempt(server, application, UNKNOWN)


async def test_a_lock_answers_alike(server: Server, application: Credentials) -> None:
    for name in (KNOWN, UNKNOWN):
        for _ in range(TRIES):
            await attempt(server, application, name)
    known = await attempt(server, application, KNOWN)
    assert known.shown[0] == 429
    assert known == await attempt(server, application, UNKNOWN)


async def test_an_account_without_a_password_answers_alike(server: Server, application: Credentials) -> None:
    async with server.runtime.database.write("default") as tx:
        await making.create(tx, system_actor("default"), NewUser("cyd_lovelace"))
    known = await attempt(server, application, "cyd_lovelace")
    assert known == await attempt(server, application, UNKNOWN)


async def test_a_suspended_account_answers_alike(server: Server, application: Credentials) -> None:
    async with server.runtime.database.write("default") as tx:
        found = await users.find_by_username(tx, KNOWN)
        assert found is not None
        await users.set_suspended(tx, system_actor("default"), found.id, True)
    known = await attempt(server, application, KNOWN)
    assert known == await attempt(server, application, UNKNOWN)


async def test_a_browser_that_somebody_signed_in_with_learns_nothing_of_others(
    server: Server, application: Credentials
) -> None:
    await server.browser().sign_up(application.application_id, CALLBACK, username="dan_lovelace")
    browsers = [server.browser(), server.browser()]
    for browser in browsers:
        await browser.sign_in(application.application_id, CALLBACK, "dan_lovelace", prompt="login")
        browser.client.cookies.delete("session.default")
    known = await attempt(server, application, KNOWN, browsers[0])
    assert known == await attempt(server, application, UNKNOWN, browsers[1])


@pytest.mark.parametrize("parameters", [{}, {"first_screen": "register"}, {"prompt": "none"}, {"prompt": "login"}])
async def test_a_hint_answers_alike(server: Server, application: Credentials, parameters: dict[str, str]) -> None:
    async def answer(name: str) -> list[Seen]:
        browser = server.browser()
        url = browser.authorize_url(application.application_id, CALLBACK, login_hint=name, **parameters)
        first = await browser.client.get(url)
        return [Seen(first, name), Seen(await browser.follow(first), name)]

    assert await answer(KNOWN) == await answer(UNKNOWN)


async def test_a_sign_up_that_is_limited_tells_nothing_of_names(server: Server, application: Credentials) -> None:
    async def sign_up(name: str) -> Seen:
        return Seen(await server.browser().sign_up(application.application_id, CALLBACK, username=name), name)

    # One was the account itself. All that follow come from one address, whatever they ask for.
    for number in range(SIGN_UPS_PER_ADDRESS.most - 1):
        await sign_up(f"user_number_{number}")
    taken = await sign_up(KNOWN)
    assert taken.shown[0] == 429
    assert taken == await sign_up(UNKNOWN)


async def test_a_sign_up_with_a_refused_password_tells_nothing_of_names(
    server: Server, application: Credentials
) -> None:
    async def sign_up(name: str) -> Seen:
        answer = await server.browser().sign_up(application.application_id, CALLBACK, username=name, password="short")
        return Seen(answer, name)

    taken = await sign_up(KNOWN)
    assert taken.shown[0] == 422
    assert taken == await sign_up(UNKNOWN)
