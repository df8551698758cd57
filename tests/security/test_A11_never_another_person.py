"""A11: a request that names a person, an age or silence never ends with somebody else, or with an older sign-in."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import RelyingParty, answered, claims_of, relying_party, suspend


async def two_people(server: Server) -> tuple[RelyingParty, RelyingParty, str, str]:
    """An application in the browsers of two people, and an ID token of each."""
    ada = await relying_party(server, ApplicationType.SPA)
    bob = ada.beside(server.browser())
    hint_of_ada = answered(await ada.redeem(await ada.sign_up("ada")))["id_token"]
    hint_of_bob = answered(await bob.redeem(await bob.sign_up("bob")))["id_token"]
    return ada, bob, hint_of_ada, hint_of_bob


async def test_A11_silence_without_a_session_is_login_required(server: Server) -> None:
    party = await relying_party(server)
    back = returned(await party.authorize(prompt="none"))
    assert (back["error"], "code" in back) == ("login_required", False)
    await party.sign_up()
    assert "code" in returned(await party.authorize(prompt="none"))


async def test_A11_a_hint_of_another_person_is_login_required(server: Server) -> None:
    ada, _, hint_of_ada, hint_of_bob = await two_people(server)
    back = returned(await ada.authorize(prompt="none", id_token_hint=hint_of_bob))
    assert (back["error"], "code" in back) == ("login_required", False)
    tokens = answered(await ada.redeem(await ada.code(prompt="none", id_token_hint=hint_of_ada)))
    assert claims_of(tokens["id_token"])["sub"] == claims_of(hint_of_ada)["sub"]


async def test_A11_a_hint_of_another_person_asks_for_that_person(server: Server) -> None:
    ada, _, hint_of_ada, hint_of_bob = await two_people(server)
    page = await ada.authorize(prompt=None, id_token_hint=hint_of_bob)
    assert page.status_code == 200, "Ada is not taken for Bob"
    # Whoever signs in then has to be the person of the hint.
    back = returned(await ada.browser.sign_in(ada.id, CALLBACK, "ada", prompt="login", id_token_hint=hint_of_bob))
    assert (back["error"], "code" in back) == ("login_required", False)
    code = await ada.sign_in("bob", prompt="login", id_token_hint=hint_of_bob)
    assert claims_of(answered(await ada.redeem(code))["id_token"])["sub"] == claims_of(hint_of_bob)["sub"]
    assert claims_of(hint_of_ada)["sub"] != claims_of(hint_of_bob)["sub"]


async def test_A11_a_hint_of_another_client_is_no_hint(server: Server) -> None:
    ada, _, hint_of_ada, _ = await two_people(server)
    other = await relying_party(server, ApplicationType.SPA)
    stranger = other.beside(ada.browser)
    for prompt in ("none", None, "consent"):
        back = returned(await stranger.authorize(prompt=prompt, id_token_hint=hint_of_ada))
        assert (back["error"], "code" in back) == ("invalid_request", False)


async def test_A11_an_old_hint_of_this_person_still_names_this_person(server: Server) -> None:
    ada, _, hint_of_ada, hint_of_bob = await two_people(server)
    server.clock.advance(days=10)
    assert "code" in returned(await ada.authorize(prompt="none", id_token_hint=hint_of_ada))
    assert returned(await ada.authorize(prompt="none", id_token_hint=hint_of_bob))["error"] == "login_required"


@pytest.mark.parametrize("age", ["0", "00", "60", "3599"])
async def test_A11_a_sign_in_that_is_too_old_does_not_count(server: Server, age: str) -> None:
    party = await relying_party(server)
    await party.sign_up()
    server.clock.advance(hours=1)
    back = returned(await party.authorize(prompt="none", max_age=age))
    assert (back["error"], "code" in back) == ("login_required", False)
    assert (await party.authorize(prompt=None, max_age=age)).status_code == 200
    tokens = answered(await party.redeem(await party.sign_in(prompt=None, max_age=age)))
    assert claims_of(tokens["id_token"])["auth_time"] == server.clock.now() // 1000


async def test_A11_max_age_0_never_takes_a_session_however_fresh(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    assert returned(await party.authorize(prompt="none", max_age="0"))["error"] == "login_required"
    assert (await party.authorize(prompt=None, max_age="0")).status_code == 200


async def test_A11_an_age_that_cannot_be_read_is_refused_not_forgotten(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for age in ["-1", "1.5", "1e3", "", "x", "\u0661", "9" * 10, "0x10", " 1", "+1"]:
        back = returned(await party.authorize(prompt="none", max_age=age))
        assert (back["error"], "code" in back) == ("invalid_request", False)


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
async def test_A11_a_prompt_is_asked_whoever_is_signed_in(server: Server, prompt: str) -> None:
    party = await relying_party(server)
    await party.sign_up()
    page = await party.authorize(prompt=prompt)
    assert (page.status_code, page.request.url.path) == (200, "/sign-in")
    # Neither the way back nor another try without an answer gets past it.
    interaction = page.request.url.params["interaction"]
    again = await party.browser.get(f"/oidc/auth/{interaction}")
    assert (again.status_code, again.request.url.path) == (200, "/sign-in")


async def test_A11_silence_for_somebody_elses_application_asks_for_consent(server: Server) -> None:
    party = await relying_party(server, is_third_party=True)
    page = await party.browser.sign_up(party.id, CALLBACK)
    assert "code" in returned(await party.browser.submit(page, {"decision": "allow"}))
    assert "code" in returned(await party.authorize(prompt="none", scope="openid profile"))
    # More than was allowed is a new question.
    back = returned(await party.authorize(prompt="none", scope="openid profile email"))
    assert (back["error"], "code" in back) == ("consent_required", False)
    other = await relying_party(server, is_third_party=True)
    back = returned(await other.beside(party.browser).authorize(prompt="none"))
    assert (back["error"], "code" in back) == ("consent_required", False)


async def test_A11_a_suspended_person_is_nobody(server: Server) -> None:
    ada, _, hint_of_ada, _ = await two_people(server)
    await suspend(server, claims_of(hint_of_ada)["sub"])
    assert returned(await ada.authorize(prompt="none"))["error"] == "login_required"
    assert (await ada.authorize(prompt=None)).status_code == 200


async def test_A11_a_sign_out_leaves_nobody(server: Server) -> None:
    ada, bob, hint_of_ada, _ = await two_people(server)
    await ada.browser.get(f"/oidc/session/end?id_token_hint={hint_of_ada}")
    assert returned(await ada.authorize(prompt="none", id_token_hint=hint_of_ada))["error"] == "login_required"
    assert "code" in returned(await bob.authorize(prompt="none"))
