"""PostgreSQL by bare asyncpg: connections in a list, one statement and one round trip for each request."""

import asyncio
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from bench.floor import statements as sql
from bench.floor.storage import FORTNIGHT, HOUR, Columns, Exchange

CLIENT_CREDENTIALS = "ExchangeTokenBy.ClientCredentials"
POOL_SIZE = 16


class PostgresqlStorage:
    """As many connections as ours; the one used last is used first."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()

    async def open(self) -> None:
        """Connect."""
        for _ in range(POOL_SIZE):
            self._idle.put_nowait(await asyncpg.connect(self._url, server_settings={"jit": "off"}))

    async def _row(self, statement: str, *arguments: Any) -> Columns | None:
        connection = await self._idle.get()
        found: Columns | None = await connection.fetchrow(statement, *arguments)
        self._idle.put_nowait(connection)
        return found

    async def add_audit_line(self, audit_id: str, payload: str, now: int, application_id: str) -> None:
        """Write one line."""
        await self._row(sql.POSTGRESQL_AUDIT, audit_id, CLIENT_CREDENTIALS, payload, now, None, application_id, None)

    async def redeem(self, exchange: Exchange, redirect_uri: str, challenge: str) -> Columns | None:
        """Take a code and write what it gives."""
        bound = (redirect_uri, challenge, exchange.now + FORTNIGHT)
        return await self._row(sql.POSTGRESQL_REDEEM, *_exchanged(exchange), *bound)

    async def rotate(self, exchange: Exchange) -> Columns | None:
        """Take a refresh token and write what it gives."""
        return await self._row(sql.POSTGRESQL_ROTATE, *_exchanged(exchange))

    async def token(self, token_hash: str, now: int) -> Columns | None:
        """An access token with its grant."""
        return await self._row(sql.POSTGRESQL_TOKEN, token_hash, now)

    async def interaction(self, interaction_id: str, browser_hash: str, now: int) -> Columns | None:
        """An interaction of a browser."""
        return await self._row(sql.POSTGRESQL_INTERACTION, interaction_id, browser_hash, now)


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
