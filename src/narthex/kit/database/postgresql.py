"""PostgreSQL on bare asyncpg: a pool, each statement prepared once per connection, no transaction around reads."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Token
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg  # type: ignore[import-untyped, unused-ignore]
from sqlalchemy import MetaData

from narthex.kit.clock import Clock
from narthex.kit.database import transaction_guard
from narthex.kit.database.errors import DatabaseUnavailable, ReadTimeout
from narthex.kit.database.interface import Database, Reader, Transaction, call_safely
from narthex.kit.database.postgresql_errors import LOST, raise_lost, raise_translated
from narthex.kit.database.postgresql_pool import ConnectionPool
from narthex.kit.database.schema import REVISION, creation
from narthex.kit.database.statement import Statement
from narthex.kit.randomness import Randomness

R = TypeVar("R")
T = TypeVar("T")

Connection = Any  # asyncpg has no types
Fetch = Callable[[Connection, float | None], Awaitable[Any]]

ACQUIRE_SECONDS = 5
STATEMENT_SECONDS = 30
SESSION = {
    "application_name": "narthex",
    "timezone": "UTC",
    "jit": "off",
    # Backstops on the server's side for a client that hangs; the limits that callers meet are shorter.
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
}
NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"


class PostgresqlRead(Reader):
    """Each statement on a connection of the pool, committed by itself; with a time limit where it is a scan."""

    __slots__ = ("_database", "_limit_ms")

    def __init__(self, tenant_id: str | None, database: "PostgresqlDatabase", limit_ms: int | None = None) -> None:
        super().__init__(tenant_id)
        self._database = database
        self._limit_ms = limit_ms

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None. Raises `ReadTimeout` in a scan."""
        compiled = statement.for_reading("postgresql")
        rows, arguments = compiled.rows, compiled.arguments(self.tenant_id, parameters)
        row = await self._fetch(
            statement, lambda connection, limit: connection.fetchrow(compiled.sql, *arguments, timeout=limit)
        )
        return None if row is None else rows.one(row)

    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row. Raises `ReadTimeout` in a scan."""
        compiled = statement.for_reading("postgresql")
        rows, arguments = compiled.rows, compiled.arguments(self.tenant_id, parameters)
        found = await self._fetch(
            statement, lambda connection, limit: connection.fetch(compiled.sql, *arguments, timeout=limit)
        )
        return rows.many(found)

    async def _fetch(self, statement: Statement[Any], fetch: Fetch) -> Any:
        if self._limit_ms is None:
            return await self._database.on_connection(statement, lambda connection: fetch(connection, None))
        # asyncpg cancels the statement on the server when the time is up, which spares SET and its round trips.
        seconds = self._limit_ms / 1000
        try:
            return await self._database.on_connection(statement, lambda connection: fetch(connection, seconds))
        except DatabaseUnavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise ReadTimeout(self._limit_ms) from error
            raise


class PostgresqlTransaction(Transaction):
    """BEGIN to COMMIT on one connection, READ COMMITTED."""

    __slots__ = ("_connection", "_database", "_token")

    _token: Token[bool]

    def __init__(
        self, tenant_id: str | None, clock: Clock, randomness: Randomness, database: "PostgresqlDatabase"
    ) -> None:
        super().__init__(tenant_id, clock, randomness)
        self._database = database
        self._connection: Connection = None

    async def __aenter__(self) -> Self:
        transaction_guard.outside_transaction("a second write")
        self._connection = await self._database.acquire()
        try:
            await self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        except BaseException as error:
            await self._database.release(self._connection, sound=False)
            raise_lost(error)
        self._token = transaction_guard.enter()
        self.now = self._clock.now()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        transaction_guard.leave(self._token)
        keeps = sound = False
        try:
            keeps = self._keeps(error)
        finally:
            try:
                await self._finish(keeps)
                sound = not self._connection.is_in_transaction()
            finally:
                await self._database.release(self._connection, sound=sound)
        if keeps:
            for callback in self._after_commit:
                call_safely(callback)

    async def _finish(self, keeps: bool) -> None:
        try:
            await self._connection.execute("COMMIT" if keeps else "ROLLBACK")
        except Exception as error:
            if keeps:
                raise_lost(error)

    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None."""
        rows = statement.compiled("postgresql").rows
        row = await self._execute(statement, parameters, self._connection.fetchrow)
        return None if row is None else rows.one(row)

    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row."""
        rows = statement.compiled("postgresql").rows
        return rows.many(await self._execute(statement, parameters, self._connection.fetch))

    async def run(self, statement: Statement[Any], /, **parameters: Any) -> int:
        """Run a statement; the number of rows it wrote."""
        return rows_written(await self._execute(statement, parameters, self._connection.execute))

    async def _execute(
        self, statement: Statement[Any], parameters: dict[str, Any], call: Callable[..., Awaitable[Any]]
    ) -> Any:
        self._refuse_after_failure()
        compiled = statement.compiled("postgresql")
        try:
            return await call(compiled.sql, *compiled.arguments(self.tenant_id, parameters))
        except Exception as error:
            self._failure = error
            raise_translated(error, statement)


def rows_written(status: str) -> int:
    """The count at the end of a command tag such as `INSERT 0 1` (PostgreSQL manual, CommandComplete)."""
    return int(status.rpartition(" ")[2])


class PostgresqlDatabase(Database):
    """A database on a PostgreSQL server, shared by any number of processes."""

    dialect = "postgresql"

    def __init__(self, url: str, clock: Clock, randomness: Randomness, *, scan_limit_ms: int, pool_size: int) -> None:
        super().__init__(clock, randomness)
        self.url = url
        self._scan_limit_ms = scan_limit_ms
        self._pool = ConnectionPool(self._connect, pool_size, ACQUIRE_SECONDS)
        self._users = 0
        self._closing: asyncio.Future[None] | None = None

    async def open(self) -> None:
        """Make the pool and its first connection. Raises `DatabaseUnavailable`."""
        self._closing = None
        try:
            self._pool.release(await self._pool.acquire())
        except (asyncpg.PostgresError, *LOST) as error:
            raise DatabaseUnavailable(repr(error)) from error

    async def _connect(self) -> Connection:
        return await asyncpg.connect(
            self.url,
            statement_cache_size=1024,
            max_cached_statement_lifetime=0,
            command_timeout=STATEMENT_SECONDS,
            timeout=ACQUIRE_SECONDS,
            server_settings=SESSION,
        )

    async def close(self) -> None:
        """Refuse further statements, wait at most 5 s for those under way, and disconnect."""
        self._closing = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                if self._users:
                    await self._closing
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def acquire(self) -> Connection:
        """A connection of the pool. Raises `DatabaseUnavailable` where none is free within 5 s."""
        if self._closing is not None:
            raise DatabaseUnavailable("the database is closing")
        self._users += 1
        try:
            return await self._pool.acquire()
        except BaseException as error:
            self._one_less()
            raise_lost(error)

    async def release(self, connection: Connection, *, sound: bool) -> None:
        """Give a connection back; what broke, or was cancelled in the middle, is closed and is no error of its user."""
        try:
            if sound:
                self._pool.release(connection)
            else:
                await self._pool.discard(connection)
        finally:
            self._one_less()

    def _one_less(self) -> None:
        self._users -= 1
        if self._closing is not None and not self._users and not self._closing.done():
            self._closing.set_result(None)

    async def on_connection(self, statement: Statement[Any], call: Callable[[Connection], Awaitable[T]]) -> T:
        """What `call` gives for a connection on which it runs `statement`."""
        connection = await self.acquire()
        sound = False
        try:
            result = await call(connection)
            sound = True
        except Exception as error:
            # The server answered with an error, so it waits for the next statement.
            sound = isinstance(error, asyncpg.PostgresError)
            raise_translated(error, statement)
        finally:
            await self.release(connection, sound=sound)
        return result

    def write(self, tenant_id: str | None) -> PostgresqlTransaction:
        """A transaction; see `Database.write`."""
        return PostgresqlTransaction(tenant_id, self.clock, self.randomness, self)

    def read(self, tenant_id: str | None) -> PostgresqlRead:
        """Point reads; see `Database.read`."""
        transaction_guard.outside_transaction("database.read")
        return PostgresqlRead(tenant_id, self)

    def scan(self, tenant_id: str | None) -> PostgresqlRead:
        """Reads with a time limit; see `Database.scan`."""
        transaction_guard.outside_transaction("database.scan")
        return PostgresqlRead(tenant_id, self, self._scan_limit_ms)

    async def run_once(self, tenant_id: str | None, statement: Statement[Any], /, **parameters: Any) -> int:
        """A write of one statement, without BEGIN and COMMIT; the number of rows it wrote."""
        transaction_guard.outside_transaction("a second write")
        compiled = statement.compiled("postgresql")
        arguments = compiled.arguments(tenant_id, parameters)
        return rows_written(await self.on_connection(statement, lambda own: own.execute(compiled.sql, *arguments)))

    async def one_once(self, tenant_id: str | None, statement: Statement[R], /, **parameters: Any) -> R | None:
        """A write of one statement with RETURNING, without BEGIN and COMMIT; its first row."""
        transaction_guard.outside_transaction("a second write")
        compiled = statement.compiled("postgresql")
        rows, arguments = compiled.rows, compiled.arguments(tenant_id, parameters)
        row = await self.on_connection(statement, lambda own: own.fetchrow(compiled.sql, *arguments))
        return None if row is None else rows.one(row)

    async def now_ms(self) -> int:
        """The server's clock."""
        return int(await self._plain(lambda connection: connection.fetchval(NOW)))

    async def schema_revision(self) -> str | None:
        """The revision that the migrations have reached; None where there was none."""
        try:
            revision = await self._plain(lambda connection: connection.fetchval(REVISION))
        except asyncpg.UndefinedTableError:
            return None
        return None if revision is None else str(revision)

    async def create_all(self, metadata: MetaData) -> None:
        """Create the tables of `metadata`; for tests."""
        await self._plain(lambda connection: connection.execute(";".join(creation(metadata, "postgresql"))))

    async def _plain(self, call: Callable[[Connection], Awaitable[Any]]) -> Any:
        connection = await self.acquire()
        sound = False
        try:
            result = await call(connection)
            sound = True
        except LOST as error:
            raise DatabaseUnavailable(repr(error)) from error
        finally:
            await self.release(connection, sound=sound)
        return result
