"""The page that the links of operators lead to."""

from typing import Any

import pytest

from narthex.access import system_actor
from narthex.credentials import service as credentials
from narthex.registration import service as registration
from narthex.sign_in.operator_entrance import COMMANDS, WORDS
from narthex.sign_in_settings.hosted_page import built_in_catalogue
from narthex.tenants.schemas import ADMIN_TENANT
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.operator_links import (
    CONSOLE,
    at_console,
    first_operator,
    invitation_token,
    link_of,
    listed,
    open_link,
    recovery_token,
    send,
    set_up_token,
    use,
)
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows, watched_hashes
from tests.fixtures.walk import HTML, PASSWORD, Browser, forms

NEW_PASSWORD = "another-Horse-43-staple"
SESSION = "session.admin"


async def token_of(server: Server, word: str) -> str:
    """A link of each kind, made as it can be."""
    if word == "set_up":
        return await set_up_token(server)
    await first_operator(server)
    return await (invitation_token(server) if word == "invitation" else recovery_token(server))


async def demo_sign_in(server: Server, username: str, password: str) -> Any:
    """Sign in to the demo app of the tenant `admin`."""
    browser = server.browser(ADMIN_TENANT)
    page = await browser.get(f"{browser.base_url}/demo-app/sign-in")
    return await browser.submit(page, {"identifier": username, "password": password})


async def test_the_first_operator_walks_from_the_link_to_the_console(server: Server) -> None:
    browser, page = await open_link(server, await set_up_token(server))
    assert page.status_code == 200
    assert "You are the first one here" in page.text
    assert "The link ends in 60 minutes." in page.text
    assert "narthex admin set-up-link" in page.text
    assert "12 to 256 characters" in page.text
    server.clock.advance(seconds=1)
    answer = await send(browser, page, username="Olivia", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, CONSOLE)
    assert {SESSION, "interaction.admin", "device.admin"} <= set(browser.client.cookies)
    [operator] = await listed(server)
    assert (operator.username, operator.last_sign_in_at) == ("Olivia", server.clock.now())
    keys = [one.key for one in await events(server.runtime, None, ADMIN_TENANT)]
    assert sorted(keys) == ["Interaction.Register.Submit", "Operator.Create", "User.Create"]
    server.clock.advance(seconds=1)
    await browser.get(CONSOLE)
    at = await at_console(server, browser)
    assert at is not None
    assert at.username == "Olivia"


@pytest.mark.parametrize("word", list(WORDS.values()))
@pytest.mark.parametrize("language", ["en", "ja"])
async def test_each_kind_has_its_words_in_each_language(server: Server, word: str, language: str) -> None:
    token = await token_of(server, word)
    browser = server.browser(ADMIN_TENANT)
    page = await browser.client.get(f"{link_of(server, token)}&ui_locales={language}", headers=HTML)
    kind = next(kind for kind, one in WORDS.items() if one == word)
    assert f"narthex admin {COMMANDS[kind]}" in page.text
    assert page.headers["content-language"] == language

    text = built_in_catalogue().text
    for part in ("title", "submit"):
        assert text(language, f"entrance.{word}.{part}") in page.text
    # The page in the other language is the same link.
    assert page.text.count(f'href="/t/admin/set-up?token={token}&amp;ui_locales=') == 2


async def test_an_invitation_says_how_many_days_it_has(server: Server) -> None:
    token = await token_of(server, "invitation")
    server.clock.advance(days=1, hours=1)
    assert "The link ends in 6 days." in (await open_link(server, token))[1].text


REFUSED = [
    ({"username": "olivia", "password": ""}, "Password is empty", 422),
    ({"username": "", "password": PASSWORD}, "Username is empty", 422),
    ({"username": "1olivia", "password": PASSWORD}, "cannot start with a digit", 422),
    ({"username": "olivia", "password": "Zq7!kP2x"}, "at least 12 characters", 422),
    ({"username": "olivia", "password": "password1234"}, "", 422),
    ({"username": "ottoline", "password": "my-ottoline-77"}, "", 422),
    ({"username": "taken", "password": PASSWORD}, "This username is taken", 422),
    ({"username": "olivia", "password": PASSWORD, "form_token": "x"}, "", 403),
]


@pytest.mark.parametrize(("fields", "text", "status"), REFUSED)
async def test_a_refusal_is_said_and_the_link_goes_on(
    server: Server, fields: dict[str, str], text: str, status: int
) -> None:

    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await making.create(tx, system_actor(ADMIN_TENANT), NewUser("taken"))
    browser, page = await open_link(server, await set_up_token(server))
    answer = await send(browser, page, **fields)
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert text in answer.text
    if fields["username"]:
        assert f'value="{fields["username"]}"' in answer.text
    assert PASSWORD not in answer.text
    assert await listed(server) == []
    assert (await send(browser, answer, username="olivia", password=PASSWORD)).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "%00", "a" * 2000])
