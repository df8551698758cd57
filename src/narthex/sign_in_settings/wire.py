"""The settings as the Management API shows and takes them. Wire: sign-in-exp.json, logto-api.md 2.4."""

from collections.abc import Mapping

import msgspec

from narthex.kit.errors import InvalidInput
from narthex.sign_in_settings.schemas import Experience

# The colour of our own pages, where the tenant has none.
USUAL_COLOR = "#096048"
USUAL_DARK_COLOR = "#5cc3a0"
# What the wire has and we do not, with the only value that can be said of it.
LACKING: Mapping[str, object] = {
    "customCss": None,
    "customContent": {},
    "customUiAssets": None,
    "customUiCsp": {},
    "mfa": {"factors": [], "policy": "UserControlled"},
    "adaptiveMfa": {},
    "singleSignOnEnabled": False,
    "captchaPolicy": {},
    "emailBlocklistPolicy": {},
    "verificationCodePolicy": {},
    "forgotPasswordMethods": None,
    "passkeySignIn": {},
    "signUpProfileFields": None,
    "passwordExpiration": {},
    "usernamePolicy": {
        "caseSensitive": False,
        "minLength": 1,
        "maxLength": 128,
        "allowedChars": {"lowercase": True, "uppercase": True, "numbers": True, "underscore": True},
    },
}
IGNORED = frozenset({"id", "tenantId"})
OTHER_NAMES = {"hideLogtoBranding": "hideNarthexMark"}


def response(experience: Experience, tenant_id: str) -> dict[str, object]:
    """All members of GET /api/sign-in-exp."""
    own = msgspec.to_builtins(experience)
    own["hideLogtoBranding"] = own.pop("hideNarthexMark")
    color = own["color"]
    color["primaryColor"] = color["primaryColor"] or USUAL_COLOR
    color["darkPrimaryColor"] = color["darkPrimaryColor"] or USUAL_DARK_COLOR
    own["branding"] = {name: url for name, url in own["branding"].items() if url is not None}
    return {"tenantId": tenant_id, "id": tenant_id, **own, **LACKING}


def merged(experience: Experience, change: Mapping[str, object]) -> Experience:
    """The settings with some members replaced; raises `InvalidInput`, which names the member."""
    members = msgspec.to_builtins(experience)
    for name, value in change.items():
        own = OTHER_NAMES.get(name, name)
        if own in members:
            members[own] = value
        elif name in LACKING:
            _refuse_lacking(name, value)
        elif name not in IGNORED:
            raise InvalidInput(name[:64], "there is no such setting.")
    try:
        return msgspec.convert(members, Experience)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise InvalidInput(place.rstrip("`") or "body", f"{text}.") from None


def _refuse_lacking(name: str, value: object) -> None:
    # A script that sends back what it read must not fail; one that wants the thing must learn that it is not there.
    if value not in (None, {}, [], False, "", LACKING[name]):
        raise InvalidInput(name, "this setting does not exist here yet.")
