"""The sign-in page: what it asks, what it answers to each mistake, and what it leaves behind."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.sign_in_settings import editing
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, LockoutPolicy, SignInMode
from narthex.users import service as users
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import HTML, PASSWORD, Browser, forms, returned

SYSTEM = system_actor("default")
KEY = "Interaction.SignIn.Verification.Password.Submit"


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application at which ada has an account."""
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    return made


async def page(browser: Browser, application: Credentials, **parameters: str) -> httpx2.Response:
    return await browser.get(browser.authorize_url(application.application_id, CALLBACK, **parameters))


async def change(server: Server, experience: Experience) -> None:
    async with server.runtime.database.write("default") as tx:
        await sign_in_settings.change(tx, SYSTEM, server.runtime, experience)


async def test_the_page_asks_for_name_and_password(server: Server, application: Credentials) -> None:
    shown = await page(server.browser(), application, login_hint="ada")
    assert shown.status_code == 200
    assert '<input class="input large" id="identifier" name="identifier" value="ada"' in shown.text
    assert 'type="password"' in shown.text
    assert 'value="' not in shown.text.partition('id="password"')[2].partition(">")[0], "no password is written back"
    (form,) = forms(shown)
    assert urlsplit(form.action).path == "/sign-in/password"
    assert set(form.fields) == {"form_token"}


async def test_a_sign_in_ends_at_the_application(server: Server, application: Credentials) -> None:
    browser = server.browser()
    answer = await browser.submit(await page(browser, application), {"identifier": " ADA ", "password": PASSWORD})
    assert answer.headers["location"].startswith(CALLBACK)
    assert set(returned(answer)) == {"code", "state", "iss"}


MISSING = [({}, ["identifier", "password"]), ({"identifier": "ada"}, ["password"]), ({"password": "x"}, ["identifier"])]


async def test_what_is_missing_is_named_and_costs_no_attempt(server: Server, application: Credentials) -> None:
    browser, before = server.browser(), await rows(server, "attempts")
    for fields, named in [*MISSING, ({"identifier": "  ", "password": "x"}, ["identifier"])]:
        answer = await browser.submit(await page(browser, application), fields)
        assert answer.status_code == 422
        assert [name for name in ("identifier", "password") if f'id="{name}-problem"' in answer.text] == named
    assert await rows(server, "attempts") == before
    assert await events(server.runtime, KEY) == []


