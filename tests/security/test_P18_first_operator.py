"""P18: nobody becomes the first operator but by the link from the terminal, once. There is no default password; two
people at once: exactly one gets in; then the door is shut. The link is the one secret in an address, so it leaks into
no log, no Referer, no database, and looking at it does not use it up."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import httpx2
import pytest

from narthex.access import system_actor
from narthex.kit.logging import JsonFormatter, LineHandler
from narthex.operators import tokens
from narthex.operators.tokens import OperatorExists
from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.operator_links import (
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
from tests.fixtures.traces import contents, rows
from tests.fixtures.walk import HTML, PASSWORD, Browser, forms

SET_UP = "/t/admin/set-up"
GUESSES = ("admin", "password", "narthex", "changeme", "root", "")


async def race(server: Server, links: list[str]) -> list[httpx2.Response]:
    """Everybody has the page open, and then all send its form at once."""
    opened = [await open_link(server, one) for one in links]
    return await asyncio.gather(
        *(
            send(browser, page, username=f"person_{number}", password=PASSWORD)
            for number, (browser, page) in enumerate(opened)
        )
    )


async def expect_one_winner(server: Server, answers: list[httpx2.Response]) -> None:
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * (len(answers) - 1)
    [operator] = await listed(server)
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 303)
    assert operator.username == f"person_{winner}"
    # Those who lost left nothing behind: no account, no password, no session.
    for table in ("users", "passwords", "sessions", "operators"):
        assert len(await rows(server, table, ADMIN_TENANT)) == 1, table
    assert [answer for answer in answers if answer.status_code == 410 and "session.admin" in answer.cookies] == []


async def test_P18_a_new_server_has_nobody_and_no_password(server: Server) -> None:
    for table in ("users", "passwords", "operators", "operator_tokens"):
        assert await rows(server, table, ADMIN_TENANT) == [], table
    browser: Browser = server.browser(ADMIN_TENANT)
    for name in ("admin", "root", "narthex", "operator"):
        for password in GUESSES:
            page = await browser.get(f"{browser.base_url}/demo-app/sign-in")
            answer = await browser.submit(page, {"identifier": name, "password": password})
            assert answer.status_code in {422, 429}, (name, password)
    assert "session.admin" not in browser.client.cookies


async def test_P18_nobody_signs_up_as_an_operator(server: Server) -> None:
    browser = server.browser(ADMIN_TENANT)
    page = await browser.get(f"{browser.base_url}/demo-app/sign-in?first_screen=register")
    register = page.request.url.copy_with(path="/t/admin/register")
    assert (await browser.get(str(register))).status_code == 403
    answer = await browser.post(str(register), forms(page)[0].fields | {"username": "mallory", "password": PASSWORD})
    assert answer.status_code == 403
    assert await rows(server, "users", ADMIN_TENANT) == []


async def test_P18_of_fifty_with_one_link_one_gets_in(server: Server) -> None:
    await expect_one_winner(server, await race(server, [await set_up_token(server)] * 50))


async def test_P18_of_ten_with_links_of_their_own_one_gets_in(server: Server) -> None:
    await expect_one_winner(server, await race(server, [await set_up_token(server) for _ in range(10)]))


@pytest.mark.parametrize("kind", ["invitation", "recovery"])
async def test_P18_the_links_of_later_operators_work_once_too(server: Server, kind: str) -> None:
    await first_operator(server)
    token = await (invitation_token(server) if kind == "invitation" else recovery_token(server))
    answers = await race(server, [token] * 20)
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 19
    assert len(await listed(server)) == (2 if kind == "invitation" else 1)
    assert (await open_link(server, token))[1].status_code == 410


async def test_P18_the_link_is_dead_after_its_use(server: Server) -> None:
    token = await set_up_token(server)
    waiting, page = await open_link(server, token)
    await use(server, token)
    assert (await send(waiting, page, username="mallory", password=PASSWORD)).status_code == 410
    assert (await open_link(server, token))[1].status_code == 410
    assert [one.username for one in await listed(server)] == ["olivia"]


async def test_P18_the_link_is_dead_after_an_hour(server: Server) -> None:
    token = await set_up_token(server)
    browser, page = await open_link(server, token)
    server.clock.advance(minutes=60)
    assert (await send(browser, page, username="mallory", password=PASSWORD)).status_code == 410
    assert (await open_link(server, token))[1].status_code == 410
    assert await listed(server) == []


async def test_P18_with_an_operator_the_door_is_shut(server: Server) -> None:
    kept = await set_up_token(server)
    browser, page = await open_link(server, kept)
    await first_operator(server)
    assert (await send(browser, page, username="mallory", password=PASSWORD)).status_code == 410
    assert (await open_link(server, kept))[1].status_code == 410
    with pytest.raises(OperatorExists):
        await set_up_token(server)
    assert [one.username for one in await listed(server)] == ["olivia"]


async def test_P18_looking_does_not_use_the_link_up(server: Server) -> None:
    token = await set_up_token(server)
    client = server.client(ADMIN_TENANT)
    # A scanner of links, a preview of a chat, a reload.
    for method in ("GET", "HEAD", "GET"):
        assert (await client.request(method, link_of(server, token), headers=HTML)).status_code == 200
    # A POST that no form of ours sent is no use either.
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null", "sec-fetch-site": "cross-site"}):
        fields = {"username": "mallory", "password": PASSWORD, "form_token": ""}
        answer = await client.post(link_of(server, token), data=fields, headers=HTML | headers)
        assert answer.status_code == 403
    assert await listed(server) == []
    await use(server, token)


async def test_P18_the_form_belongs_to_the_browser_that_has_the_page(server: Server) -> None:
    token = await set_up_token(server)
    _, page = await open_link(server, token)
    other = server.browser(ADMIN_TENANT)
    assert (await send(other, page, username="mallory", password=PASSWORD)).status_code == 403
    planted = {"cookie": "interaction.admin=" + "p" * 43}
    answer = await other.client.get(link_of(server, token), headers=HTML | planted)
    forged = forms(page)[0].fields | {"username": "mallory", "password": PASSWORD}
    posted = await other.client.post(str(answer.request.url), data=forged, headers=HTML | planted)
    assert posted.status_code == 403
    assert await listed(server) == []


async def test_P18_a_secret_that_was_planted_before_opens_nothing_after(server: Server) -> None:
    token, planted = await set_up_token(server), "p" * 43
    browser = server.browser(ADMIN_TENANT)
    for name in ("interaction.admin", "session.admin", "device.admin"):
        browser.client.cookies.set(name, planted, domain="localhost.local")
    _, page = await open_link(server, token, browser)
    answer = await send(browser, page, username="olivia", password=PASSWORD)
    assert answer.status_code == 303
    given = dict(pair.split(";")[0].split("=", 1) for pair in answer.headers.get_list("set-cookie"))
    assert given["session.admin"] != planted
    assert given["interaction.admin"] != planted


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the server logs, down to what only developers ask for."""
    noted = io.StringIO()
    handler = LineHandler(noted, None)
    handler.setFormatter(JsonFormatter())
    # The client of the test tells of its own requests.
    handler.addFilter(lambda record: not record.name.startswith("httpx2"))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield noted
    root.setLevel(level)
    root.removeHandler(handler)


