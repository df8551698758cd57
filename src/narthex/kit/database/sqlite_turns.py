"""Turns on SQLite's only writer connection, first come first served, with one COMMIT for a group of writers.

The statements of a turn run in the event loop. A COMMIT, which waits for the disk, runs in a thread and queues behind
the writers that were already waiting when the first writer of its group was done; those are the rest of the group.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from narthex.kit.database.errors import DatabaseUnavailable
from narthex.kit.database.interface import call_safely

Callbacks = list[Callable[[], object]]
Done = Callable[[BaseException | None], object]
Job = tuple[Callable[[], object], Done]

LOCK_WAIT_MS = 5000


class CommitThread:
    """Runs one job after the other away from the event loop and reports back to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="narthex-commit", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], object], done: Done) -> None:
        """Run `job`; then call `done` in the loop with what it raised, or None."""
        self._jobs.put((job, done))

    def stop(self) -> None:
        """Let the thread end after the jobs that it has."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, done = task
            error: BaseException | None = None
            try:
                job()
            except BaseException as caught:
                error = caught
            self._loop.call_soon_threadsafe(done, error)


class WriteTurns:
    """Gives out turns and commits groups; all in the loop, save COMMIT and BEGIN under another process's lock."""

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._thread = CommitThread(loop)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._group: list[tuple[asyncio.Future[None], Callbacks]] = []
        self._before_commit: int | None = None
        self._busy = False
        self._closing: asyncio.Future[None] | None = None

    async def take(self) -> None:
        """Wait for a turn inside an open SQLite transaction; each one taken is ended by `end` or `undo`."""
        if self._closing is not None:
            raise DatabaseUnavailable("the database is closing")
        if not self._busy:
            self._busy = True
            if self._begin_at_once():
                return
            self._begin_in_thread()
        turn = self._loop.create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.undo()  # the turn came in the same moment as the cancellation
            raise

    def end(self, callbacks: Callbacks) -> asyncio.Future[None]:
        """End a turn that wrote; the future is done once its group is durable, and fails if that fails."""
        durable = self._loop.create_future()
        self._group.append((durable, callbacks))
        self._next()
        return durable

    def undo(self) -> None:
        """End a turn whose writes have been rolled back to its savepoint."""
        if self._connection.in_transaction:
            self._next()
        else:
            self._lose()

    def _lose(self) -> None:
        """SQLite rolled back everything (disk full, I/O error): what the group had written before is gone too."""
        self._settle(sqlite3.OperationalError("SQLite rolled back the whole transaction"))

    def _next(self) -> None:
        if self._before_commit is None:
            self._before_commit = len(self._waiting)
        while self._before_commit > 0:
            self._before_commit -= 1
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        if self._group:
            self._thread.submit(self._commit, self._settle)
        else:
            try:
                self._roll_back()
            finally:
                self._settle(None)

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _settle(self, error: BaseException | None) -> None:
        group, self._group, self._before_commit = self._group, [], None
        for durable, callbacks in group:
            if error is None:
                for callback in callbacks:
                    call_safely(callback)
            if durable.done():
                continue  # its task was cancelled; the write stands
            if error is None:
                durable.set_result(None)
            else:
                durable.set_exception(DatabaseUnavailable(str(error)))
        # After the writers that were just answered have run: what they write next can still join the group.
        self._loop.call_soon(self._begin_next_group)

    def _begin_next_group(self) -> None:
        while self._waiting and self._waiting[0].done():
            del self._waiting[0]
        if not self._waiting:
            self._busy = False
            if self._closing is not None and not self._closing.done():
                self._closing.set_result(None)
        elif self._begin_at_once():
            self._give_first()
        else:
            self._begin_in_thread()

    def _begin_at_once(self) -> bool:
        """BEGIN if no other process holds the lock, which needs no waiting."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True

    def _begin_in_thread(self) -> None:
        self._thread.submit(self._begin_patiently, self._begun)

    def _begin_patiently(self) -> None:
        self._connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
        try:
            self._roll_back()
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")

    def _begun(self, error: BaseException | None) -> None:
        if error is None:
            self._give_first()
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(DatabaseUnavailable(str(error)))
        self._begin_next_group()

    def _give_first(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._next()

    async def close(self) -> None:
        """Refuse further turns, wait for those under way, stop the thread."""
        self._closing = self._loop.create_future()
        if self._busy:
            await self._closing
        self._thread.stop()
