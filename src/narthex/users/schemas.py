"""A user as the rest of the server sees one."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from narthex.kit.cursors import Cursor


class User(Struct, frozen=True):
    """A user. Times in ms since epoch. Wire: logto-api.md 2.4."""

    id: str
    username: str | None
    primary_email: str | None
    primary_phone: str | None
    name: str | None
    avatar: str | None
    profile: dict[str, Any]
    custom_data: dict[str, Any]
    application_id: str | None
    is_suspended: bool
    valid_after: int
    last_sign_in_at: int | None
    created_at: int
    updated_at: int

    @property
    def display_name(self) -> str:
        """What to call the person on a page."""
        return self.name or self.username or self.primary_email or self.primary_phone or self.id


class UserSummary(Struct, frozen=True):
    """A user as a row of a list."""

    id: str
    username: str | None
    primary_email: str | None
    primary_phone: str | None
    name: str | None
    avatar: str | None
    application_id: str | None
    is_suspended: bool
    last_sign_in_at: int | None
    created_at: int

    @property
    def display_name(self) -> str:
        """What to call the person on a page."""
        return self.name or self.username or self.primary_email or self.primary_phone or self.id

    @property
    def cursor(self) -> str:
        """The place of this row in a list with the newest first."""
        return Cursor(self.created_at, self.id).text


class NewUser(Struct, frozen=True):
    """What a user begins with, as it was typed; that there is an identifier is a rule of the surfaces."""

    username: str | None = None
    primary_email: str | None = None
    primary_phone: str | None = None
    name: str | None = None
    avatar: str | None = None
    profile: dict[str, Any] = {}
    custom_data: dict[str, Any] = {}
    application_id: str | None = None


class UserChange(Struct, frozen=True):
    """What to change of a user; what is left out stays, None or an empty text empties, objects are replaced."""

    username: str | UnsetType | None = UNSET
    primary_email: str | UnsetType | None = UNSET
    primary_phone: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    profile: dict[str, Any] | UnsetType = UNSET
    custom_data: dict[str, Any] | UnsetType = UNSET


class UserFilter(Struct, frozen=True):
    """Which users a list shows: those found by what somebody typed, and those who are suspended, or are not."""

    search: str = ""
    suspended: bool | None = None
