"""What the tutorial promises of signing in through an OIDC connector (checks 30, 34 to 40), with real upstreams: npm
`oidc-provider`, npm `oauth2-mock-server` and PyPI `oidc-provider-mock`."""

import time
from typing import Any

import httpx2
import pytest

from narthex.access import system_actor
from narthex.connections import service as connections
from narthex.connections.schemas import Connection
from narthex.kit.digests import digest
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.social import button_form, change_experience, connect, offer
from tests.fixtures.traces import Row, events, rows
from tests.fixtures.upstreams import BendingUpstream, MockUpstream, Upstream
from tests.fixtures.walk import Browser, returned

CREATE = "Interaction.SignIn.Verification.Social.Create"
SUBMIT = "Interaction.SignIn.Verification.Social.Submit"
ALLOW = {"NARTHEX_OUTGOING_ALLOW": "127.0.0.1"}


@pytest.fixture
async def server(new_server: NewServer) -> Server:
    """A server at the time of this machine, as its upstreams are."""
    server = await new_server(ALLOW)
    server.clock.advance(milliseconds=round(time.time() * 1000) - server.clock.now())
    return server


@pytest.fixture
async def connection(server: Server, upstream: Upstream) -> Connection:
    """The connector of the tutorial: OIDC, identifier None, shown on the sign-in page. All people of the upstream have
    one phone number, so it is not asked for."""
    config = upstream.config(scope="openid profile email")
    made = await connect(server, "oidc", connector_id="oidc", config=config)
    await upstream.allow(connections.redirect_uri(server.tenant(), made.id))
    await offer(server, "oidc", signIn={"methods": []})
    return made


async def leave(server: Server, browser: Browser, **parameters: Any) -> str:
    """Choose *Continue with OIDC*; where that leads."""
    made = await server.application()
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK, **parameters))
    if "location" in page.headers:
        return str(page.headers["location"])
    assert "Continue with OIDC" in page.text
    left = await browser.submit(page, {}, button_form(page, "oidc"))
    return str(left.headers["location"])


async def come_in(server: Server, upstream: Upstream | MockUpstream, browser: Browser, name: str = "ada") -> str:
    """All of it; the user who signed in."""
    back = await upstream.sign_in(await leave(server, browser), name)
    answer = await browser.get(back)
    assert answer.headers["location"].startswith(CALLBACK), answer.text
    assert "code" in returned(answer)
    secret = digest(browser.client.cookies["session.default"])
    (session,) = [row for row in await rows(server, "sessions") if row["secret_hash"] == secret]
    return str(session["user_id"])


async def identity(server: Server, external_id: str) -> Row:
    (found,) = [one for one in await rows(server, "user_identities") if one["external_id"] == external_id]
    return found


