"""Threads for work that would hold up the event loop (password hashes), with a limit on how much may wait."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from narthex.kit.database.transaction_guard import outside_transaction
from narthex.kit.errors import Refusal

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER_SECONDS = 1


class Busy(Refusal):
    """More work is waiting than can be done soon; the client may try again (RFC 9110 15.6.4)."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "server.busy",
            status=503,
            text="The server is busy. Try again in a moment.",
            phrase="error.busy",
            detail=detail,
            headers=((b"retry-after", b"%d" % RETRY_AFTER_SECONDS),),
        )


class WorkerPool:
    """`threads` calls run at once and `queue_limit` more may wait; the next one is `Busy`."""

    def __init__(self, threads: int, queue_limit: int) -> None:
        self.threads = threads
        self.queue_limit = queue_limit
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="worker")
        self._admitted = 0
        # A call that is done leaves from its own thread, so that a caller who went away gives its place back too.
        self._lock = threading.Lock()

    @property
    def admitted(self) -> int:
        """How many calls run or wait now."""
        return self._admitted

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(*args)` returns, from a thread; raises `Busy`, and RuntimeError inside a write transaction."""
        outside_transaction("work in the thread pool")
        with self._lock:
            if self._admitted >= self.threads + self.queue_limit:
                raise Busy(f"{self._admitted} calls run or wait in the thread pool")
            self._admitted += 1
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except BaseException:
            self._leave()
            raise
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def _leave(self, future: "Future[T] | None" = None) -> None:
        with self._lock:
            self._admitted -= 1

    def close(self) -> None:
        """Wait for what runs, drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)
