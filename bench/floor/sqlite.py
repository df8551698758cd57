"""SQLite by the bare driver: reads in the loop, writes in the loop too, COMMIT in a thread and shared by a group."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bench.floor import statements as sql
from bench.floor.storage import FORTNIGHT, HOUR, Columns, Exchange

T = TypeVar("T")

CLIENT_CREDENTIALS = "ExchangeTokenBy.ClientCredentials"


class SqliteStorage:
    """One file, one writer connection, one reader connection; WAL and synchronous=FULL as ours.

    All writes that arrive while a COMMIT runs go into the next one. A thread waits for the disk, as design.md section 4
    wants it: committing in the loop would hold up every other request for the time of an fsync.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1)
        self._group: asyncio.Future[None] | None = None
        self._committing: asyncio.Future[None] | None = None

    async def open(self) -> None:
        """Connect."""
        self._loop = asyncio.get_running_loop()
        self._writer, self._reader = self._connect(), self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=64)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        while self._committing is not None:
            await self._committing
        if self._group is None:
            self._group = self._loop.create_future()
            self._writer.execute("BEGIN IMMEDIATE")
            self._loop.call_soon(self._commit)
        durable = self._group
        result = work(self._writer)
        await durable
        return result

    def _commit(self) -> None:
        self._committing, self._group = self._group, None
        done = self._loop.run_in_executor(self._thread, self._writer.execute, "COMMIT")
        done.add_done_callback(self._committed)

    def _committed(self, done: "asyncio.Future[sqlite3.Cursor]") -> None:
        durable, self._committing = self._committing, None
        assert durable is not None
        done.result()
        durable.set_result(None)

    async def add_audit_line(self, audit_id: str, payload: str, now: int, application_id: str) -> None:
        """Write one line."""
        line = (audit_id, CLIENT_CREDENTIALS, payload, now, None, application_id, None)
        await self._write(lambda connection: connection.execute(sql.SQLITE_AUDIT, line))

    async def redeem(self, exchange: Exchange, redirect_uri: str, challenge: str) -> Columns | None:
        """Take a code and write what it gives."""
        now, application_id = exchange.now, exchange.application_id

        def work(connection: sqlite3.Connection) -> Columns | None:
            bound = (now, exchange.presented, application_id, redirect_uri, challenge, now)
            taken = connection.execute(sql.SQLITE_TAKE_CODE, bound).fetchone()
            chain = (now + FORTNIGHT, now)
            return taken and _write_tokens(connection, exchange, taken[0], chain, "ExchangeTokenBy.AuthorizationCode")

        return await self._write(work)

    async def rotate(self, exchange: Exchange) -> Columns | None:
        """Take a refresh token and write what it gives."""

        def work(connection: sqlite3.Connection) -> Columns | None:
            bound = (exchange.now, exchange.presented, exchange.application_id, exchange.now)
            taken = connection.execute(sql.SQLITE_TAKE_REFRESH, bound).fetchone()
            return taken and _write_tokens(connection, exchange, taken[0], taken[1:], "ExchangeTokenBy.RefreshToken")

        return await self._write(work)

    async def token(self, token_hash: str, now: int) -> Columns | None:
        """An access token with its grant."""
        found: Columns | None = self._reader.execute(sql.SQLITE_TOKEN, (token_hash, now, now, now)).fetchone()
        return found

    async def interaction(self, interaction_id: str, browser_hash: str, now: int) -> Columns | None:
        """An interaction of a browser."""
        bound = (interaction_id, browser_hash, now)
        found: Columns | None = self._reader.execute(sql.SQLITE_INTERACTION, bound).fetchone()
        return found


def _write_tokens(
    connection: sqlite3.Connection, exchange: Exchange, grant_id: str, chain: Columns, key: str
) -> Columns | None:
    now, application_id = exchange.now, exchange.application_id
    grant: Columns | None = connection.execute(sql.SQLITE_GRANT, (grant_id, now, now)).fetchone()
    if grant is None:
        return None
    access = (exchange.access_token, grant_id, application_id, exchange.scope, now, now + HOUR)
    connection.execute(sql.SQLITE_ACCESS, access)
    connection.execute(sql.SQLITE_REFRESH, (exchange.refresh_token, grant_id, application_id, now, *chain))
    line = (exchange.audit_id, key, exchange.audit_payload, now, grant[1], application_id, grant[2])
    connection.execute(sql.SQLITE_AUDIT, line)
    return grant
