"""Signing in through another identity provider: to it and back, a new account the first time, the same one after."""

import asyncio
from urllib.parse import urlsplit

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.connections import service as connections
from narthex.connections.schemas import ConnectionMetadata
from narthex.connectors.contract import Cause, ExternalIdentity
from narthex.users import service as users
from tests.fixtures.server import CALLBACK, Server, query_of
from tests.fixtures.social import (
    MadeUpProvider,
    button_form,
    change_experience,
    come_back,
    come_in,
    connect,
    leave,
    offer,
    press,
)
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import HTML, PASSWORD, forms, returned

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SYSTEM = system_actor("default")
CREATE = "Interaction.SignIn.Verification.Social.Create"
SUBMIT = "Interaction.SignIn.Verification.Social.Submit"


@pytest.fixture
async def application(server: Server, provider: MadeUpProvider) -> Credentials:
    """An application of a tenant that works with the provider."""
    await connect(server)
    await offer(server, "made-up")
    return await server.application()


async def test_the_first_time_makes_an_account_and_the_second_finds_it(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    code = provider.vouch("c1", "upstream-ada", name="Ada", email="Ada@Example.com", avatar="https://p.example/a.png")
    first = await come_in(server.browser(), application.application_id, code)
    assert first.headers["location"].startswith(CALLBACK)
    assert set(returned(first)) == {"code", "state", "iss"}
    (user,) = await rows(server, "users")
    assert (user["name"], user["primary_email"], user["username"]) == ("Ada", "ada@example.com", None)
    assert user["avatar"] == "https://p.example/a.png"
    assert user["application_id"] == application.application_id
    (identity,) = await rows(server, "user_identities")
    assert (identity["target"], identity["external_id"], identity["user_id"]) == ("made-up", "upstream-ada", user["id"])
    second = await come_in(server.browser(), application.application_id, code)
    assert "code" in returned(second)
    assert len(await rows(server, "users")) == 1


async def test_the_page_has_a_button_in_the_words_of_its_language(server: Server, provider: MadeUpProvider) -> None:
    await connect(server, "other", metadata=ConnectionMetadata({"en": "Harbour", "ja": "港"}))
    await offer(server, "other", identifiers=("username",))
    made, browser = await server.application(), server.browser()
    for first_screen in ("sign_in", "register"):
        url = browser.authorize_url(made.application_id, CALLBACK, first_screen=first_screen)
        english = await browser.get(url)
        assert "Continue with Harbour" in english.text
        assert 'name="password"' in english.text
        assert "港 で続ける" in (await browser.get(f"{url}&ui_locales=ja")).text


async def test_without_an_identifier_the_page_has_nothing_but_the_buttons(
    server: Server, application: Credentials
) -> None:
    await change_experience(server, signIn={"methods": []})
    browser = server.browser()
    for first_screen in ("register", "sign_in"):
        page = await browser.get(browser.authorize_url(application.application_id, CALLBACK, first_screen=first_screen))
        assert "Continue with Made-up" in page.text
        assert "password" not in page.text
        assert "Create an account" not in page.text
        assert len(forms(page)) == 1
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    refused = await browser.post(browser_url(page, "/sign-in/password"), {"identifier": "ada", "password": PASSWORD})
    assert refused.status_code == 422
    assert "user.sign_in_method_not_enabled" in refused.text
    refused = await browser.post(browser_url(page, "/register"), {"username": "ada", "password": PASSWORD})
    assert refused.status_code == 403


def browser_url(page: httpx2.Response, path: str) -> str:
    return str(page.request.url.copy_with(path=path))


async def test_the_way_is_told_step_by_step(server: Server, provider: MadeUpProvider, application: Credentials) -> None:
    began = server.clock.now()
    code, browser = provider.vouch("c1", "upstream-ada"), server.browser()
    server.clock.advance(seconds=1)
    sent = await leave(browser, application.application_id)
    server.clock.advance(seconds=1)
    await come_back(browser, sent, code)
    told = [(row.key, row.result) for row in await events(server.runtime) if row.created_at > began]
    assert told == [
        ("Interaction.Create", "Success"),
        (CREATE, "Success"),
        ("Interaction.End", "Success"),
        ("Interaction.Register.Submit", "Success"),
        (SUBMIT, "Success"),
        ("User.Create", "Success"),
        ("User.IdentityLink", "Success"),
    ]
    (submit,) = await events(server.runtime, SUBMIT)
    (connection,) = await connections.listed(server.runtime, "default")
    assert submit.payload["params"] == {"connectorId": connection.id, "target": "made-up"}
    assert submit.application_id == application.application_id
    assert submit.interaction_id


@pytest.mark.parametrize(
    ("cause", "code", "status"),
    [
        ("nonce", "connector.social_invalid_id_token", 400),
        ("issuer", "connector.social_invalid_id_token", 400),
        ("audience", "connector.social_invalid_id_token", 400),
        ("algorithm", "connector.social_invalid_id_token", 400),
        ("signature", "connector.social_invalid_id_token", 400),
        ("expired", "connector.social_invalid_id_token", 400),
        ("unreachable", "connector.general", 502),
        ("garbage", "connector.invalid_response", 502),
        ("no_id_token", "connector.invalid_response", 502),
        ("refused_outgoing", "connector.invalid_config", 500),
    ],
)
@pytest.mark.parametrize("language", ["en", "ja"])
@on_sqlite
async def test_a_failure_is_told_to_the_person_and_to_the_operator(
    server: Server,
    provider: MadeUpProvider,
    application: Credentials,
    cause: Cause,
    code: str,
    status: int,
    language: str,
) -> None:
    provider.failures["bent"] = cause
    browser = server.browser()
    sent = await leave(browser, application.application_id, ui_locales=language)
    page = await come_back(browser, sent, "bent")
    assert page.status_code == status
    assert code in page.text
    assert f'<html lang="{language}"' in page.text
    assert "Made-up" in page.text
    assert f"bent: {cause}" not in page.text, "what the operator has to know is nothing for the person"
    assert 'popover aria-label="' not in page.text, "another language would repeat what happened once"
    (event,) = await events(server.runtime, SUBMIT)
    assert (event.result, event.payload["error"], event.payload["reason"]) == ("Error", cause, f"bent: {cause}")
    back = next(part for part in page.text.split('"') if part.startswith("/sign-in?")).replace("&amp;", "&")
    assert event.interaction_id is not None
    assert event.interaction_id in back
    again = await browser.get(back)
    assert again.status_code == 200
    assert f'<html lang="{language}"' in again.text
    done = await come_back(browser, await press(browser, again), provider.vouch("good", "u1"))
    assert "code" in returned(done)


async def test_a_refusal_by_the_provider_is_one_of_them(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    page = await come_back(browser, sent, "", error="access_denied", error_description="<b>no</b>")
    assert page.status_code == 400
    assert "connector.authorization_failed" in page.text
    assert "<b>no" not in page.text
    (event,) = await events(server.runtime, SUBMIT)
    assert event.payload["error"] == "denied"


async def test_a_provider_that_cannot_be_left_for_is_told_too(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    provider.failures["begin"] = "unreachable"
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    failed = await browser.submit(page, {}, button_form(page, "made-up"))
    assert failed.status_code == 502
    (event,) = await events(server.runtime, CREATE)
    assert event.payload["error"] == "unreachable"


async def test_an_answer_by_form_post_becomes_a_get(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    sent = await leave(browser, application.application_id)
    fields = {"code": provider.vouch("c1", "u1"), "state": sent["state"]}
    foreign = HTML | {"origin": "https://provider.example", "sec-fetch-site": "cross-site"}
    # A POST of another site brings no Lax cookies along.
    stranger = server.client()
    posted = await stranger.post(sent["redirect_uri"], data=fields, headers=foreign)
    assert posted.status_code == 303
    assert posted.headers["location"].startswith(f"{sent['redirect_uri']}?")
    assert "code" in returned(await browser.get(posted.headers["location"]))


async def test_a_suspended_account_gets_no_further(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    code = provider.vouch("c1", "u1")
    await come_in(server.browser(), application.application_id, code)
    (user,) = await rows(server, "users")
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, SYSTEM, user["id"], True)
    browser = server.browser()
    page = await come_in(browser, application.application_id, code)
    assert page.status_code == 403
    assert "user.suspended" in page.text
    assert "session.default" not in browser.client.cookies
    failed = [row for row in await events(server.runtime, SUBMIT) if row.result == "Error"]
    assert [row.payload["error"] for row in failed] == ["suspended"]


async def test_where_sign_up_is_off_a_newcomer_is_told_so(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    await change_experience(server, signInMode="SignIn")
    page = await come_in(server.browser(), application.application_id, provider.vouch("c1", "u1"))
    assert page.status_code == 403
    assert "session.sign_up_off" in page.text
    assert "/sign-in?" in page.text
    assert await rows(server, "users") == []


async def test_what_the_provider_says_now_counts_where_the_connection_follows_it(
    server: Server, provider: MadeUpProvider
) -> None:
    await connect(server, "follows", sync_profile=True)
    await connect(server, "keeps")
    await offer(server, "follows", "keeps")
    made = await server.application()
    for target, expected in (("follows", "New"), ("keeps", "Old")):
        await come_in(server.browser(), made.application_id, provider.vouch("c", target, name="Old"), target)
        await come_in(server.browser(), made.application_id, provider.vouch("c", target, name="New"), target)
        (identity,) = [one for one in await rows(server, "user_identities") if one["target"] == target]
        (user,) = [one for one in await rows(server, "users") if one["id"] == identity["user_id"]]
        assert user["name"] == expected
        assert "New" in str(identity["details"])


async def test_direct_sign_in_leaves_at_once(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    browser = server.browser()
    url = browser.authorize_url(application.application_id, CALLBACK, direct_sign_in="social:made-up")
    left = await browser.get(url)
    assert left.headers["location"].startswith("https://provider.example/authorize?")
    sent = query_of(left.headers["location"])
    assert "code" in returned(await come_back(browser, sent, provider.vouch("c1", "u1")))
    # Whoever is signed in need not leave.
    again = await browser.get(f"{url.replace('prompt=consent', 'prompt=')}")
    assert "code" in returned(again)


@pytest.mark.parametrize("direct", ["social:unknown", "social:", "sso:made-up", "made-up", "social:../../x"])
async def test_a_direct_sign_in_that_leads_nowhere_begins_as_usual(
    server: Server, application: Credentials, direct: str
) -> None:
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK, direct_sign_in=direct))
    assert page.status_code == 200
    assert urlsplit(str(page.request.url)).path == "/sign-in"


async def test_the_address_of_a_button_shows_the_page_again(server: Server, application: Credentials) -> None:
    browser = server.browser()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    again = await browser.get(forms(page)[button_form(page, "made-up")].action)
    assert urlsplit(str(again.request.url)).path == "/sign-in"
    unknown = await browser.post(
        forms(page)[button_form(page, "made-up")].action.replace("made-up", "unknown"),
        forms(page)[button_form(page, "made-up")].fields,
    )
    assert unknown.status_code == 404
    assert "connector.not_enabled" in unknown.text


@on_sqlite
async def test_other_methods_are_refused(server: Server, application: Credentials) -> None:
    (connection,) = await connections.listed(server.runtime, "default")
    client = server.client()
    for path in (f"/callback/{connection.id}", "/sign-in/social/made-up", "/sign-in/link", "/continue"):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await client.request(method, path)
            assert answer.status_code == 405
            assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}
    assert (await client.head(f"/callback/{connection.id}")).status_code == 405
    assert (await client.get("/callback/unknown")).status_code == 404
    for path in ("/callback", "/callback/", "/callback/a/b", "/sign-in/social/"):
        assert (await client.get(path)).status_code == 404
    for path in ("/sign-in/link", "/continue"):
        assert (await client.get(path, headers=HTML)).status_code == 400


async def test_whoever_has_no_sign_in_under_way_begins_where_the_tenant_wants(
    server: Server, application: Credentials
) -> None:
    await change_experience(server, unknownSessionRedirectUrl="https://shop.example/start")
    answer = await server.client().get("/sign-in?interaction=gone", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.example/start")


async def test_two_who_come_back_at_once_as_the_same_newcomer_are_one_account(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    code = provider.vouch("c1", "u1", email="ada@example.com")
    browsers = [server.browser() for _ in range(4)]
    sent = [await leave(browser, application.application_id) for browser in browsers]
    answers = await asyncio.gather(*(come_back(*pair, code) for pair in zip(browsers, sent, strict=True)))
    assert all("code" in returned(answer) for answer in answers)
    assert len(await rows(server, "users")) == 1


async def test_nonsense_about_a_person_costs_the_nonsense_only(
    server: Server, provider: MadeUpProvider, application: Credentials
) -> None:
    provider.people["odd"] = ExternalIdentity(
        id="u1",
        name="x" * 500,
        avatar="javascript:x",
        email="no address",
        phone="none",
        raw={"bad": "\0", "big": 2**70},
    )
    assert "code" in returned(await come_in(server.browser(), application.application_id, "odd"))
    (user,) = await rows(server, "users")
    assert (len(user["name"]), user["avatar"], user["primary_email"], user["primary_phone"]) == (128, None, None, None)
    provider.people["long"] = ExternalIdentity(id="u" * 300)
    page = await come_in(server.browser(), application.application_id, "long")
    assert page.status_code == 502
