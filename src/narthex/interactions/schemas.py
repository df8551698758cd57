"""The checked authorization request, and an interaction about it."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

INTERACTION_COOKIE = "interaction"
INTERACTION_TTL = 60 * 60 * 1000

ResponseMode = Literal["query", "fragment", "form_post"]


class FirstScreen(StrEnum):
    """Where a sign-in begins (wire: logto-api.md 1.11)."""

    SIGN_IN = "sign_in"
    REGISTER = "register"


class AuthorizationRequest(Struct, frozen=True, omit_defaults=True):
    """An authorization request after all checks (OpenID Connect Core 3.1.2.1); `max_age` in seconds."""

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    scopes: tuple[str, ...]
    resources: tuple[str, ...] = ()
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    hinted_subject: str | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    first_screen: FirstScreen = FirstScreen.SIGN_IN
    identifiers: tuple[str, ...] = ()
    direct_sign_in: str | None = None
    organization_id: str | None = None


class Authentication(Struct, frozen=True):
    """Who proved to be who in this interaction, when and how."""

    user_id: str
    at: int
    methods: tuple[str, ...]
    is_new_user: bool = False


class ConsentAnswer(Struct, frozen=True):
    """What the person answered to the consent page."""

    allowed: bool
    user_id: str


class Interaction(Struct, frozen=True):
    """An interaction under way."""

    id: str
    application_id: str
    request: AuthorizationRequest
    authentication: Authentication | None
    consent: ConsentAnswer | None
    created_at: int
    expires_at: int
