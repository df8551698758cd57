"""The sign-in experience, its phrases, and what anybody may read (sign-in-exp.json)."""

from typing import Any

import pytest

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused, stranger

PATH = "/api/sign-in-exp"
MEMBERS = {
    *("tenantId", "id", "color", "branding", "hideLogtoBranding", "languageInfo", "termsOfUseUrl"),
    *("privacyPolicyUrl", "agreeToTermsPolicy", "signIn", "signUp", "socialSignIn", "socialSignInConnectorTargets"),
    *("signInMode", "customCss", "customContent", "customUiAssets", "customUiCsp", "passwordPolicy", "mfa"),
    *("adaptiveMfa", "singleSignOnEnabled", "supportEmail", "supportWebsiteUrl", "unknownSessionRedirectUrl"),
    *("captchaPolicy", "sentinelPolicy", "verificationCodePolicy", "passkeySignIn", "signUpProfileFields"),
    *("passwordExpiration", "usernamePolicy"),
}
FOR_MANAGERS = {"emailBlocklistPolicy", "forgotPasswordMethods"}
FOR_PAGES = {
    *("socialConnectors", "ssoConnectors", "forgotPassword", "isDevelopmentTenant", "customProfileFields"),
    "customProfileFieldCatalog",
}
WORDS = {"sign_in": {"title": "Welcome home"}}


async def test_the_settings_have_all_members_of_the_wire(server: Server, api: Caller) -> None:
    settings = await api.get(PATH)
    assert settings.keys() == MEMBERS | FOR_MANAGERS
    public = await stranger(server).get("/api/.well-known/sign-in-exp?appId=demo-app&organizationId=none")
    assert public.keys() == MEMBERS | FOR_PAGES
    assert {name: public[name] for name in MEMBERS} == {name: settings[name] for name in MEMBERS}


async def test_members_are_replaced_and_the_others_stay(server: Server, api: Caller) -> None:
    before = await api.get(PATH)
    color = {"primaryColor": "#112233", "isDarkModeEnabled": False, "darkPrimaryColor": "#445566"}
    after = await api.patch(PATH, {"color": color, "signInMode": "SignIn"})
    assert after == before | {"color": color, "signInMode": "SignIn"}
    assert await api.get(PATH) == after
    assert (await stranger(server).get("/api/.well-known/sign-in-exp"))["signInMode"] == "SignIn"
    assert await api.patch(PATH, after) == after


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"signInMode": "Nobody"}, "signInMode"),
        ({"color": {"primaryColor": 5}}, "color.primaryColor"),
        ({"unknown": 1}, "unknown"),
        ({"termsOfUseUrl": "javascript:alert(1)"}, "termsOfUseUrl"),
        ({"customCss": "body{}"}, "customCss"),
        ({"signUp": {"identifiers": ["email"], "password": True, "verify": False}}, "signUp.identifiers"),
    ],
)
async def test_a_setting_that_cannot_be(api: Caller, change: dict[str, Any], field: str) -> None:
    before = await api.get(PATH)
    body = await refused(api, "PATCH", PATH, 400, "guard.invalid_input", json=change)
    assert body["data"] == {"field": field}
    assert await api.get(PATH) == before


async def test_a_connector_that_is_not_there_cannot_be_shown(api: Caller) -> None:
    change = {"socialSignInConnectorTargets": ["nowhere"]}
    await refused(api, "PATCH", PATH, 400, "sign_in_experiences.enabled_connector_not_found", json=change)


async def test_custom_phrases(server: Server, api: Caller) -> None:
    path = "/api/custom-phrases/de"
    await refused(api, "GET", path, 404, "entity.not_exists_with_id")
    made = await api.put(path, WORDS, status=201)
    assert made == {"tenantId": "default", "id": "de", "languageTag": "de", "translation": WORDS}
    assert await api.get(path) == made
    assert await api.get("/api/custom-phrases") == [made]
    asked = await stranger(server).call("GET", "/api/.well-known/phrases?lng=de")
    assert asked.headers["content-language"] == "de"
    assert asked.json()["sign_in"]["title"] == "Welcome home"
    await api.delete(path)
    assert await api.get("/api/custom-phrases") == []
    await refused(api, "DELETE", path, 404, "entity.not_exists_with_id")


async def test_phrases_that_cannot_be(api: Caller) -> None:
    code = "localization.invalid_translation_structure"
    for phrases in ({"no": {"such": "phrase"}}, {"sign_in": {"title": 5}}, {"sign_in": {"title": None}}):
        await refused(api, "PUT", "/api/custom-phrases/de", 400, code, json=phrases)
    await refused(api, "PUT", "/api/custom-phrases/no_tag", 400, "guard.invalid_input", json=WORDS)
    await refused(api, "PUT", "/api/custom-phrases/de", 400, "guard.invalid_input", json=[])
    await refused(api, "DELETE", "/api/custom-phrases/en", 400, "localization.cannot_delete_default_language")


async def test_phrases_come_in_the_language_of_the_browser(server: Server) -> None:
    for accepted, language in {"ja": "ja", "xx, en;q=0.5": "en"}.items():
        answer = await stranger(server).call("GET", "/api/.well-known/phrases", headers={"accept-language": accepted})
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Language"
