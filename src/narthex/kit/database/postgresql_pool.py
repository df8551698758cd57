"""A pool of asyncpg connections without what ours never needs: no reset, no task a release, no timer where one is idle.

asyncpg's own pool makes a task for every release and we would add a timer for every acquisition; together they cost
as much as a short statement. What broke, or was cancelled in the middle of a statement, is closed, not given back.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

Connection = Any  # asyncpg has no types
Connect = Callable[[], Awaitable[Connection]]

CLOSE_SECONDS = 2


class ConnectionPool:
    """At most `size` connections; the one used last is used first, so that few stay warm."""

    def __init__(self, connect: Connect, size: int, wait_seconds: float) -> None:
        self._connect = connect
        self._size = size
        self._wait_seconds = wait_seconds
        self._idle: list[Connection] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._discarded: set[asyncio.Future[None]] = set()

    async def acquire(self) -> Connection:
        """A connection. Raises `TimeoutError` where none is free in time, and what connecting raises."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        if self._open < self._size:
            return await self._another()
        return await self._next_free()

    async def _another(self) -> Connection:
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._one_less()
            raise

    async def _next_free(self) -> Connection:
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._wait_seconds):
                connection = await waiter
        except BaseException:
            self._give_up(waiter)
            raise
        # Nothing was handed over but the place of a connection that broke.
        return connection if connection is not None else await self._another()

    def _give_up(self, waiter: "asyncio.Future[Connection | None]") -> None:
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.done() and not waiter.cancelled() and (connection := waiter.result()) is not None:
            # It came at the very moment at which nobody waited any more.
            self.release(connection)

    def release(self, connection: Connection) -> None:
        """Give a connection back."""
        if connection.is_closed():
            self._one_less()
        elif (waiter := self._first_waiting()) is not None:
            waiter.set_result(connection)
        else:
            self._idle.append(connection)

    async def discard(self, connection: Connection) -> None:
        """Close a connection whose state is not known; a statement that runs on it is cancelled on the server."""
        closing = asyncio.ensure_future(self._close(connection))
        # Whoever discards may itself be cancelled; the closing goes on.
        self._discarded.add(closing)
        closing.add_done_callback(self._discarded.discard)
        await asyncio.shield(closing)

    async def _close(self, connection: Connection) -> None:
        try:
            await connection.close(timeout=CLOSE_SECONDS)
        except Exception:  # whatever it was, the connection must go
            connection.terminate()
        finally:
            self._one_less()

    async def close(self) -> None:
        """Close what is idle; what is in use is for its user to give back first."""
        idle, self._idle = self._idle, []
        for connection in idle:
            self._open -= 1
            await connection.close()

    def terminate(self) -> None:
        """Close what is idle without saying goodbye."""
        idle, self._idle = self._idle, []
        for connection in idle:
            self._open -= 1
            connection.terminate()

    def _one_less(self) -> None:
        self._open -= 1
        if (waiter := self._first_waiting()) is not None:
            waiter.set_result(None)

    def _first_waiting(self) -> "asyncio.Future[Connection | None] | None":
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None
