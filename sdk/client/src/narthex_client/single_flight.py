"""Work that many ask for at once and that is done once, across threads and event loops."""

import threading
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Wait(Protocol):
    """How to wait for work that another does."""

    async def __call__(self, future: Future[T], /) -> T:
        """Its result, or its error."""
        ...


async def wait_in_thread(future: Future[T]) -> T:
    """Hold up this thread until another has finished."""
    return future.result()


async def wait_in_loop(future: Future[T]) -> T:
    """Give way to the loop until another task, thread or loop has finished."""
    import asyncio

    # Shielded: who gives up waiting does not cancel the work of the others.
    return await asyncio.shield(asyncio.wrap_future(future))


class SingleFlight(Generic[T]):
    """Runs work by key: whoever comes while it runs gets the same result, or the same error."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]], wait: Wait) -> T:
        """Do the work, or wait for whoever does it already."""
        while True:
            own = Future[T]()
            with self._lock:
                flight = self._flights.setdefault(key, own)
            if flight is own:
                return await self._lead(key, own, work)
            try:
                return await wait(flight)
            except BaseException:
                # Where the one who did the work was cancelled, and not we, one of those who waited does it now.
                if not flight.cancelled():
                    raise

    async def _lead(self, key: Hashable, flight: Future[T], work: Callable[[], Awaitable[T]]) -> T:
        try:
            result = await work()
        except BaseException as problem:
            self._land(key)
            if isinstance(problem, Exception):
                flight.set_exception(problem)
            else:
                flight.cancel()
            raise
        self._land(key)
        flight.set_result(result)
        return result

    def _land(self, key: Hashable) -> None:
        with self._lock:
            del self._flights[key]
