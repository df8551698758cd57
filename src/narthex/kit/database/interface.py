"""The one interface of both databases: reads, scans and writes of one tenant."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy import MetaData

from narthex.kit.clock import Clock
from narthex.kit.database.statement import Statement
from narthex.kit.errors import Refusal
from narthex.kit.randomness import Randomness

R = TypeVar("R")


class Reader(ABC):
    """Runs statements that give rows. `tenant_id` is None only where every statement is of `across_tenants()`."""

    __slots__ = ("tenant_id",)

    def __init__(self, tenant_id: str | None) -> None:
        self.tenant_id = tenant_id

    @abstractmethod
    async def one(self, statement: Statement[R], /, **parameters: Any) -> R | None:
        """The first row, or None."""

    @abstractmethod
    async def all(self, statement: Statement[R], /, **parameters: Any) -> list[R]:
        """Every row."""


class Transaction(Reader):
    """A write: what its statements did becomes durable when its `async with` block ends, or not at all.

    After a statement has failed nothing else can be done in it, on either database; what may conflict in the normal
    course of things is written as an upsert or `insert_or_ignore`.
    """

    __slots__ = ("_after_commit", "_clock", "_failure", "_randomness", "now")

    def __init__(self, tenant_id: str | None, clock: Clock, randomness: Randomness) -> None:
        super().__init__(tenant_id)
        self._clock = clock
        self._randomness = randomness
        self.now = 0  # when the write began, ms; one moment for everything it writes
        self._after_commit: list[Callable[[], object]] = []
        self._failure: Exception | None = None

    @abstractmethod
    async def run(self, statement: Statement[Any], /, **parameters: Any) -> int:
        """Run a statement; the number of rows it wrote."""

    def new_id(self, length: int = 21) -> str:
        """An id for a row that is about to be written."""
        return self._randomness.identifier(length)

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the write is durable; never after a rollback."""
        self._after_commit.append(callback)

    def _keeps(self, error: BaseException | None) -> bool:
        """Whether the block ended in a way that commits."""
        if error is None:
            self._refuse_after_failure()
            return True
        return isinstance(error, Refusal) and error.keeps_writes and self._failure is None

    def _refuse_after_failure(self) -> None:
        if self._failure is not None:
            raise RuntimeError("a statement of this write failed, so none of it can be kept") from self._failure


def call_safely(callback: Callable[[], object]) -> None:
    """Call back after a commit: the write stands, so its caller must not be told that it failed."""
    try:
        callback()
    except Exception as error:
        context = {"message": "a callback after a commit failed", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)


class Database(ABC):
    """One database, opened once per process; `dialect` is "sqlite" or "postgresql"."""

    dialect: str

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.clock = clock
        self.randomness = randomness

    @abstractmethod
    async def open(self) -> None:
        """Connect. Raises `DatabaseUnavailable`."""

    @abstractmethod
    async def close(self) -> None:
        """Finish the writes under way and disconnect."""

    @abstractmethod
    def write(self, tenant_id: str | None) -> AbstractAsyncContextManager[Transaction]:
        """A short transaction that awaits nothing but its own statements.

        An exception rolls it back, save a `Refusal` whose `keeps_writes` is true. Raises `RuntimeError` inside another
        write, `DatabaseUnavailable`, `RetryableConflict`, `UniqueViolation`, `ForeignKeyViolation`.
        """

    @abstractmethod
    def read(self, tenant_id: str | None) -> AbstractAsyncContextManager[Reader]:
        """Reads by key or index, each statement by itself. Raises `RuntimeError` inside a write: that reads by `tx`."""

    @abstractmethod
    def scan(self, tenant_id: str | None) -> AbstractAsyncContextManager[Reader]:
        """Lists, searches and aggregates, each with a time limit. Raises `ReadTimeout`."""

    @abstractmethod
    async def run_once(self, tenant_id: str | None, statement: Statement[Any], /, **parameters: Any) -> int:
        """A write of one statement; the number of rows it wrote."""

    @abstractmethod
    async def one_once(self, tenant_id: str | None, statement: Statement[R], /, **parameters: Any) -> R | None:
        """A write of one statement with RETURNING; its first row."""

    @abstractmethod
    async def now_ms(self) -> int:
        """The database's own clock on PostgreSQL, this process's on SQLite; ms since the epoch."""

    @abstractmethod
    async def schema_revision(self) -> str | None:
        """The revision that the migrations have reached; None where there was none."""

    @abstractmethod
    async def create_all(self, metadata: MetaData) -> None:
        """Create the tables of `metadata`; for tests, since the server's own come from migrations."""
