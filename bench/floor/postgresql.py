"""PostgreSQL by bare asyncpg: its pool without the reset query, one statement and one round trip for each request."""

from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from bench.floor import statements as sql
from bench.floor.storage import FORTNIGHT, HOUR, Columns, Exchange

CLIENT_CREDENTIALS = "ExchangeTokenBy.ClientCredentials"
POOL_SIZE = 16


async def _no_reset(connection: Any) -> None:
    """Session state is never changed."""


class PostgresqlStorage:
    """One pool of as many connections as ours."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> None:
        """Connect."""
        settings = {"jit": "off"}
        self._pool: Any = await asyncpg.create_pool(
            self._url, min_size=1, max_size=POOL_SIZE, reset=_no_reset, server_settings=settings
        )

    async def add_audit_line(self, audit_id: str, payload: str, now: int, application_id: str) -> None:
        """Write one line."""
        await self._pool.execute(
            sql.POSTGRESQL_AUDIT, audit_id, CLIENT_CREDENTIALS, payload, now, None, application_id, None
        )

    async def redeem(self, exchange: Exchange, redirect_uri: str, challenge: str) -> Columns | None:
        """Take a code and write what it gives."""
        bound = (redirect_uri, challenge, exchange.now + FORTNIGHT)
        found: Columns | None = await self._pool.fetchrow(sql.POSTGRESQL_REDEEM, *_exchanged(exchange), *bound)
        return found

    async def rotate(self, exchange: Exchange) -> Columns | None:
        """Take a refresh token and write what it gives."""
        found: Columns | None = await self._pool.fetchrow(sql.POSTGRESQL_ROTATE, *_exchanged(exchange))
        return found

    async def token(self, token_hash: str, now: int) -> Columns | None:
        """An access token with its grant."""
        found: Columns | None = await self._pool.fetchrow(sql.POSTGRESQL_TOKEN, token_hash, now)
        return found

    async def interaction(self, interaction_id: str, browser_hash: str, now: int) -> Columns | None:
        """An interaction of a browser."""
        found: Columns | None = await self._pool.fetchrow(sql.POSTGRESQL_INTERACTION, interaction_id, browser_hash, now)
        return found


def _exchanged(exchange: Exchange) -> tuple[Any, ...]:
    """The arguments $1 to $9."""
    return (
        exchange.now,
        exchange.presented,
        exchange.application_id,
        exchange.access_token,
        exchange.refresh_token,
        exchange.scope,
        exchange.now + HOUR,
        exchange.audit_id,
        exchange.audit_payload,
    )
