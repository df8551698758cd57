"""The settings of the hosted pages. Wire names and defaults: sign-in-exp.json, logto-api.md 5.1."""

from enum import StrEnum

from msgspec import Struct, field


class SignInMode(StrEnum):
    """What the pages offer."""

    SIGN_IN = "SignIn"
    REGISTER = "Register"
    SIGN_IN_AND_REGISTER = "SignInAndRegister"


class Color(Struct, frozen=True, rename="camel"):
    """The tenant's colours, `#rrggbb`."""

    primary_color: str | None = None
    is_dark_mode_enabled: bool = True
    dark_primary_color: str | None = None


class BrandingUrls(Struct, frozen=True, rename="camel"):
    """Logo and favicon, served from our own origin or inline."""

    logo_url: str | None = None
    dark_logo_url: str | None = None
    favicon: str | None = None


class LanguageInfo(Struct, frozen=True, rename="camel"):
    """Whether the browser's languages count, and the language that is used where none fits."""

    auto_detect: bool = True
    fallback_language: str = "en"


class LengthPolicy(Struct, frozen=True):
    """Characters of a password."""

    min: int = 8
    max: int = 256


class CharacterTypesPolicy(Struct, frozen=True):
    """How many of small, capital, digit and other a password needs."""

    min: int = 1


class RejectsPolicy(Struct, frozen=True, rename="camel"):
    """What else a password must not be; `pwned` is judged offline, by a list of common passwords."""

    pwned: bool = True
    repetition_and_sequence: bool = True
    user_info: bool = True
    words: tuple[str, ...] = ()


class PasswordPolicy(Struct, frozen=True, rename="camel"):
    """The policy of new passwords."""

    length: LengthPolicy = LengthPolicy()
    character_types: CharacterTypesPolicy = CharacterTypesPolicy()
    rejects: RejectsPolicy = RejectsPolicy()


class LockoutPolicy(Struct, frozen=True, rename="camel"):
    """After `max_attempts` failures an identifier is locked for `lockout_duration` minutes (wire: sentinelPolicy)."""

    max_attempts: int = 10
    lockout_duration: int = 15


class TermsPolicy(StrEnum):
    """When people have to tick that they agree to the terms: never, for a new account, or at every first screen."""

    AUTOMATIC = "Automatic"
    MANUAL_REGISTRATION_ONLY = "ManualRegistrationOnly"
    MANUAL = "Manual"


class SignUp(Struct, frozen=True):
    """What a new account needs beside, or instead of, another identity provider; no identifier means nothing."""

    identifiers: tuple[str, ...] = ("username",)
    password: bool = True
    verify: bool = False


class SignInMethod(Struct, frozen=True, rename="camel"):
    """One way of signing in by an identifier."""

    identifier: str
    password: bool = True
    verification_code: bool = False
    is_password_primary: bool = True


class SignIn(Struct, frozen=True):
    """The ways of signing in by an identifier; none leaves the other identity providers."""

    methods: tuple[SignInMethod, ...] = (SignInMethod("username"),)


class SocialSignIn(Struct, frozen=True, rename="camel"):
    """How people come in from other identity providers. Accounts are only ever linked by proof, so
    `automatic_account_linking` is kept for the scripts that set it, and does nothing."""

    automatic_account_linking: bool = False
    skip_required_identifiers: bool = False


class Experience(Struct, frozen=True, rename="camel"):
    """All settings of a tenant's hosted pages."""

    color: Color = Color()
    branding: BrandingUrls = BrandingUrls()
    hide_narthex_mark: bool = False
    language_info: LanguageInfo = LanguageInfo()
    terms_of_use_url: str | None = None
    privacy_policy_url: str | None = None
    support_email: str | None = None
    support_website_url: str | None = None
    agree_to_terms_policy: TermsPolicy = TermsPolicy.AUTOMATIC
    unknown_session_redirect_url: str | None = None
    sign_in_mode: SignInMode = SignInMode.SIGN_IN_AND_REGISTER
    sign_up: SignUp = SignUp()
    sign_in: SignIn = SignIn()
    social_sign_in: SocialSignIn = SocialSignIn()
    social_sign_in_connector_targets: tuple[str, ...] = ()
    password_policy: PasswordPolicy = PasswordPolicy()
    sentinel_policy: LockoutPolicy = LockoutPolicy()


class SignInSettings(Struct, frozen=True):
    """The settings with the tenant's own phrases, `{language: {key: text}}`."""

    experience: Experience
    custom_phrases: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def sign_up_is_on(self) -> bool:
        """Whether people may make accounts themselves."""
        return self.experience.sign_in_mode is not SignInMode.SIGN_IN

    @property
    def sign_in_is_on(self) -> bool:
        """Whether people who have an account may sign in."""
        return self.experience.sign_in_mode is not SignInMode.REGISTER

    @property
    def password_is_on(self) -> bool:
        """Whether people may sign in by username and password."""
        return any(method.password for method in self.experience.sign_in.methods)

    @property
    def sign_up_by_username_is_on(self) -> bool:
        """Whether people may make accounts with a username and a password."""
        return self.sign_up_is_on and "username" in self.experience.sign_up.identifiers

    @property
    def newcomers_need_username(self) -> bool:
        """Whether somebody who comes from another identity provider has to choose a username first."""
        needed = "username" in self.experience.sign_up.identifiers
        return needed and not self.experience.social_sign_in.skip_required_identifiers