async def test_a_link_that_is_none_of_ours_tells_what_to_do(server: Server, token: str) -> None:
    for _, page in (await open_link(server, token), await open_link(server, token)):
        assert page.status_code == 410
        assert "narthex admin set-up-link" in page.text
        assert "operator.link_dead" in page.text
        assert forms(page) == []


async def test_without_a_link_the_page_is_the_same(server: Server) -> None:
    page = await server.browser(ADMIN_TENANT).client.get("/t/admin/set-up", headers=HTML)
    assert page.status_code == 410


async def test_a_dead_link_costs_no_hash(server: Server) -> None:
    browser, page = await open_link(server, await set_up_token(server))
    await first_operator(server)
    with watched_hashes(server) as hashes:
        answer = await send(browser, page, username="mallory", password=PASSWORD)
    assert answer.status_code == 410
    assert hashes == []


async def test_it_is_at_the_tenant_of_the_operators_only(server: Server) -> None:
    token = await set_up_token(server)
    await server.add_tenant("acme")
    for path in (f"/set-up?token={token}", f"/t/acme/set-up?token={token}"):
        assert (await server.client().get(path, headers=HTML)).status_code == 404


async def test_other_methods_are_refused(server: Server) -> None:
    token = await set_up_token(server)
    for method in ("PUT", "DELETE", "OPTIONS"):
        answer = await server.client().request(method, f"/t/admin/set-up?token={token}", headers=HTML)
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_a_recovery_sets_the_password_and_ends_all_that_was(server: Server) -> None:
    before = await use(server, await set_up_token(server))
    server.clock.advance(seconds=1)
    await before.get(CONSOLE)
    assert await at_console(server, before) is not None
    old_password = (await rows(server, "passwords", ADMIN_TENANT))[0]["password_hash"]
    server.clock.advance(seconds=1)
    token = await recovery_token(server)
    browser, page = await open_link(server, token)
    assert "For olivia." in page.text
    answer = await send(browser, page, username="somebody_else", password=NEW_PASSWORD)
    assert answer.status_code == 303
    assert [one.username for one in await listed(server)] == ["olivia"]
    assert (await rows(server, "passwords", ADMIN_TENANT))[0]["password_hash"] != old_password
    assert await at_console(server, before) is None
    server.clock.advance(seconds=1)
    await browser.get(CONSOLE)
    assert await at_console(server, browser) is not None
    assert await at_console(server, before) is None
    assert (await demo_sign_in(server, "olivia", PASSWORD)).status_code == 422
    assert (await demo_sign_in(server, "olivia", NEW_PASSWORD)).status_code == 200
    steps = [one.payload["step"] for one in await events(server.runtime, "Operator.Recover", ADMIN_TENANT)]
    assert sorted(steps) == ["link", "password"]


async def test_in_the_same_browser_the_old_session_does_not_come_back(server: Server) -> None:
    browser = await use(server, await set_up_token(server))
    server.clock.advance(seconds=1)
    await browser.get(CONSOLE)
    old = await at_console(server, browser)
    assert old is not None
    _, page = await open_link(server, await recovery_token(server), browser)
    assert (await send(browser, page, password=NEW_PASSWORD)).status_code == 303
    assert await at_console(server, browser) is None
    live = [row for row in await rows(server, "sessions", ADMIN_TENANT) if row["authenticated_at"] > server.clock.now()]
    assert old.session_id not in [row["id"] for row in live]


async def test_a_recovery_opens_a_locked_name(server: Server) -> None:
    await first_operator(server)
    for _ in range(10):
        await demo_sign_in(server, "olivia", "wrong")
    assert (await demo_sign_in(server, "olivia", PASSWORD)).status_code == 429
    await use(server, await recovery_token(server), password=NEW_PASSWORD)
    server.clock.advance(seconds=1)
    assert (await demo_sign_in(server, "olivia", NEW_PASSWORD)).status_code == 200


async def test_another_persons_session_in_this_browser_ends(server: Server) -> None:
    browser = await use(server, await set_up_token(server))
    server.clock.advance(seconds=1)
    _, page = await open_link(server, await invitation_token(server), browser)
    assert (await send(browser, page, username="oscar", password=PASSWORD)).status_code == 303
    ended = {row["user_id"]: row["ended_at"] is not None for row in await rows(server, "sessions", ADMIN_TENANT)}
    olivia, oscar = (one.user_id for one in await listed(server))
    assert ended == {olivia: True, oscar: False}


async def test_whoever_signs_in_to_the_demo_app_is_no_operator(server: Server) -> None:

    await first_operator(server)
    person = registration.NewPerson("nobody", await credentials.hashed(server.runtime, PASSWORD))
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await registration.register(tx, system_actor(ADMIN_TENANT), person)
    browser: Browser = server.browser(ADMIN_TENANT)
    page = await browser.get(f"{browser.base_url}/demo-app/sign-in")
    await browser.submit(page, {"identifier": "nobody", "password": PASSWORD})
    server.clock.advance(seconds=1)
    assert SESSION in browser.client.cookies
    answer = await browser.get(CONSOLE)
    assert answer.status_code == 403
    assert await at_console(server, browser) is None
