"""The authorization endpoint: its errors by the wire, the extra parameters of the SDKs, and the response modes."""

from typing import Any

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import HTML, forms, returned
from tests.oidc.relying_party import answered, claims_of, refused, relying_party

AT_CLIENT: dict[str, tuple[dict[str, Any], str, str]] = {
    "no PKCE": (
        {"code_challenge": None, "code_challenge_method": None},
        "invalid_request",
        "Authorization Server policy requires PKCE to be used for this request",
    ),
    "plain PKCE": (
        {"code_challenge_method": "plain"},
        "invalid_request",
        "not supported value of code_challenge_method",
    ),
    "response type": (
        {"response_type": "token"},
        "unsupported_response_type",
        "unsupported response_type requested",
    ),
    "resource": (
        {"resource": "https://nope.example"},
        "invalid_target",
        "resource indicator is missing, or unknown",
    ),
    "request object": ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported", ""),
    "silence": ({"prompt": "none"}, "login_required", ""),
}


async def test_an_error_goes_to_the_application(server: Server) -> None:
    for given, error, description in AT_CLIENT.values():
        party = await relying_party(server, ApplicationType.SPA)
        answer = await party.browser.client.get(party.url(**given), headers=HTML)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{CALLBACK}?error={error}&")
        back = returned(answer)
        assert (back["error"], back["state"], back["iss"]) == (error, "state-1", f"{server.base_url}/oidc")
        if description:
            assert back["error_description"] == description
        assert answer.headers["cache-control"] == "no-store"


AT_US: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown client": ({"client_id": "nope"}, "invalid_client", "unknown client"),
    "no client": ({"client_id": None}, "invalid_request", "missing required parameter 'client_id'"),
    "redirect": (
        {"redirect_uri": "http://evil.test/cb"},
        "invalid_redirect_uri",
        "redirect_uri did not match any of the client's registered redirect_uris",
    ),
    "no redirect": ({"redirect_uri": None}, "invalid_request", "missing required parameter 'redirect_uri'"),
}


async def test_an_error_that_stays_here_is_json_for_programs_and_a_page_for_people(server: Server) -> None:
    for given, error, description in AT_US.values():
        party = await relying_party(server)
        query = {"client_id": party.id, "redirect_uri": CALLBACK, "response_type": "code"} | given
        async with server.client() as client:
            kept = {name: value for name, value in query.items() if value is not None}
            body = refused(await client.get("/oidc/auth", params=kept), error)
            assert body["error_description"] == description
            page = await client.get("/oidc/auth", params=kept, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
        assert f"oidc.{error}" in page.text


WORKS: dict[str, dict[str, Any]] = {
    "an unknown scope": {"scope": "openid nope"},
    "no openid": {"scope": "profile"},
    "no scope": {"scope": None},
    "offline access without consent": {"scope": "openid offline_access", "prompt": None},
    "no state": {"state": None},
    "unknown parameters": {"shop": "1", "one_time_token": "x", "google_one_tap_credential": "x"},
    "a locale that is not there": {"ui_locales": "xx-Klingon fr-CA"},
    "an organization": {"organization_id": "x"},
    "direct sign-in": {"direct_sign_in": "social:google"},
    "identifiers": {"identifier": "username email phone"},
    "identifiers with a slip": {"identifiers": "username"},
    "an empty prompt": {"prompt": ""},
    "acr values": {"acr_values": "urn:x", "display": "popup"},
    "resources with a comma": {"resource": "https://default.logto.app/api,https://default.logto.app/api"},
    "the organizations resource": {"resource": "urn:logto:resource:organizations"},
}


async def test_what_the_sdks_send_goes_to_the_sign_in(server: Server) -> None:
    party = await relying_party(server)
    for what, given in WORKS.items():
        page = await party.authorize(**given)
        assert (page.status_code, page.request.url.path) == (200, "/sign-in"), what
        assert page.request.url.params["app_id"] == party.id


async def test_the_first_screen(server: Server) -> None:
    party = await relying_party(server)
    for given, path in [
        ({"first_screen": "register"}, "/register"),
        ({"first_screen": "identifier:register"}, "/register"),
        ({"interaction_mode": "signUp"}, "/register"),
        ({"first_screen": "sign_in"}, "/sign-in"),
        ({"first_screen": "signIn"}, "/sign-in"),
        ({"first_screen": "identifier:sign_in"}, "/sign-in"),
        ({"first_screen": "single_sign_on"}, "/sign-in"),
        ({"first_screen": "nothing"}, "/sign-in"),
        ({"interaction_mode": "signIn"}, "/sign-in"),
        ({"first_screen": "sign_in", "interaction_mode": "signUp"}, "/sign-in"),
        ({}, "/sign-in"),
    ]:
        answer = await party.browser.client.get(party.url(**given), headers=HTML)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, path)


