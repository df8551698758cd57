"""A8: every answer says which issuer it is from (RFC 9207), so that a client cannot take one for another's."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import httpx2
import pytest

from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import forms, returned
from tests.oidc.relying_party import answered, claims_of, refused, relying_party

ANSWERS: tuple[dict[str, Any], ...] = (
    {},
    {"prompt": None},
    {"response_type": "token"},
    {"response_type": None},
    {"scope": None},
    {"prompt": "none login"},
    {"prompt": "unknown"},
    {"max_age": "x"},
    {"code_challenge_method": "plain"},
    {"code_challenge": "x"},
    {"state": None},
    {"state": ["a", "b"]},
    {"request": "x"},
    {"request_uri": "x"},
    {"resource": "https://nowhere.example"},
    {"id_token_hint": "x"},
    {"nonce": "n" * 3_000},
)


def carried(answer: httpx2.Response, mode: str) -> dict[str, str]:
    """What an answer carries, by whichever way."""
    return forms(answer)[0].fields if mode == "form_post" else returned(answer)


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
async def test_A8_every_answer_names_its_issuer(server: Server, mode: str) -> None:
    party = await relying_party(server)
    signed_out = carried(await party.authorize(prompt="none", response_mode=mode), mode)
    assert signed_out["error"] == "login_required"
    assert signed_out["iss"] == f"{server.base_url}/oidc"
    await party.sign_up()
    for given in ANSWERS:
        back = carried(await party.authorize(response_mode=mode, **given), mode)
        assert back["iss"] == f"{server.base_url}/oidc", given
        assert ("code" in back) != ("error" in back), given
    async with server.client() as client:
        document = answered(await client.get("/oidc/.well-known/openid-configuration"))
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["issuer"] == f"{server.base_url}/oidc"


async def test_A8_a_refused_consent_names_its_issuer(server: Server) -> None:
    party = await relying_party(server, is_third_party=True)
    page = await party.browser.sign_up(party.id, CALLBACK)
    back = returned(await party.browser.submit(page, {"decision": "deny"}))
    assert (back["error"], back["iss"]) == ("access_denied", f"{server.base_url}/oidc")


async def test_A8_each_tenant_is_an_issuer_of_its_own(server: Server) -> None:
    await server.add_tenant("acme")
    await server.add_tenant("globex", "https://login.globex.example")
    issuers = {}
    for tenant_id in ("default", "acme", "globex"):
        party = await relying_party(server, tenant_id=tenant_id)
        answer = returned(await party.browser.sign_up(party.id, CALLBACK))
        tokens = answered(await party.redeem(answer["code"]))
        assert answer["iss"] == claims_of(tokens["id_token"])["iss"] == server.tenant(tenant_id).issuer
        issuers[tenant_id] = answer["iss"]
    assert len(set(issuers.values())) == 3


async def test_A8_a_code_of_one_issuer_is_nothing_to_another(server: Server) -> None:
    await server.add_tenant("acme")
    ours, theirs = await relying_party(server), await relying_party(server, tenant_id="acme")
    code = await ours.sign_up()
    refused(await theirs.redeem(code))
    refused(await theirs.redeem(code, **ours.named), "invalid_client")
    answered(await ours.redeem(code))


async def test_A8_addresses_registered_at_one_issuer_are_unknown_to_another(server: Server) -> None:
    await server.add_tenant("acme")
    ours = await relying_party(server)
    browser = server.browser("acme")
    answer = await browser.client.get(browser.authorize_url(ours.id, CALLBACK))
    refused(answer, "invalid_client")
    answer = await browser.client.get(
        f"{browser.base_url}/oidc/session/end?client_id={ours.id}&post_logout_redirect_uri={HOME}"
    )
    refused(answer, "invalid_client")
