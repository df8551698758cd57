"""`prompt` and `max_age` combined (OpenID Connect Core 3.1.2.1), for our own and for others' applications."""

import pytest

from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import RelyingParty, answered, claims_of, relying_party

# What a browser with a session of the given age meets, at an application of our own.
CASES: list[tuple[str | None, int | None, int, str]] = [
    # prompt, max_age, age of the session in seconds, outcome
    (None, None, 0, "code"),
    ("", None, 0, "code"),
    ("none", None, 0, "code"),
    ("consent", None, 0, "code"),
    ("login", None, 0, "sign-in"),
    ("select_account", None, 0, "sign-in"),
    ("login consent", None, 0, "sign-in"),
    ("consent login", None, 0, "sign-in"),
    ("login select_account consent", None, 0, "sign-in"),
    ("none login", None, 0, "invalid_request"),
    ("none consent", None, 0, "invalid_request"),
    ("none none", None, 0, "code"),
    ("create", None, 0, "invalid_request"),
    ("Login", None, 0, "invalid_request"),
    (None, 60, 59, "code"),
    (None, 60, 60, "sign-in"),
    (None, 60, 3600, "sign-in"),
    (None, 0, 0, "sign-in"),
    ("none", 60, 59, "code"),
    ("none", 60, 60, "login_required"),
    ("none", 0, 0, "login_required"),
    ("consent", 60, 3600, "sign-in"),
    ("login", 3600, 0, "sign-in"),
    (None, None, 13 * 24 * 3600, "code"),
    (None, None, 14 * 24 * 3600, "sign-in"),
    ("none", None, 14 * 24 * 3600, "login_required"),
]


async def outcome(party: RelyingParty, prompt: str | None, max_age: int | None) -> str:
    """Where a request ends."""
    answer = await party.authorize(prompt=prompt, max_age=max_age)
    if answer.status_code == 200:
        return answer.request.url.path.strip("/")
    back = returned(answer)
    return back.get("error", "code")


@pytest.mark.parametrize(("prompt", "max_age", "age", "expected"), CASES)
async def test_a_session_meets_a_prompt(
    server: Server, prompt: str | None, max_age: int | None, age: int, expected: str
) -> None:
    party = await relying_party(server)
    await party.sign_up()
    server.clock.advance(seconds=age)
    assert await outcome(party, prompt, max_age) == expected


async def test_no_session_meets_a_prompt(server: Server) -> None:
    party = await relying_party(server)
    for prompt, expected in [
        (None, "sign-in"),
        ("none", "login_required"),
        ("consent", "sign-in"),
        ("login", "sign-in"),
    ]:
        assert await outcome(party, prompt, None) == expected


@pytest.mark.parametrize(
    ("prompt", "before", "after"),
    [
        (None, "consent", "code"),
        ("none", "consent_required", "code"),
        ("consent", "consent", "consent"),
        ("login", "sign-in", "sign-in"),
        ("login consent", "sign-in", "sign-in"),
    ],
)
async def test_a_consent_meets_a_prompt(server: Server, prompt: str | None, before: str, after: str) -> None:
    ours = await relying_party(server)
    await ours.sign_up()
    theirs = (await relying_party(server, is_third_party=True)).beside(ours.browser)
    assert await outcome(theirs, prompt, None) == before
    page = await theirs.authorize()
    assert page.request.url.path == "/consent"
    assert "code" in returned(await theirs.browser.submit(page, {"decision": "allow"}))
    assert await outcome(theirs, prompt, None) == after


async def test_login_consent_asks_both_and_then_gives_a_code(server: Server) -> None:
    party = await relying_party(server, is_third_party=True)
    page = await party.browser.sign_up(party.id, CALLBACK)
    await party.browser.submit(page, {"decision": "allow"})
    page = await party.browser.sign_in(party.id, CALLBACK, prompt="login consent")
    assert page.request.url.path == "/consent"
    assert "code" in returned(await party.browser.submit(page, {"decision": "allow"}))


async def test_offline_access_needs_a_prompted_consent(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    without = await party.tokens(prompt=None)
    assert ("refresh_token" in without, without["scope"]) == (False, "openid profile")
    asked = await party.tokens(prompt="consent")
    assert ("refresh_token" in asked, asked["scope"]) == (True, "openid offline_access profile")
    combined = answered(await party.redeem(await party.sign_in(prompt="login consent")))
    assert "refresh_token" in combined


async def test_auth_time_is_that_of_the_sign_in(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    signed_in_at = server.clock.now() // 1000
    server.clock.advance(hours=2)
    silent = claims_of((await party.tokens(prompt="none", scope="openid"))["id_token"])
    assert (silent["auth_time"], silent["iat"]) == (signed_in_at, server.clock.now() // 1000)
    again = claims_of(answered(await party.redeem(await party.sign_in(prompt="login")))["id_token"])
    assert again["auth_time"] == again["iat"] == server.clock.now() // 1000
    assert again["sid"] == silent["sid"], "the session of the same person goes on"
