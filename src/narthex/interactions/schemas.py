"""The checked authorization request, and an interaction about it."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from narthex.connectors.contract import ExternalIdentity

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
    newcomer_sealed: str | None = None


class TripPurpose(StrEnum):
    """Why somebody goes to another identity provider: to come in, or to prove that an account is theirs."""

    SIGN_IN = "sign-in"
    LINK = "link"


class Trip(Struct, frozen=True):
    """A way out to another identity provider; `kept` is what its connector needs when the browser is back, `language`
    what the person read when they left."""

    connection_id: str
    purpose: TripPurpose
    kept: dict[str, str]
    language: str


class Newcomer(Struct, frozen=True):
    """Somebody whom a provider vouched for (at `at`, in ms), and who has no account yet. `wants_own_account` says that
    they were offered the account that has their mail address, and do not want it."""

    connection_id: str
    target: str
    external: ExternalIdentity
    at: int
    wants_own_account: bool = False
