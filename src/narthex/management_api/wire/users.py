"""Users, their sessions and grants. Wire: user-create.json, management-users-page.json, logto-api.md 2.4 and 2.5."""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from narthex.sessions.queries import SessionInfo
from narthex.tokens.grants_of_user import GrantInfo
from narthex.users.schemas import User

SECOND = 1000


class IdentityAnswer(Struct, frozen=True, rename="camel"):
    """An identity at another provider: its id there, and what was told of it."""

    user_id: str
    details: dict[str, Any] | UnsetType = UNSET


class UserAnswer(Struct, frozen=True, rename="camel"):
    """A user; times in ms since the epoch, identities by target."""

    id: str
    username: str | None
    primary_email: str | None
    primary_phone: str | None
    name: str | None
    avatar: str | None
    custom_data: dict[str, Any]
    identities: dict[str, IdentityAnswer]
    last_sign_in_at: int | None
    created_at: int
    updated_at: int
    profile: dict[str, Any]
    application_id: str | None
    cimd_client_id: None
    is_suspended: bool
    has_password: bool


class Address(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A postal address (OpenID Connect Core 5.1.1)."""

    formatted: str | UnsetType = UNSET
    street_address: str | UnsetType = UNSET
    locality: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    country: str | UnsetType = UNSET


class Profile(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Claims about a person (OpenID Connect Core 5.1)."""

    family_name: str | UnsetType = UNSET
    given_name: str | UnsetType = UNSET
    middle_name: str | UnsetType = UNSET
    nickname: str | UnsetType = UNSET
    preferred_username: str | UnsetType = UNSET
    profile: str | UnsetType = UNSET
    website: str | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    birthdate: str | UnsetType = UNSET
    zoneinfo: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    address: Address | UnsetType = UNSET


class UserBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new user; phone numbers are digits with the country's code."""

    username: str | None = None
    primary_email: str | None = None
    primary_phone: str | None = None
    name: str | None = None
    avatar: str | None = None
    password: str | None = None
    custom_data: dict[str, Any] = {}
    profile: Profile = Profile()


class UserPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of a user; null or an empty text takes a value away, objects are replaced."""

    username: str | UnsetType | None = UNSET
    primary_email: str | UnsetType | None = UNSET
    primary_phone: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    custom_data: dict[str, Any] | UnsetType = UNSET
    profile: Profile | UnsetType = UNSET


class CustomDataBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Members of the custom data to set."""

    custom_data: dict[str, Any]


class ProfileBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Members of the profile to set."""

    profile: Profile


class PasswordBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A password."""

    password: str


class SuspensionBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Whether the user is suspended."""

    is_suspended: bool


class HasPassword(Struct, frozen=True, rename="camel"):
    """Whether the user has a password."""

    has_password: bool


class SessionAuthorization(Struct, frozen=True, rename="camel"):
    """What an application was given in a session."""

    sid: str
    grant_id: str
    persists_logout: bool


class SessionPayload(Struct, frozen=True, rename="camel"):
    """The inner part of a session; times in seconds."""

    exp: int
    iat: int
    jti: str
    uid: str
    kind: str
    login_ts: int
    account_id: str
    authorizations: dict[str, SessionAuthorization]


class SessionAnswer(Struct, frozen=True, rename="camel"):
    """A session; `expiresAt` in ms since the epoch."""

    payload: SessionPayload
    last_submission: None
    client_id: str | None
    account_id: str
    expires_at: int


class SessionsAnswer(Struct, frozen=True):
    """The live sessions of a user."""

    sessions: list[SessionAnswer]


class GrantPayload(Struct, frozen=True, rename="camel"):
    """The inner part of a grant; times in seconds."""

    exp: int
    iat: int
    jti: str
    kind: str
    client_id: str
    account_id: str


class GrantApplication(Struct, frozen=True):
    """The application of a grant."""

    id: str
    name: str


class GrantAnswer(Struct, frozen=True, rename="camel"):
    """A grant; `expiresAt` in ms since the epoch."""

    id: str
    payload: GrantPayload
    expires_at: int
    application: GrantApplication


class GrantsAnswer(Struct, frozen=True):
    """The live grants of a user."""

    grants: list[GrantAnswer]


def user_answer(user: User, *, has_password: bool, identities: dict[str, IdentityAnswer]) -> UserAnswer:
    """A user as the wire writes one."""
    return UserAnswer(
        user.id,
        user.username,
        user.primary_email,
        user.primary_phone,
        user.name,
        user.avatar,
        user.custom_data,
        identities,
        user.last_sign_in_at,
        user.created_at,
        user.updated_at,
        user.profile,
        user.application_id,
        None,
        user.is_suspended,
        has_password,
    )


def session_answer(session: SessionInfo, grants: Collection[GrantInfo]) -> SessionAnswer:
    """A session with the grants that were given in it."""
    own = [grant for grant in grants if grant.session_id == session.id]
    payload = SessionPayload(
        session.expires_at // SECOND,
        session.created_at // SECOND,
        session.id,
        session.id,
        "Session",
        session.authenticated_at // SECOND,
        session.user_id,
        {one.application_id: SessionAuthorization(session.id, one.id, one.is_offline) for one in own},
    )
    client_id = own[0].application_id if own else None
    return SessionAnswer(payload, None, client_id, session.user_id, session.expires_at)


def grant_answer(user_id: str, grant: GrantInfo) -> GrantAnswer:
    """A grant as the wire writes it."""
    payload = GrantPayload(
        grant.expires_at // SECOND, grant.created_at // SECOND, grant.id, "Grant", grant.application_id, user_id
    )
    application = GrantApplication(grant.application_id, grant.application_name)
    return GrantAnswer(grant.id, payload, grant.expires_at, application)
