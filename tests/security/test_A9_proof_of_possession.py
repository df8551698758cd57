"""A9: a code is of use only to whoever holds the verifier of its challenge (RFC 7636, RFC 9700 2.1.1)."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD, VERIFIER, challenge, forms, returned
from tests.oidc.relying_party import answered, refused, relying_party

PUBLIC = [ApplicationType.SPA, ApplicationType.NATIVE]
EMPTY = challenge("")
NO_CHALLENGE = {"code_challenge": None, "code_challenge_method": None}
REFUSED_REQUESTS: dict[str, dict[str, Any]] = {
    "plain": {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    "plain by default": {"code_challenge": VERIFIER, "code_challenge_method": None},
    "S256 without a method": {"code_challenge_method": None},
    "an empty method": {"code_challenge_method": ""},
    "another case": {"code_challenge_method": "s256"},
    "an unknown method": {"code_challenge_method": "S512"},
    "two methods": {"code_challenge_method": "S256 plain"},
    "a method without a challenge": {"code_challenge": None},
    "an empty challenge": {"code_challenge": ""},
    "the challenge of an empty verifier": {"code_challenge": EMPTY},
    "a short challenge": {"code_challenge": challenge()[:42]},
    "a long challenge": {"code_challenge": challenge() + "A"},
    "a padded challenge": {"code_challenge": challenge() + "="},
    "a challenge in base64": {"code_challenge": "+/" + challenge()[2:]},
    "a challenge in hexadecimal": {"code_challenge": hashlib.sha256(VERIFIER.encode()).hexdigest()},
    "a challenge with a line break": {"code_challenge": challenge()[:42] + "\n"},
    "digits of another script": {"code_challenge": "\u0661" * 43},
}


@pytest.mark.parametrize("kind", [*PUBLIC, ApplicationType.TRADITIONAL])
async def test_A9_a_weak_or_broken_challenge_is_refused(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    for what, given in REFUSED_REQUESTS.items():
        back = returned(await party.authorize(**given))
        assert (back.get("error"), "code" in back) == ("invalid_request", False), what


@pytest.mark.parametrize("kind", PUBLIC)
async def test_A9_a_public_client_needs_a_challenge(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    back = returned(await party.authorize(**NO_CHALLENGE))
    assert (back["error"], "code" in back) == ("invalid_request", False)


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.TRADITIONAL])
async def test_A9_a_code_is_nothing_without_its_verifier(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    wrong: dict[str, Any] = {
        "none": None,
        "empty": "",
        "another": "b" + VERIFIER[1:],
        "another case": VERIFIER.upper(),
        "the challenge itself": challenge(),
        "a list": f"{VERIFIER},{VERIFIER}",
        "with a space": f"{VERIFIER} ",
        "longer": f"{VERIFIER}x",
    }
    code = await party.code()
    for verifier in wrong.values():
        refused(await party.redeem(code, code_verifier=verifier))
    # Whoever stole the code cannot take it away from its owner either.
    answered(await party.redeem(code))


async def test_A9_a_verifier_has_43_to_128_characters(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    await party.sign_up()
    for length in [0, 1, 42, 129, 500]:
        verifier = "v" * length
        if challenge(verifier) != EMPTY:
            code = await party.code(code_challenge=challenge(verifier))
            refused(await party.redeem(code, code_verifier=verifier), "invalid_grant")
        else:
            assert returned(await party.authorize(code_challenge=EMPTY))["error"] == "invalid_request"


async def test_A9_every_verifier_of_the_rfc_is_taken(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    await party.sign_up()
    for verifier in ["v" * 43, "v" * 128, "-._~" * 11, VERIFIER]:
        code = await party.code(code_challenge=challenge(verifier))
        answered(await party.redeem(code, code_verifier=verifier))


async def test_A9_a_verifier_has_no_other_characters(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    await party.sign_up()
    for odd in ["v" * 42 + "+", "v" * 42 + "/", "v" * 42 + "=", "v" * 42 + "\u00e9", "v" * 42 + "\n"]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(odd.encode()).digest()).rstrip(b"=").decode()
        refused(await party.redeem(await party.code(code_challenge=digest), code_verifier=odd))


async def test_A9_a_verifier_without_a_challenge_is_a_downgrade(server: Server) -> None:
    party = await relying_party(server, ApplicationType.TRADITIONAL)
    await party.sign_up()
    code = await party.code(**NO_CHALLENGE)
    refused(await party.redeem(code, code_verifier=VERIFIER))
    honest = await party.code(**NO_CHALLENGE)
    answered(await party.redeem(honest, code_verifier=None))


async def test_A9_a_challenge_counts_for_its_own_code_only(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    await party.sign_up()
    first, second = "f" * 43, "s" * 43
    code = await party.code(code_challenge=challenge(first))
    await party.code(code_challenge=challenge(second))
    refused(await party.redeem(code, code_verifier=second))


async def test_A9_a_challenge_stays_the_one_of_the_first_request(server: Server) -> None:
    """A page of the sign-in and the way back from it take no new challenge."""
    party = await relying_party(server, ApplicationType.SPA)
    first = "f" * 43
    page = await party.authorize(first_screen="register", code_challenge=challenge(first))
    form = forms(page)[0]
    changed = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    sent = form.fields | {"username": "ada", "password": PASSWORD} | changed
    answer = await party.browser.post(f"{form.action}&{urlencode(changed)}", sent)
    code = returned(answer)["code"]
    refused(await party.redeem(code))
    answered(await party.redeem(code, code_verifier=first))
