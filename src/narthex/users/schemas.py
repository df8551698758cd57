"""A user as the rest of the server sees one."""

from typing import Any

from msgspec import Struct


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
