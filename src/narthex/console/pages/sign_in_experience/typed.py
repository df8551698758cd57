"""What stands in the forms of the tabs: from the settings, from a form, and back into a change of the settings."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from narthex.kit.errors import InvalidInput
from narthex.kit.forms import Form
from narthex.sign_in_settings.schemas import Experience, SignInMode

Texts = Mapping[str, str]


class Typed(Struct, frozen=True):
    """The fields of one tab: texts by name (a switch is "on" or empty), and the social targets in their order."""

    texts: dict[str, str]
    social: tuple[str, ...] = ()

    def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.texts.get(name) == "on"


class Tab(Struct, frozen=True):
    """One tab: its fields, how they come from the settings, and which change they stand for."""

    name: str
    fields: tuple[str, ...]
    stored: Callable[[Experience], Typed]
    change: Callable[[Typed, Experience], dict[str, object]]

    def typed(self, form: Form) -> Typed:
        """What came in a form."""
        texts = {name: (form.get(name) or "").strip() for name in self.fields}
        return Typed(texts, tuple(form.all("social")))


def _branding_of(experience: Experience) -> Typed:
    color, branding = experience.color, experience.branding
    return Typed(
        {
            "primary_color": color.primary_color or "",
            "dark_mode": "on" if color.is_dark_mode_enabled else "",
            "dark_primary_color": color.dark_primary_color or "",
            "logo_url": branding.logo_url or "",
            "dark_logo_url": branding.dark_logo_url or "",
            "favicon": branding.favicon or "",
            "hide_mark": "on" if experience.hide_narthex_mark else "",
        }
    )


def _branding(typed: Typed, _: Experience) -> dict[str, object]:
    texts = typed.texts
    return {
        "color": {
            "primaryColor": texts["primary_color"] or None,
            "isDarkModeEnabled": typed.is_on("dark_mode"),
            "darkPrimaryColor": texts["dark_primary_color"] or None,
        },
        "branding": {
            "logoUrl": texts["logo_url"] or None,
            "darkLogoUrl": texts["dark_logo_url"] or None,
            "favicon": texts["favicon"] or None,
        },
        "hideLogtoBranding": typed.is_on("hide_mark"),
    }


def _ways_in_of(experience: Experience) -> Typed:
    has_username = any(method.identifier == "username" for method in experience.sign_in.methods)
    return Typed(
        {
            "identifier": "username" if experience.sign_up.identifiers else "none",
            "by_username": "on" if has_username else "",
            "ask_missing": "" if experience.social_sign_in.skip_required_identifiers else "on",
            "registration": "" if experience.sign_in_mode is SignInMode.SIGN_IN else "on",
        },
        experience.social_sign_in_connector_targets,
    )


def _ways_in(typed: Typed, stored: Experience) -> dict[str, object]:
    if typed.texts["identifier"] not in {"username", "none"}:
        raise InvalidInput("signUp.identifiers", "choose username, or none.")
    by_name = typed.texts["identifier"] == "username"
    method = {"identifier": "username", "password": True, "verificationCode": False, "isPasswordPrimary": True}
    mode = SignInMode.SIGN_IN
    if typed.is_on("registration"):
        register_only = stored.sign_in_mode is SignInMode.REGISTER
        mode = SignInMode.REGISTER if register_only else SignInMode.SIGN_IN_AND_REGISTER
    return {
        "signUp": {"identifiers": ["username"] if by_name else [], "password": by_name, "verify": False},
        # Whoever signs up by username signs in by it too.
        "signIn": {"methods": [method] if by_name or typed.is_on("by_username") else []},
        "socialSignIn": {
            "automaticAccountLinking": stored.social_sign_in.automatic_account_linking,
            "skipRequiredIdentifiers": not typed.is_on("ask_missing"),
        },
        "socialSignInConnectorTargets": list(typed.social),
        "signInMode": mode.value,
    }


def _content_of(experience: Experience) -> Typed:
    return Typed(
        {
            "terms_url": experience.terms_of_use_url or "",
            "privacy_url": experience.privacy_policy_url or "",
            "agree_policy": experience.agree_to_terms_policy.value,
            "support_email": experience.support_email or "",
            "support_website": experience.support_website_url or "",
            "auto_detect": "on" if experience.language_info.auto_detect else "",
            "fallback_language": experience.language_info.fallback_language,
        }
    )


def _content(typed: Typed, _: Experience) -> dict[str, object]:
    texts = typed.texts
    return {
        "termsOfUseUrl": texts["terms_url"] or None,
        "privacyPolicyUrl": texts["privacy_url"] or None,
        "agreeToTermsPolicy": texts["agree_policy"],
        "supportEmail": texts["support_email"] or None,
        "supportWebsiteUrl": texts["support_website"] or None,
        "languageInfo": {
            "autoDetect": typed.is_on("auto_detect"),
            "fallbackLanguage": texts["fallback_language"],
        },
    }


TABS = {
    tab.name: tab
    for tab in (
        Tab(
            "branding",
            (
                *("primary_color", "dark_mode", "dark_primary_color"),
                *("logo_url", "dark_logo_url", "favicon", "hide_mark"),
            ),
            _branding_of,
            _branding,
        ),
        Tab(
            "sign-up-and-sign-in",
            ("identifier", "by_username", "ask_missing", "registration"),
            _ways_in_of,
            _ways_in,
        ),
        Tab(
            "content",
            (
                *("terms_url", "privacy_url", "agree_policy", "support_email"),
                *("support_website", "auto_detect", "fallback_language"),
            ),
            _content_of,
            _content,
        ),
    )
}
# The fields of the forms by the names of the settings, for refusals.
FIELDS = {
    "color.primaryColor": "primary_color",
    "color.darkPrimaryColor": "dark_primary_color",
    "branding.logoUrl": "logo_url",
    "branding.darkLogoUrl": "dark_logo_url",
    "branding.favicon": "favicon",
    "termsOfUseUrl": "terms_url",
    "privacyPolicyUrl": "privacy_url",
    "agreeToTermsPolicy": "agree_policy",
    "supportEmail": "support_email",
    "supportWebsiteUrl": "support_website",
    "languageInfo.fallbackLanguage": "fallback_language",
    "signUp.identifiers": "identifier",
    "signUp": "identifier",
    "signIn.methods": "by_username",
    "signIn": "by_username",
    "socialSignInConnectorTargets": "social",
}
