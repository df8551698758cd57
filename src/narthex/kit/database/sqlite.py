"""SQLite: one process, one writer connection, point reads in the event loop, scans in threads."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextvars import Token
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import MetaData

from narthex.kit.clock import Clock
from narthex.kit.database import transaction_guard
from narthex.kit.database.errors import DatabaseUnavailable
from narthex.kit.database.interface import Database, Reader, Transaction
from narthex.kit.database.schema import REVISION, creation
from narthex.kit.database.sqlite_errors import raise_translated
from narthex.kit.database.sqlite_scans import ScanThreads, SqliteScan
from narthex.kit.database.sqlite_turns import LOCK_WAIT_MS, WriteTurns
from narthex.kit.database.statement import Statement
from narthex.kit.randomness import Randomness

R = TypeVar("R")
T = TypeVar("T")
Take = Callable[[sqlite3.Cursor], T]

PREFIX = "sqlite:///"


class SqliteRead(Reader):
    """Point reads in the event loop: microseconds each, so a thread would cost more than it saves."""

    __slots__ = ("_connection",)

    def __init__(self, tenant_id: str | None, connection: sqlite3.Connection) -> None:
        super().__init__(tenant_id)
        self._connection = connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None."""
        compiled = statement.for_reading("sqlite")
        rows, arguments = compiled.rows, compiled.arguments(self.tenant_id, parameters)
        try:
            row = self._connection.execute(compiled.sql, arguments).fetchone()
        except Exception as error:
            raise_translated(error, statement)
        return None if row is None else rows.one(row)

    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row."""
        compiled = statement.for_reading("sqlite")
        rows, arguments = compiled.rows, compiled.arguments(self.tenant_id, parameters)
        try:
            found = self._connection.execute(compiled.sql, arguments).fetchall()
        except Exception as error:
            raise_translated(error, statement)
        return rows.many(found)


class SqliteTransaction(Transaction):
    """A turn on the writer connection, between a savepoint and its release."""

    __slots__ = ("_connection", "_token", "_turns")

    _token: Token[bool]

    def __init__(
        self,
        tenant_id: str | None,
        clock: Clock,
        randomness: Randomness,
        connection: sqlite3.Connection,
        turns: WriteTurns,
    ) -> None:
        super().__init__(tenant_id, clock, randomness)
        self._connection = connection
        self._turns = turns

    async def __aenter__(self) -> Self:
        transaction_guard.outside_transaction("a second write")
        await self._turns.take()
        self._mark("SAVEPOINT turn")
        self._token = transaction_guard.enter()
        self.now = self._clock.now()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        transaction_guard.leave(self._token)
        keeps = False
        try:
            keeps = self._keeps(error)
        finally:
            if not keeps:
                self._roll_back()
        if keeps:
            self._mark("RELEASE turn")
            await self._turns.end(self._after_commit)

    def _mark(self, sql: str) -> None:
        try:
            self._connection.execute(sql)
        except sqlite3.Error as error:
            self._turns.undo()
            raise DatabaseUnavailable(f"{sql}: {error}") from error

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO turn")
                self._connection.execute("RELEASE turn")
        finally:
            self._turns.undo()

    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None."""
        rows = statement.compiled("sqlite").rows
        row = self.execute(statement, parameters, sqlite3.Cursor.fetchone)
        return None if row is None else rows.one(row)

    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row."""
        rows = statement.compiled("sqlite").rows
        return rows.many(self.execute(statement, parameters, sqlite3.Cursor.fetchall))

    async def run(self, statement: Statement[Any], /, **parameters: Any) -> int:
        """Run a statement; the number of rows it wrote."""
        return self.execute(statement, parameters, rows_written)

    def execute(self, statement: Statement[Any], parameters: dict[str, Any], take: Take[T]) -> T:
        """What `take` makes of the cursor after a statement."""
        self._refuse_after_failure()
        compiled = statement.compiled("sqlite")
        try:
            return take(self._connection.execute(compiled.sql, compiled.arguments(self.tenant_id, parameters)))
        except Exception as error:
            self._failure = error
            raise_translated(error, statement)


def rows_written(cursor: sqlite3.Cursor) -> int:
    """The rows that a statement wrote; the driver does not count for one that begins with WITH."""
    if cursor.description is not None:
        cursor.fetchall()  # RETURNING counts when it has been read
    if cursor.rowcount >= 0:
        return cursor.rowcount
    return int(cursor.connection.execute("SELECT changes()").fetchone()[0])


class SqliteDatabase(Database):
    """The database in one SQLite file, which belongs to one process."""

    dialect = "sqlite"

    def __init__(self, url: str, clock: Clock, randomness: Randomness, *, scan_limit_ms: int) -> None:
        super().__init__(clock, randomness)
        self.path = Path(url.removeprefix(PREFIX))
        self._scan_limit_ms = scan_limit_ms

    async def open(self) -> None:
        """Open the file, making it (readable by its owner only) where it is missing. Raises `DatabaseUnavailable`."""
        try:
            self._create_file()
            self._writer = self._connect("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", lock_wait_ms=0)
            self._reader = self._connect_reader()
        except (OSError, sqlite3.Error) as error:
            raise DatabaseUnavailable(f"{self.path}: {error}") from error
        self._turns = WriteTurns(self._writer, asyncio.get_running_loop())
        self._scans = ScanThreads(self._connect_reader, self._scan_limit_ms)

    def _create_file(self) -> None:
        # Never open the file beside SQLite when it is there: closing it would drop SQLite's locks (POSIX).
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connect(self, *pragmas: str, lock_wait_ms: int = LOCK_WAIT_MS) -> sqlite3.Connection:
        patience = LOCK_WAIT_MS / 1000
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=patience
        )
        for pragma in (*pragmas, "PRAGMA foreign_keys = ON", f"PRAGMA busy_timeout = {lock_wait_ms}"):
            connection.execute(pragma)
        return connection

    def _connect_reader(self) -> sqlite3.Connection:
        return self._connect("PRAGMA query_only = ON")

    async def close(self) -> None:
        """Finish the writes under way and close the file."""
        await self._turns.close()
        await asyncio.get_running_loop().run_in_executor(None, self._scans.close)
        self._reader.close()
        self._writer.close()

    def write(self, tenant_id: str | None) -> SqliteTransaction:
        """A turn on the only writer; see `Database.write`."""
        return SqliteTransaction(tenant_id, self.clock, self.randomness, self._writer, self._turns)

    def read(self, tenant_id: str | None) -> SqliteRead:
        """Point reads; see `Database.read`."""
        transaction_guard.outside_transaction("database.read")
        return SqliteRead(tenant_id, self._reader)

    def scan(self, tenant_id: str | None) -> SqliteScan:
        """Reads with a time limit; see `Database.scan`."""
        transaction_guard.outside_transaction("database.scan")
        return SqliteScan(tenant_id, self._scans)

    async def run_once(self, tenant_id: str | None, statement: Statement[Any], /, **parameters: Any) -> int:
        """A write of one statement; the number of rows it wrote."""
        return await self._once(tenant_id, statement, parameters, rows_written)

    async def one_once(self, tenant_id: str | None, statement: Statement[R], /, **parameters: Any) -> R | None:
        """A write of one statement with RETURNING; its first row."""
        rows = statement.compiled("sqlite").rows
        row = await self._once(tenant_id, statement, parameters, sqlite3.Cursor.fetchone)
        return None if row is None else rows.one(row)

    async def _once(
        self, tenant_id: str | None, statement: Statement[Any], parameters: dict[str, Any], take: Take[T]
    ) -> T:
        """One statement undoes itself where it fails, so it needs no savepoint."""
        transaction_guard.outside_transaction("a second write")
        compiled = statement.compiled("sqlite")
        arguments = compiled.arguments(tenant_id, parameters)
        await self._turns.take()
        try:
            result = take(self._writer.execute(compiled.sql, arguments))
        except Exception as error:
            self._turns.undo()
            raise_translated(error, statement)
        await self._turns.end([])
        return result

    async def now_ms(self) -> int:
        """This process's clock: there is no other."""
        return self.clock.now()

    async def schema_revision(self) -> str | None:
        """The revision that the migrations have reached; None where there was none."""
        try:
            row = self._reader.execute(REVISION).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise DatabaseUnavailable(str(error)) from error
        return None if row is None else str(row[0])

    async def create_all(self, metadata: MetaData) -> None:
        """Create the tables of `metadata`; for tests."""
        async with self.write(None):
            for statement in creation(metadata, "sqlite"):
                self._writer.execute(statement)
