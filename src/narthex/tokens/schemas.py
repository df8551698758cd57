"""Grants and tokens as the rest of the server sees them. Times in ms since epoch."""

from typing import Any

from msgspec import Struct

from narthex.users.schemas import User

CODE_TTL = 60 * 1000
GRANT_TTL = 180 * 24 * 60 * 60 * 1000
ACCESS_TOKEN_TTL = 60 * 60 * 1000
REFRESH_TOKEN_TTL = 14 * 24 * 60 * 60 * 1000
# A chain of rotated refresh tokens ends after a year (wire: logto-api.md 1.10).
LONGEST_CHAIN = int(365.25 * 24 * 60 * 60 * 1000)
# A client that refreshes twice at once is told no, but keeps its grant; later it is theft (docs/decisions/0006).
REUSE_GRACE = 3 * 1000


class NewGrant(Struct, frozen=True):
    """What a person let an application have."""

    user_id: str
    application_id: str
    session_id: str
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    authenticated_at: int
    nonce: str | None

    @property
    def is_offline(self) -> bool:
        """Whether it outlives the session."""
        return "offline_access" in self.scopes


class LiveGrant(Struct, frozen=True):
    """A grant that holds now, with the user it is for; both were read in one statement."""

    grant_id: str
    user_id: str
    application_id: str
    session_id: str
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    is_offline: bool
    authenticated_at: int
    nonce: str | None
    created_at: int
    username: str | None
    primary_email: str | None
    primary_phone: str | None
    name: str | None
    avatar: str | None
    profile: dict[str, Any]
    custom_data: dict[str, Any]
    user_created_at: int
    user_updated_at: int

    @property
    def user(self) -> User:
        """The user of the grant."""
        return User(
            self.user_id,
            self.username,
            self.primary_email,
            self.primary_phone,
            self.name,
            self.avatar,
            self.profile,
            self.custom_data,
            None,
            False,
            0,
            None,
            self.user_created_at,
            self.user_updated_at,
        )


class NewToken(Struct, frozen=True):
    """A token that was made, and the row that has to be written for it."""

    token: str
    row: dict[str, object]


class HeldCode(LiveGrant, frozen=True):
    """An authorization code, taken or not, with its grant and user; `grant_holds` says whether the grant does."""

    grant_holds: bool
    code_redirect_uri: str
    code_challenge: str | None
    code_expires_at: int
    code_consumed_at: int | None


class HeldRefreshToken(LiveGrant, frozen=True):
    """A refresh token, consumed or not, with its grant and user; `grant_holds` says whether the grant does."""

    grant_holds: bool
    token_created_at: int
    token_expires_at: int
    token_started_at: int
    token_consumed_at: int | None


class AccessGrant(LiveGrant, frozen=True):
    """An opaque access token that holds now, with its grant and user."""

    token_scope: str
    token_application_id: str
    token_created_at: int
    token_expires_at: int
