"""A session as the rest of the server sees one."""

from msgspec import Struct

SESSION_COOKIE = "session"
SESSION_TTL = 14 * 24 * 60 * 60 * 1000


class Session(Struct, frozen=True):
    """A live session; times in ms since epoch, `methods` are RFC 8176 authentication method references."""

    id: str
    user_id: str
    authenticated_at: int
    methods: tuple[str, ...]
    created_at: int
    expires_at: int
