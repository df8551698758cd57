"""The worker pool runs what would block, admits only so much, and stays outside of transactions."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from narthex.kit.database import transaction_guard
from narthex.kit.worker_pool import Busy, WorkerPool


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(threads=2, queue_limit=1)
    yield pool
    pool.close()


async def test_work_runs_in_a_thread_and_returns_its_result(pool: WorkerPool) -> None:
    def work(a: int, *, b: int) -> tuple[int, bool]:
        return a + b, threading.current_thread() is threading.main_thread()

    assert await pool.run(work, 1, b=2) == (3, False)
    assert pool.admitted == 0


async def test_an_error_of_the_work_is_the_callers(pool: WorkerPool) -> None:
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 // 0)
    assert pool.admitted == 0


async def test_above_the_limit_it_is_busy_and_says_when_to_try_again(pool: WorkerPool) -> None:
    gate = threading.Event()
    running = [asyncio.ensure_future(pool.run(gate.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    assert pool.admitted == 3
    with pytest.raises(Busy) as refused:
        await pool.run(gate.wait)
    assert refused.value.status == 503
    assert refused.value.headers == ((b"retry-after", b"1"),)
    gate.set()
    assert await asyncio.gather(*running) == [True] * 3
    assert await pool.run(lambda: "free again") == "free again"


async def test_a_caller_who_goes_away_gives_the_place_back(pool: WorkerPool) -> None:
    gate = threading.Event()
    running = [asyncio.ensure_future(pool.run(gate.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    # The one that only waited is gone at once; the two that run still hold their threads.
    assert pool.admitted == 2
    gate.set()
    while pool.admitted:
        await asyncio.sleep(0.001)
    assert await pool.run(lambda: 1) == 1


async def test_inside_a_transaction_it_refuses_to_run(pool: WorkerPool) -> None:
    mark = transaction_guard.enter()
    try:
        with pytest.raises(RuntimeError, match="inside a write"):
            await pool.run(lambda: 1)
    finally:
        transaction_guard.leave(mark)
    assert pool.admitted == 0


async def test_a_closed_pool_keeps_no_place(pool: WorkerPool) -> None:
    pool.close()
    with pytest.raises(RuntimeError):
        await pool.run(lambda: 1)
    assert pool.admitted == 0