async def test_a_wrong_password_is_told_without_saying_which_is_wrong(server: Server, application: Credentials) -> None:
    browser = server.browser()
    answer = await browser.submit(await page(browser, application), {"identifier": "ada", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="ada"' in answer.text
    assert 'id="identifier-problem"' not in answer.text
    assert 'id="problems"' in answer.text
    again = await browser.submit(answer, {"identifier": "ada", "password": PASSWORD})
    assert "code" in returned(again), "the page that told it can be sent again"


async def test_a_lock_shows_how_long(server: Server, application: Credentials) -> None:
    await change(server, Experience(sentinel_policy=LockoutPolicy(1, 7)))
    browser = server.browser()
    await browser.submit(await page(browser, application), {"identifier": "ada", "password": "wrong"})
    locked = await browser.submit(await page(browser, application), {"identifier": "ada", "password": PASSWORD})
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "420")
    assert "7 more minutes" in locked.text


async def test_a_suspended_account_is_told_so_and_gets_no_further(server: Server, application: Credentials) -> None:
    async with server.runtime.database.write("default") as tx:
        found = await users.find_by_username(tx, "ada")
        assert found is not None
        await users.set_suspended(tx, SYSTEM, found.id, True)
    browser = server.browser()
    answer = await browser.submit(await page(browser, application), {"identifier": "ada", "password": PASSWORD})
    assert answer.status_code == 403
    assert "user.suspended" in answer.text
    assert "session.default" not in browser.client.cookies


async def test_an_old_page_shows_its_form_again(server: Server, application: Credentials) -> None:
    browser = server.browser()
    first = await page(browser, application)
    await browser.sign_in(application.application_id, CALLBACK, prompt="login")
    stale = await browser.submit(first, {"identifier": "ada", "password": PASSWORD})
    assert stale.status_code == 403
    assert 'value="ada"' in stale.text
    assert PASSWORD not in stale.text
    assert "code" in returned(await browser.submit(stale, {"identifier": "ada", "password": PASSWORD}))


async def test_two_tabs_end_each_at_its_own_application(server: Server, application: Credentials) -> None:
    other = await server.application(name="Other", redirect_uris=("https://other.example/cb",))
    browser = server.browser()
    one = await page(browser, application)
    two = await browser.get(browser.authorize_url(other.application_id, "https://other.example/cb", prompt="login"))
    second = await browser.submit(two, {"identifier": "ada", "password": PASSWORD})
    assert second.headers["location"].startswith("https://other.example/cb?")
    again = await browser.submit(one, {"identifier": "ada", "password": PASSWORD})
    assert again.status_code == 403
    assert (
        (await browser.submit(again, {"identifier": "ada", "password": PASSWORD}))
        .headers["location"]
        .startswith(CALLBACK)
    )


async def test_a_finished_sign_in_is_over(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application)
    await browser.submit(shown, {"identifier": "ada", "password": PASSWORD})
    for answer in [
        await browser.get(str(shown.request.url)),
        await browser.submit(shown, {"identifier": "ada", "password": PASSWORD}),
    ]:
        assert answer.status_code == 400
        assert "session.not_found" in answer.text


async def test_a_reload_of_the_answer_shows_the_form(server: Server, application: Credentials) -> None:
    browser = server.browser()
    shown = await page(browser, application)
    reloaded = await browser.get(forms(shown)[0].action)
    assert reloaded.status_code == 200
    assert urlsplit(str(reloaded.request.url)).path == "/sign-in"
    assert parse_qs(urlsplit(str(reloaded.request.url)).query) == parse_qs(urlsplit(forms(shown)[0].action).query)


async def test_sign_up_is_offered_where_it_is_on(server: Server, application: Credentials) -> None:
    assert "/register?" in (await page(server.browser(), application)).text
    await change(server, Experience(sign_in_mode=SignInMode.SIGN_IN))
    assert "/register?" not in (await page(server.browser(), application)).text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/password", "/register", "/consent"])
async def test_other_methods_are_refused(server: Server, path: str) -> None:
    client = server.client()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await client.request(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/consent"])
async def test_without_an_interaction_there_is_no_page(server: Server, path: str) -> None:
    for query in ("", "?interaction=", "?interaction=nothing", "?app_id=demo-app"):
        answer = await server.client().get(path + query, headers=HTML)
        assert answer.status_code == 400
        assert "session.not_found" in answer.text


async def test_a_walk_is_told_step_by_step(server: Server, application: Credentials) -> None:
    server.clock.advance(seconds=1)
    began, browser = server.clock.now(), server.browser(user_agent="a browser")
    shown = await page(browser, application)
    for password in ("wrong", PASSWORD):
        server.clock.advance(seconds=1)
        shown = await browser.submit(shown, {"identifier": "ada", "password": password})
    told = [row for row in await events(server.runtime) if row.created_at >= began]
    (user,), (session, _) = await rows(server, "users"), await rows(server, "sessions")
    steps = [(row.key, row.result) for row in told]
    assert steps == [
        ("Interaction.Create", "Success"),
        (KEY, "Error"),
        ("Interaction.End", "Success"),
        ("Interaction.SignIn.Submit", "Success"),
        (KEY, "Success"),
    ]
    interaction = told[0].interaction_id
    assert interaction
    assert {row.interaction_id for row in told} == {interaction}
    assert {row.application_id for row in told} == {application.application_id}
    assert [row.user_id for row in told] == [None, *[user["id"]] * 4]
    sessions = {row["id"] for row in await rows(server, "sessions")}
    assert told[2].session_id == told[3].session_id in sessions
    assert all(row.payload["userAgent"] == "a browser" for row in told)
    assert PASSWORD not in str([row.payload for row in told])
    assert session["user_id"] == user["id"]


async def test_where_terms_are_ticked_each_time_a_sign_in_needs_the_tick(server: Server) -> None:
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    change = {"termsOfUseUrl": "https://bookstore.example/terms", "agreeToTermsPolicy": "Manual"}
    async with server.runtime.database.write("default") as tx:
        await editing.update(tx, system_actor("default"), server.runtime, change)
    browser = server.browser()
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK))
    refused = await browser.submit(page, {"identifier": "ada", "password": PASSWORD})
    assert refused.status_code == 422
    assert 'id="agree-problem"' in refused.text
    landed = await browser.submit(refused, {"identifier": "ada", "password": PASSWORD, "agree": "yes"})
    assert "code" in returned(landed)
