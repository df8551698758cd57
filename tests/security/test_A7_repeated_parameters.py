"""A7: a parameter counts once, from one place, or not at all."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import HTML, challenge, returned
from tests.oidc.relying_party import answered, post_form, refused, relying_party

AT_AUTHORIZATION = (
    *("response_type", "scope", "state", "nonce", "prompt", "max_age", "response_mode", "code_challenge"),
    *("code_challenge_method", "login_hint", "ui_locales", "id_token_hint", "organization_id", "claims", "unknown"),
)
AT_TOKEN = ("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "scope", "unknown")


@pytest.mark.parametrize("second", ["the same", "another"])
async def test_A7_a_repeated_parameter_of_an_authorization_request(server: Server, second: str) -> None:
    party = await relying_party(server)
    await party.sign_up()
    first = {"response_type": "code", "code_challenge": challenge(), "code_challenge_method": "S256", "max_age": "9"}
    for name in AT_AUTHORIZATION:
        value = first.get(name, "x")
        answer = await party.authorize(**{name: [value, value if second == "the same" else f"{value}x"]})
        assert answer.headers["location"].startswith(CALLBACK), name
        back = returned(answer)
        assert back["error"] == "invalid_request", (name, back)
        assert "code" not in back
        # A state that came twice is nobody's.
        assert back.get("state") == (None if name == "state" else "state-1")


async def test_A7_a_repeated_client_id_is_answered_with_a_page(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for pair in ([party.id, party.id], [party.id, "demo-app"], ["demo-app", party.id]):
        url = party.browser.authorize_url(party.id, CALLBACK).replace(f"client_id={party.id}&", "")
        answer = await party.browser.client.get(f"{url}&client_id={pair[0]}&client_id={pair[1]}", headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_A7_a_resource_may_be_repeated(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    answer = await party.authorize(resource=["https://default.logto.app/api", "https://default.logto.app/api"])
    assert "code" in returned(answer)


async def test_A7_what_stands_in_the_query_of_a_post_counts_for_nothing(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    url = party.url()
    async with server.client() as client:
        # Everything in the query, nothing in the body: nothing was asked.
        answer = await client.post(url, data={}, headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 303
        again = await client.get(answer.headers["location"])
        assert refused(again, "invalid_request")["error_description"] == "missing required parameter 'client_id'"
        # A state in the query is not that of the body.
        body = {"client_id": party.id, "redirect_uri": CALLBACK, "response_type": "nothing", "state": "body"}
        answer = await client.post("/oidc/auth?state=query&response_mode=fragment", data=body)
        assert "query" not in answer.headers["location"].replace("query_", "")
        back = await client.get(answer.headers["location"])
        assert back.headers["location"].startswith(f"{CALLBACK}?error=")
        assert returned(back)["state"] == "body"


async def test_A7_a_repeated_parameter_of_a_token_request(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    honest = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    for name in AT_TOKEN:
        value = (honest | party.named).get(name, "x")
        for pair in ([value, value], [value, "another"]):
            answer = await party.redeem(code, **{name: pair})
            refused(answer, "invalid_request")
    answered(await party.redeem(code))


async def test_A7_a_repeated_parameter_of_a_json_body(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    async with server.client() as client:
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": [code, code]} | party.named
        refused(await client.post("/oidc/token", json=form), "invalid_request")


@pytest.mark.parametrize("endpoint", ["token/introspection", "token/revocation"])
async def test_A7_a_repeated_token(server: Server, endpoint: str) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens()
    refused(await party.post(endpoint, token=[tokens["access_token"], "x"]), "invalid_request")
    refused(await party.post(endpoint, token="x", token_type_hint=["a", "b"]), "invalid_request")
    assert (await party.userinfo(tokens["access_token"])).status_code == 200


async def test_A7_a_request_object_is_refused_not_ignored(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for name in ["request", "request_uri", "registration"]:
        for value in (
            "eyJhbGciOiJub25lIn0.e30.",
            "urn:ietf:params:oauth:request_uri:x",
            "https://evil.example/r",
            "",
            "{}",
        ):
            back = returned(await party.authorize(**{name: value}))
            assert back["error"] == f"{name}_not_supported", back
            assert "code" not in back


async def test_A7_parameters_are_not_taken_from_the_query_of_a_token_request(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    code = await party.sign_up()
    query = f"grant_type=authorization_code&code={code}&client_id={party.id}"
    refused(await post_form(server, f"/oidc/token?{query}", {"redirect_uri": CALLBACK}), "invalid_request")
    refused(await post_form(server, f"/oidc/token?{query}", {"client_id": party.id}), "invalid_request")
    answered(await party.redeem(code))


async def test_A7_a_method_that_is_not_the_endpoints(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    async with server.client() as client:
        for method, path in (("PUT", "/oidc/auth"), ("DELETE", "/oidc/auth"), ("GET", "/oidc/token")):
            answer = await client.request(method, path + party.url().partition("/oidc/auth")[2])
            assert answer.status_code == 404
            assert "location" not in answer.headers
