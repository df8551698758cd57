"""What the settings of the hosted pages may be: the wire's rules, each with its code, fields named as on the wire."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.i18n import Catalogue, negotiate
from narthex.sign_in_settings.schemas import Experience, SignUp

COLOR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
MAILBOX = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
LONGEST_URL = 2048
LARGEST_IMAGE = 128 * 1024
NOT_YET = "people cannot be recognised by {} yet; username, or none, can be chosen."


class ExperienceRefused(Refusal):
    """Settings that contradict each other or the connectors. Wire: `sign_in_experiences.…`."""

    def __init__(self, code: str, text: str, field: str) -> None:
        super().__init__(
            f"sign_in_experiences.{code}",
            status=400,
            text=f"{field}: {text}",
            phrase="error.invalid_request",
            data={"field": field},
        )


def check(experience: Experience, targets: Collection[str], catalogue: Catalogue) -> None:
    """Raises `ExperienceRefused` or `InvalidInput`; `targets` are those of the tenant's connections, `catalogue` all
    languages that it has phrases in."""
    _check_look(experience)
    _check_links(experience)
    _check_languages(experience, catalogue)
    _check_sign_up(experience.sign_up)
    _check_sign_in(experience)
    _check_social(experience, targets)
    _check_policies(experience)


def _check_look(experience: Experience) -> None:
    color, branding = experience.color, experience.branding
    for field, value in (("primaryColor", color.primary_color), ("darkPrimaryColor", color.dark_primary_color)):
        if value is not None and not COLOR.fullmatch(value):
            raise InvalidInput(f"color.{field}", "a colour as in #096048 is needed.")
    images = (("logoUrl", branding.logo_url), ("darkLogoUrl", branding.dark_logo_url), ("favicon", branding.favicon))
    for field, url in images:
        if not url or url.startswith("/"):
            continue
        if not url.startswith("data:image/") and not _is_web_address(url):
            raise InvalidInput(f"branding.{field}", "an address with https:// or data:image/ is needed.")
        if len(url) > (LARGEST_IMAGE if url.startswith("data:") else LONGEST_URL):
            raise InvalidInput(f"branding.{field}", f"at most {LARGEST_IMAGE // 1024} kB of a picture are kept.")


def _check_links(experience: Experience) -> None:
    links = {
        "termsOfUseUrl": experience.terms_of_use_url,
        "privacyPolicyUrl": experience.privacy_policy_url,
        "supportWebsiteUrl": experience.support_website_url,
        "unknownSessionRedirectUrl": experience.unknown_session_redirect_url,
    }
    for field, url in links.items():
        if url and not _is_web_address(url):
            raise InvalidInput(field, "an address with https:// or http:// is needed.")
    if experience.support_email and not MAILBOX.fullmatch(experience.support_email):
        raise InvalidInput("supportEmail", "a mail address is needed.")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        names_a_host = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        return False
    return names_a_host and len(url) <= LONGEST_URL and url.isprintable()


def _check_languages(experience: Experience, catalogue: Catalogue) -> None:
    fallback = experience.language_info.fallback_language
    if negotiate([fallback], catalogue.languages) is None:
        known = ", ".join(catalogue.languages)
        text = f"there are no phrases in {fallback[:32]!r}; there are some in {known}. Add phrases first."
        raise ExperienceRefused("unsupported_default_language", text, "languageInfo.fallbackLanguage")


def _check_sign_up(sign_up: SignUp) -> None:
    field = "signUp.identifiers"
    _check_identifiers(sign_up.identifiers, field)
    if len(set(sign_up.identifiers)) != len(sign_up.identifiers):
        raise ExperienceRefused("duplicated_sign_up_identifiers", "one identifier is there twice.", field)
    if sign_up.identifiers and not sign_up.password:
        text = "an account with a username needs a password."
        raise ExperienceRefused("username_requires_password", text, "signUp.password")
    if sign_up.verify:
        raise InvalidInput("signUp.verify", "only mail addresses and phone numbers are verified, a username is not.")


def _check_identifiers(identifiers: Collection[str], field: str) -> None:
    for identifier in identifiers:
        if identifier in {"email", "phone", "emailOrPhone"}:
            raise InvalidInput(field, NOT_YET.format("mail address or phone number"))
        if identifier != "username":
            raise InvalidInput(field, f"there is no identifier {identifier[:32]!r}.")


def _check_sign_in(experience: Experience) -> None:
    methods, field = experience.sign_in.methods, "signIn.methods"
    _check_identifiers([method.identifier for method in methods], field)
    if len(methods) > 1:
        raise InvalidInput(field, "one identifier is there twice.")
    for method in methods:
        if method.verification_code:
            raise InvalidInput(field, "a username cannot be proved by a code.")
        if not method.password:
            text = "a username can only be proved by a password, so it has to be on."
            raise ExperienceRefused("at_least_one_authentication_factor", text, field)
    if experience.sign_up.identifiers and not methods:
        text = "who signs up by username has to be able to sign in by it."
        raise ExperienceRefused("miss_sign_up_identifier_in_sign_in", text, field)


def _check_social(experience: Experience, targets: Collection[str]) -> None:
    shown, field = experience.social_sign_in_connector_targets, "socialSignInConnectorTargets"
    for target in shown:
        if target not in targets:
            text = f"there is no connector with the target {target[:64]!r}."
            raise ExperienceRefused("enabled_connector_not_found", text, field)
    if len(set(shown)) != len(shown):
        raise InvalidInput(field, "one connector is there twice.")
    if not shown and not experience.sign_in.methods:
        text = "without a username nobody could come in any more; choose a connector."
        raise ExperienceRefused("empty_social_connectors", text, field)


def _check_policies(experience: Experience) -> None:
    policy, lockout = experience.password_policy, experience.sentinel_policy
    if not 1 <= policy.length.min <= policy.length.max <= 256:
        raise InvalidInput("passwordPolicy.length", "1 to 256 characters, and the least not above the most.")
    if not 1 <= policy.character_types.min <= 4:
        raise InvalidInput("passwordPolicy.characterTypes.min", "1 to 4 are needed.")
    if not 1 <= lockout.max_attempts <= 100:
        raise InvalidInput("sentinelPolicy.maxAttempts", "1 to 100 are needed.")
    if not 1 <= lockout.lockout_duration <= 24 * 60:
        raise InvalidInput("sentinelPolicy.lockoutDuration", "1 to 1440 minutes are needed.")