async def test_P18_the_link_is_in_no_log_and_in_no_row(server: Server, log: io.StringIO) -> None:
    token = await set_up_token(server)
    browser, page = await open_link(server, token)
    await send(browser, page, username="olivia", password="short")
    await send(browser, page, username="olivia", password=PASSWORD)
    await open_link(server, token)
    await server.client().get(f"/set-up?token={token}", headers=HTML)
    await server.client().put(f"{SET_UP}?token={token}")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len([line for line in lines if line.get("path") == SET_UP]) >= 5
    assert token not in log.getvalue()
    assert token not in await contents(server)


async def test_P18_the_address_goes_into_no_referer_and_no_cache(server: Server) -> None:
    token = await set_up_token(server)
    browser, page = await open_link(server, token)
    refused = await send(browser, page, username="olivia", password="short")
    entered = await send(browser, page, username="olivia", password=PASSWORD)
    dead = (await open_link(server, token))[1]
    for answer in (page, refused, entered, dead):
        assert answer.headers.get_list("referrer-policy") == ["no-referrer"], answer.status_code
        assert answer.headers["cache-control"] == "no-store"
    assert token not in entered.headers["location"]
    # The language menu of the dead page does not carry it on.
    assert token not in dead.text


async def test_P18_what_is_typed_is_checked_before_the_link_is_used_up(server: Server) -> None:
    """A slip must not lock the owner of a new server out."""
    token = await set_up_token(server)
    browser, page = await open_link(server, token)
    for fields in ({"username": "olivia", "password": "short"}, {"username": "", "password": PASSWORD}):
        assert (await send(browser, page, **fields)).status_code == 422
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        assert (await tokens.find_token(reader, token, server.clock.now())).kind == "set-up"


async def test_P18_a_link_of_another_tenant_opens_nothing(server: Server) -> None:
    async with server.runtime.database.write("default") as tx:
        token = await tokens.issue_set_up(tx, system_actor("default"), server.runtime)
    assert (await open_link(server, token))[1].status_code == 410