async def test_the_language_and_the_hint_reach_the_page(server: Server) -> None:
    party = await relying_party(server)
    page = await party.authorize(ui_locales="ja en", login_hint="ada")
    assert '<html lang="ja"' in page.text
    assert 'value="ada"' in page.text


async def test_a_post_is_the_same_as_a_get(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    form = dict(party.browser.client.build_request("GET", party.url()).url.params)
    answer = await party.browser.post("/oidc/auth", form, origin="https://shop.example.com")
    assert returned(answer)["state"] == "state-1"
    answered(await party.redeem(returned(answer)["code"]))


async def test_an_authorize_url_that_is_not_encoded_is_read(server: Server) -> None:
    """The Go SDK sends spaces and addresses as they are; an HTTP parser hands the bytes on."""
    party = await relying_party(server)
    await party.sign_up()
    raw = party.url().replace("%3A", ":").replace("%2F", "/").replace("+", "%20")
    assert "redirect_uri=http://localhost:3000/callback" in raw
    assert "code" in returned(await party.browser.get(raw))


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE])
async def test_every_kind_that_signs_people_in_gets_tokens_by_every_mode(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    for mode in ("query", "fragment", "form_post"):
        answer = await party.authorize(response_mode=mode, state="a b&c=d#e")
        carried = forms(answer)[0].fields if mode == "form_post" else returned(answer)
        assert set(carried) == {"code", "state", "iss"}
        assert carried["state"] == "a b&c=d#e"
        answered(await party.redeem(carried["code"]))


async def test_form_post_is_a_page_with_one_form(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    page = await party.authorize(response_mode="form_post")
    assert page.status_code == 200
    assert [form.action for form in forms(page)] == [CALLBACK]
    assert page.text.count("<button") == 1, "works without JavaScript"
    assert "<noscript" not in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_long_state_comes_back_whole(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for length in [2_000, 8_192]:
        assert returned(await party.authorize(state="s" * length))["state"] == "s" * length


async def test_a_longer_state_is_refused(server: Server) -> None:
    party = await relying_party(server)
    back = returned(await party.authorize(state="s" * 8_193))
    assert (back["error"], "state" in back) == ("invalid_request", False)


async def test_a_nonce_comes_back_in_the_first_id_token(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for nonce in ("n-1", "n" * 2_048, "\u00fc \U0001f600"):
        tokens = answered(await party.redeem(await party.code(nonce=nonce)))
        assert claims_of(tokens["id_token"])["nonce"] == nonce
    assert returned(await party.authorize(nonce="n" * 2_049))["error"] == "invalid_request"
    tokens = answered(await party.redeem(await party.code()))
    assert "nonce" not in claims_of(tokens["id_token"])


async def test_a_sign_in_page_of_another_browser_is_not_found(server: Server) -> None:
    party = await relying_party(server)
    page = await party.authorize()
    interaction = page.request.url.params["interaction"]
    answer = await server.browser().client.get(f"/oidc/auth/{interaction}")
    assert (answer.status_code, answer.json()["code"]) == (400, "oidc.invalid_request")
    answer = await server.browser().client.get(f"/sign-in?interaction={interaction}", headers=HTML)
    assert answer.status_code == 400
    assert "session.not_found" in answer.text
