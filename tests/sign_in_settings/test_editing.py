"""Changing the settings by their wire names: what is checked, what is written, what the wire shows."""

from typing import Any

import msgspec
import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import InvalidInput, Refusal
from narthex.sign_in_settings import editing, social, wire
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, SignUp, SocialSignIn
from tests.fixtures.server import Server
from tests.fixtures.social import change_experience, connect
from tests.fixtures.traces import events

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
USERNAME = {"identifier": "username", "password": True, "verificationCode": False, "isPasswordPrimary": True}
# Every member of GET /api/sign-in-exp (wire: management.openapi.json).
MEMBERS = {
    *("tenantId", "id", "color", "branding", "hideLogtoBranding", "languageInfo", "termsOfUseUrl", "privacyPolicyUrl"),
    *("agreeToTermsPolicy", "signIn", "signUp", "socialSignIn", "socialSignInConnectorTargets", "signInMode"),
    *("customCss", "customContent", "customUiAssets", "customUiCsp", "passwordPolicy", "mfa", "adaptiveMfa"),
    *("singleSignOnEnabled", "supportEmail", "supportWebsiteUrl", "unknownSessionRedirectUrl", "captchaPolicy"),
    *("sentinelPolicy", "emailBlocklistPolicy", "verificationCodePolicy", "forgotPasswordMethods", "passkeySignIn"),
    *("signUpProfileFields", "passwordExpiration", "usernamePolicy"),
}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = pytest.mark.usefixtures("provider")


async def read(server: Server) -> Experience:
    return (await sign_in_settings.read(server.runtime, "default")).experience


async def test_what_is_given_is_replaced_and_the_rest_stays(server: Server) -> None:
    await change_experience(server, termsOfUseUrl="https://shop.example/terms", hideLogtoBranding=True)
    await change_experience(server, color={"primaryColor": "#123456", "isDarkModeEnabled": False})
    found = await read(server)
    assert found.terms_of_use_url == "https://shop.example/terms"
    assert found.hide_narthex_mark
    assert (found.color.primary_color, found.color.is_dark_mode_enabled) == ("#123456", False)
    assert found.sign_up == SignUp()
    first, second = await events(server.runtime, "SignInExperience.Update")
    fields = {tuple(row.payload["fields"]) for row in (first, second)}
    assert fields == {("hideNarthexMark", "termsOfUseUrl"), ("color",)}


async def test_a_change_that_changes_nothing_is_none(server: Server) -> None:
    await change_experience(server, signInMode="SignInAndRegister")
    assert await events(server.runtime, "SignInExperience.Update") == []


async def test_what_the_wire_shows_can_be_sent_back(server: Server) -> None:
    await connect(server)
    await change_experience(server, socialSignInConnectorTargets=["made-up"], branding={"logoUrl": "/logo.svg"})
    shown: dict[str, Any] = wire.response(await read(server), "default")
    assert shown.keys() == MEMBERS
    assert msgspec.json.encode(shown)
    await change_experience(server, **shown)
    again = wire.response(await read(server), "default")
    assert again == shown