async def test_check_34_continue_with_oidc_leads_to_the_upstream_and_back_to_a_new_user(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    user_id = await come_in(server, upstream, server.browser())
    (user,) = await rows(server, "users")
    found = await identity(server, "ada")
    assert (found["target"], found["user_id"], found["connection_id"]) == ("oidc", user_id, connection.id)
    assert (user["id"], user["primary_email"]) == (user_id, "ada@example.com")


async def test_check_34_an_address_that_the_upstream_has_not_proved_is_not_the_users(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    await come_in(server, upstream, server.browser(), "unproven-eve")
    (user,) = await rows(server, "users")
    assert user["primary_email"] is None


async def test_check_34_an_upstream_without_key_ids_and_with_a_list_as_audience(
    server: Server, mock_upstream: MockUpstream
) -> None:
    await connect(server, "oidc", connector_id="oidc", config=mock_upstream.config())
    await offer(server, "oidc", signIn={"methods": []})
    await come_in(server, mock_upstream, server.browser())
    assert (await identity(server, "ada"))["target"] == "oidc"


async def test_check_35_the_second_sign_in_is_the_same_user(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    first = await come_in(server, upstream, server.browser())
    assert await come_in(server, upstream, server.browser()) == first
    assert await come_in(server, upstream, server.browser(), "bob") != first
    assert len(await rows(server, "users")) == 2


async def test_check_36_a_denial_at_the_upstream_is_a_clear_page_and_an_entry(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    browser = server.browser()
    back = await upstream.sign_in(await leave(server, browser), "ada", deny=True)
    await told(server, await browser.get(back), "denied", "You did not sign in with OIDC")


async def test_check_36_another_state_is_a_clear_page_and_an_entry(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    browser = server.browser()
    back = await upstream.sign_in(await leave(server, browser))
    page = await browser.get(str(httpx2.URL(back).copy_set_param("state", "another")))
    await told(server, page, "state", "This page cannot be used twice")


UNTRUSTED = "The answer of OIDC cannot be trusted"
LATE = "The answer of OIDC is out of date"
FAILED = "Signing in with OIDC failed"
BENT: list[tuple[dict[str, Any], str, str]] = [
    ({"claims": {"nonce": "another"}}, "nonce", UNTRUSTED),
    ({"without": ["nonce"]}, "nonce", UNTRUSTED),
    ({"claims": {"iss": "https://evil.example"}}, "issuer", UNTRUSTED),
    ({"claims": {"aud": "another"}}, "audience", UNTRUSTED),
    ({"claims": {"exp": 1_700_000_000}}, "expired", LATE),
    ({"header": {"kid": "unknown"}}, "key_unknown", UNTRUSTED),
    ({"flip": True}, "signature", UNTRUSTED),
    ({"response": {"id_token": "garbage"}}, "garbage", FAILED),
    ({"response": {"id_token": None}}, "no_id_token", FAILED),
    ({"status": 500}, "token_endpoint_error", FAILED),
]


@pytest.mark.parametrize(("bend", "cause", "words"), BENT, ids=[str(row[0]) for row in BENT])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_36_each_bent_token_is_a_clear_page_and_an_entry(
    server: Server, bending_upstream: BendingUpstream, bend: dict[str, Any], cause: str, words: str
) -> None:
    await connect(server, "oidc", connector_id="oidc", config=bending_upstream.config())
    await offer(server, "oidc", signIn={"methods": []})
    await bending_upstream.bend(**bend)
    browser = server.browser()
    page = await browser.get(await bending_upstream.sign_in(await leave(server, browser)))
    await told(server, page, cause, words)
    await bending_upstream.bend()
    again = await browser.get(back_of(page))
    left = await browser.submit(again, {}, button_form(again, "oidc"))
    good = await browser.get(await bending_upstream.sign_in(left.headers["location"]))
    assert "code" in returned(good), "the same sign-in goes on"


async def test_check_36_an_algorithm_that_is_not_allowed_is_a_clear_page_and_an_entry(
    server: Server, bending_upstream: BendingUpstream
) -> None:
    config = bending_upstream.config()
    held = config["idTokenVerificationConfig"]
    assert isinstance(held, dict)
    held["algorithms"] = ["ES256"]
    await connect(server, "oidc", connector_id="oidc", config=config)
    await offer(server, "oidc")
    browser = server.browser()
    page = await browser.get(await bending_upstream.sign_in(await leave(server, browser)))
    await told(server, page, "algorithm", UNTRUSTED)


async def test_check_36_an_upstream_that_is_away_is_a_clear_page_and_an_entry(
    server: Server, upstream: Upstream
) -> None:
    nowhere = upstream.config(tokenEndpoint="http://127.0.0.1:9/token")
    made = await connect(server, "oidc", connector_id="oidc", config=nowhere)
    await upstream.allow(connections.redirect_uri(server.tenant(), made.id))
    await offer(server, "oidc")
    browser = server.browser()
    back = await upstream.sign_in(await leave(server, browser))
    await told(server, await browser.get(back), "unreachable", "OIDC does not answer")


def back_of(page: httpx2.Response) -> str:
    return next(part for part in page.text.split('"') if part.startswith("/sign-in?")).replace("&amp;", "&")


async def told(server: Server, page: httpx2.Response, cause: str, words: str) -> None:
    """The page says what happened and leads back; the log names the cause; nobody is signed in."""
    assert page.status_code >= 400
    assert words in page.text
    assert back_of(page)
    (entry,) = await events(server.runtime, SUBMIT)
    assert (entry.result, entry.payload["error"]) == ("Error", cause)
    assert entry.payload["reason"]
    assert await rows(server, "sessions") == []
    assert await rows(server, "users") == []


async def test_check_37_direct_sign_in_jumps_to_the_upstream(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    browser = server.browser()
    url = await leave(server, browser, direct_sign_in="social:oidc")
    assert url.startswith(f"{upstream.issuer}/auth?")
    answer = await browser.get(await upstream.sign_in(url))
    assert "code" in returned(answer)


async def test_check_38_an_address_that_another_account_has_is_an_offer_and_no_merge(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    async with server.runtime.database.write("default") as tx:
        await making.create(tx, system_actor("default"), NewUser("owner", primary_email="ada@example.com"))
    browser = server.browser()
    page = await browser.get(await upstream.sign_in(await leave(server, browser)))
    assert "You may have an account already" in page.text
    assert await rows(server, "user_identities") == []
    assert await rows(server, "sessions") == []
    assert len(await rows(server, "users")) == 1


async def test_check_39_all_of_it_is_in_the_language_of_the_person(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    await change_experience(server, signUp={"identifiers": ["username"], "password": True, "verify": False},
        signIn={"methods": [{"identifier": "username", "password": True, "verificationCode": False,
        "isPasswordPrimary": True}]})  # fmt: skip
    made, browser = await server.application(), server.browser()
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK, ui_locales="ja"))
    assert "OIDC で続ける" in page.text
    left = await browser.submit(page, {}, button_form(page, "oidc"))
    denied = await browser.get(await upstream.sign_in(left.headers["location"], deny=True))
    assert "OIDC でのサインインは行われませんでした" in denied.text
    again = await browser.get(back_of(denied))
    left = await browser.submit(again, {}, button_form(again, "oidc"))
    asked = await browser.get(await upstream.sign_in(left.headers["location"]))
    assert "あと一歩です" in asked.text


async def test_check_40_the_audit_log_shows_the_steps(
    server: Server, upstream: Upstream, connection: Connection
) -> None:
    user_id = await come_in(server, upstream, server.browser())
    told = [row for row in await events(server.runtime) if row.interaction_id]
    assert {row.key for row in told} == {
        *("Interaction.Create", CREATE, SUBMIT, "Interaction.Register.Submit", "Interaction.End"),
    }
    assert len({row.interaction_id for row in told}) == 1
    assert {row.user_id for row in told} == {None, user_id}
