"""Lists, searches and aggregates on SQLite: in a few threads, each with its own connection, and with a time limit."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

from narthex.kit.database.errors import ReadTimeout
from narthex.kit.database.interface import Reader
from narthex.kit.database.sqlite_errors import raise_translated
from narthex.kit.database.statement import Statement

R = TypeVar("R")
T = TypeVar("T")

THREADS = 2
# SQLite asks whether to go on after this many steps of its machine: a few hundred times a second.
STEPS_BETWEEN_CHECKS = 50_000


class _Job:
    """One scan; `given_up` is set by the loop when nobody waits for it any more."""

    __slots__ = ("deadline", "given_up")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.given_up = False

    def should_stop(self) -> bool:
        return self.given_up or time.monotonic() > self.deadline


class ScanThreads:
    """Reader threads, started with the first scan."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], limit_ms: int) -> None:
        self._connect = connect
        self._limit_ms = limit_ms
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="narthex-scan")
        self._own = threading.local()
        self._connections: list[sqlite3.Connection] = []

    async def run(self, sql: str, arguments: Sequence[Any], take: Callable[[sqlite3.Cursor], T]) -> T:
        """What `take` makes of the statement's rows. The time spent waiting for a thread counts too."""
        job = _Job(time.monotonic() + self._limit_ms / 1000)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._read, job, sql, arguments, take)
        except asyncio.CancelledError:
            job.given_up = True
            raise

    def _read(self, job: _Job, sql: str, arguments: Sequence[Any], take: Callable[[sqlite3.Cursor], T]) -> T:
        if job.should_stop():
            raise ReadTimeout(self._limit_ms)
        connection = self._connection()
        connection.set_progress_handler(job.should_stop, STEPS_BETWEEN_CHECKS)
        try:
            return take(connection.execute(sql, arguments))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise ReadTimeout(self._limit_ms) from error
            raise
        finally:
            connection.set_progress_handler(None, 0)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._connect()
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Wait for the scans under way and disconnect."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()


class SqliteScan(Reader):
    """Reads in the scan threads."""

    __slots__ = ("_threads",)

    def __init__(self, tenant_id: str | None, threads: ScanThreads) -> None:
        super().__init__(tenant_id)
        self._threads = threads

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None. Raises `ReadTimeout`."""
        found = await self._rows(statement, parameters, lambda cursor: cursor.fetchmany(1))
        return found[0] if found else None

    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row. Raises `ReadTimeout`."""
        return await self._rows(statement, parameters, lambda cursor: cursor)

    async def _rows(
        self, statement: Statement[R], parameters: dict[str, Any], some: Callable[[sqlite3.Cursor], Any]
    ) -> list[R]:
        compiled = statement.for_reading("sqlite")
        arguments = compiled.arguments(self.tenant_id, parameters)
        build = compiled.rows.many
        try:
            return await self._threads.run(compiled.sql, arguments, lambda cursor: build(some(cursor)))
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
            raise_translated(error, statement)