async def test_identifiers_can_be_none_and_providers_take_their_place(server: Server) -> None:
    await connect(server)
    none = {"identifiers": [], "password": False, "verify": False}
    await change_experience(
        server, signUp=none, signIn={"methods": []}, socialSignInConnectorTargets=["made-up"],
        socialSignIn={"automaticAccountLinking": True},
    )  # fmt: skip
    found = await sign_in_settings.read(server.runtime, "default")
    assert (found.password_is_on, found.sign_up_by_username_is_on, found.newcomers_need_username) == (False,) * 3
    assert found.experience.social_sign_in == SocialSignIn(automatic_account_linking=True)
    assert [one.target for one in await social.shown(server.runtime, "default")] == ["made-up"]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"signUp": {"identifiers": ["email"], "password": True, "verify": True}}, "guard.invalid_input", "signUp"),
    ({"signUp": {"identifiers": ["phone"]}}, "guard.invalid_input", "signUp.identifiers"),
    ({"signUp": {"identifiers": ["pigeon"]}}, "guard.invalid_input", "signUp.identifiers"),
    ({"signUp": {"identifiers": ["username"] * 2}}, "sign_in_experiences.duplicated_sign_up_identifiers", "signUp"),
    (
        {"signUp": {"identifiers": ["username"], "password": False}},
        "sign_in_experiences.username_requires_password",
        "signUp.password",
    ),
    ({"signUp": {"identifiers": ["username"], "verify": True}}, "guard.invalid_input", "signUp.verify"),
    ({"signIn": {"methods": []}}, "sign_in_experiences.miss_sign_up_identifier_in_sign_in", "signIn.methods"),
    (
        {"signIn": {"methods": []}, "signUp": {"identifiers": []}},
        "sign_in_experiences.empty_social_connectors",
        "socialSignInConnectorTargets",
    ),
    (
        {"signIn": {"methods": [{**USERNAME, "password": False}]}},
        "sign_in_experiences.at_least_one_authentication_factor",
        "signIn.methods",
    ),
    ({"signIn": {"methods": [{**USERNAME, "verificationCode": True}]}}, "guard.invalid_input", "signIn.methods"),
    ({"signIn": {"methods": [{**USERNAME, "identifier": "email"}]}}, "guard.invalid_input", "signIn.methods"),
    ({"signIn": {"methods": [USERNAME, USERNAME]}}, "guard.invalid_input", "signIn.methods"),
    (
        {"socialSignInConnectorTargets": ["unknown"]},
        "sign_in_experiences.enabled_connector_not_found",
        "socialSignInConnectorTargets",
    ),
    ({"socialSignInConnectorTargets": ["made-up"] * 2}, "guard.invalid_input", "socialSignInConnectorTargets"),
    (
        {"languageInfo": {"autoDetect": True, "fallbackLanguage": "xx"}},
        "sign_in_experiences.unsupported_default_language",
        "languageInfo.fallbackLanguage",
    ),
    ({"color": {"primaryColor": "red"}}, "guard.invalid_input", "color.primaryColor"),
    ({"color": {"darkPrimaryColor": "#12345"}}, "guard.invalid_input", "color.darkPrimaryColor"),
    ({"branding": {"logoUrl": "javascript:x"}}, "guard.invalid_input", "branding.logoUrl"),
    ({"branding": {"favicon": "data:text/html,x"}}, "guard.invalid_input", "branding.favicon"),
    ({"termsOfUseUrl": "javascript:x"}, "guard.invalid_input", "termsOfUseUrl"),
    ({"privacyPolicyUrl": "//x.example"}, "guard.invalid_input", "privacyPolicyUrl"),
    ({"unknownSessionRedirectUrl": "/relative"}, "guard.invalid_input", "unknownSessionRedirectUrl"),
    ({"supportEmail": "nobody"}, "guard.invalid_input", "supportEmail"),
    ({"signInMode": "Never"}, "guard.invalid_input", "signInMode"),
    ({"passwordPolicy": {"length": {"min": 9, "max": 8}}}, "guard.invalid_input", "passwordPolicy.length"),
    ({"passwordPolicy": {"length": {"min": "8"}}}, "guard.invalid_input", "passwordPolicy.length.min"),
    ({"passwordPolicy": {"characterTypes": {"min": 5}}}, "guard.invalid_input", "passwordPolicy.characterTypes.min"),
    ({"sentinelPolicy": {"maxAttempts": 0}}, "guard.invalid_input", "sentinelPolicy.maxAttempts"),
    ({"sentinelPolicy": {"lockoutDuration": 0}}, "guard.invalid_input", "sentinelPolicy.lockoutDuration"),
    ({"unknownMember": 1}, "guard.invalid_input", "unknownMember"),
    ({"customCss": "b { color: red }"}, "guard.invalid_input", "customCss"),
    ({"mfa": {"factors": ["Totp"], "policy": "Mandatory"}}, "guard.invalid_input", "mfa"),
]


@pytest.mark.parametrize(("change", "code", "field"), REFUSED)
@on_sqlite
async def test_what_contradicts_itself_is_refused_by_name(
    server: Server, change: dict[str, Any], code: str, field: str
) -> None:
    await connect(server)
    before = await read(server)
    with pytest.raises(Refusal) as refused:
        await change_experience(server, **change)
    assert refused.value.code == code
    assert field in refused.value.text
    assert isinstance(refused.value.data, dict)
    assert refused.value.data["field"].startswith(field)
    with pytest.raises(Refusal):
        async with server.runtime.database.read("default") as reader:
            await editing.preview(reader, change)
    assert await read(server) == before


async def test_a_preview_writes_nothing(server: Server) -> None:
    async with server.runtime.database.read("default") as reader:
        shown = await editing.preview(reader, {"termsOfUseUrl": "https://shop.example/terms"})
    assert shown.terms_of_use_url == "https://shop.example/terms"
    assert await read(server) == Experience()
    assert await social.shown_by(server.runtime, "default", shown) == ()


async def test_two_who_change_at_once_lose_nothing(server: Server) -> None:
    import asyncio

    await asyncio.gather(
        change_experience(server, termsOfUseUrl="https://shop.example/terms"),
        change_experience(server, privacyPolicyUrl="https://shop.example/privacy"),
    )
    found = await read(server)
    assert found.terms_of_use_url
    assert found.privacy_policy_url


async def test_only_who_manages_the_tenant_may_change_it(server: Server) -> None:
    with pytest.raises(NotPermitted):
        async with server.runtime.database.write("default") as tx:
            await editing.update(tx, NOBODY, server.runtime, {"termsOfUseUrl": None})


def test_a_value_of_another_type_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        wire.merged(Experience(), {"color": "red"})
    assert refused.value.data == {"field": "color"}
