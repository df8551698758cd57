"""What the floor asks of its database, and the records that pass."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

HOUR = 60 * 60 * 1000
FORTNIGHT = 14 * 24 * HOUR

Columns = Sequence[Any]


class Exchange(Struct, frozen=True):
    """A code or refresh token that comes in, and what goes out for it; tokens are hashes."""

    now: int
    presented: str
    application_id: str
    access_token: str
    refresh_token: str
    scope: str
    audit_id: str
    audit_payload: str


class Storage(Protocol):
    """One of the two databases. Rows begin with the columns of `statements.LIVE`."""

    async def open(self) -> None:
        """Connect."""

    async def add_audit_line(self, audit_id: str, payload: str, now: int, application_id: str) -> None:
        """Write one line; it is durable on return."""

    async def redeem(self, exchange: Exchange, redirect_uri: str, challenge: str) -> Columns | None:
        """Take a code, write both tokens and the audit line; the grant. Durable on return."""

    async def rotate(self, exchange: Exchange) -> Columns | None:
        """Take a refresh token, write the next ones and the audit line; the grant. Durable on return."""

    async def token(self, token_hash: str, now: int) -> Columns | None:
        """An access token with its grant, user and session: scope, application and times follow the grant."""

    async def interaction(self, interaction_id: str, browser_hash: str, now: int) -> Columns | None:
        """An interaction of a browser."""
