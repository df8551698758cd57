"""The cache of configuration: what it serves is never older than the version it had heard of when it was asked."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.cache import ConfigCache, Versioned


def loader(*answers: Versioned[str] | None) -> Callable[[], Awaitable[Versioned[str] | None]]:
    """Loads one answer after the other; a further call fails."""
    left = iter(answers)

    async def load() -> Versioned[str] | None:
        return next(left)

    return load


async def test_a_value_is_loaded_once() -> None:
    cache = ConfigCache()
    load = loader((1, "one"))
    assert [await cache.get("acme", "key", load) for _ in range(3)] == ["one"] * 3


async def test_arguments_reach_the_loader() -> None:
    async def load(name: str, *, times: int) -> Versioned[str]:
        return 1, name * times

    assert await ConfigCache().get("acme", "key", load, "ab", times=2) == "abab"


async def test_nothing_is_kept_for_a_negative_answer() -> None:
    cache = ConfigCache()
    load = loader(None, None, (1, "one"))
    assert [await cache.get("acme", "key", load) for _ in range(4)] == [None, None, "one", "one"]


async def test_an_empty_value_is_a_value() -> None:
    cache = ConfigCache()
    load = loader((1, ""))
    assert [await cache.get("acme", "key", load) for _ in range(2)] == ["", ""]


async def test_a_newer_version_drops_what_was_read_before() -> None:
    cache = ConfigCache()
    load = loader((1, "one"), (2, "two"))
    assert await cache.get("acme", "key", load) == "one"
    cache.advance("acme", 2)
    assert cache.peek("acme", "key") is None
    assert await cache.get("acme", "key", load) == "two"


async def test_the_same_or_an_older_version_drops_nothing() -> None:
    cache = ConfigCache()
    load = loader((2, "two"))
    assert await cache.get("acme", "key", load) == "two"
    cache.advance("acme", 2)
    cache.advance("acme", 1)
    assert await cache.get("acme", "key", load) == "two"


async def test_a_load_that_brings_a_newer_version_drops_the_rest() -> None:
    cache = ConfigCache()
    assert await cache.get("acme", "a", loader((1, "old"))) == "old"
    assert await cache.get("acme", "b", loader((2, "new"))) == "new"
    assert await cache.get("acme", "a", loader((2, "newer"))) == "newer"


async def test_a_load_from_before_a_change_is_not_kept() -> None:
    cache = ConfigCache()
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> Versioned[str]:
        begun.set()
        await may_end.wait()
        return 1, "old"

    waiting = asyncio.create_task(cache.get("acme", "key", slow))
    await begun.wait()
    cache.advance("acme", 2)
    may_end.set()
    await waiting
    assert cache.peek("acme", "key") is None
    assert await cache.get("acme", "key", loader((2, "new"))) == "new"


async def test_a_slow_load_does_not_replace_a_newer_one() -> None:
    cache = ConfigCache()
    may_end = asyncio.Event()

    async def slow() -> Versioned[str]:
        await may_end.wait()
        return 1, "old"

    waiting = asyncio.create_task(cache.get("acme", "key", slow))
    await asyncio.sleep(0)
    assert await cache.get("acme", "key", loader((2, "new"))) == "new"
    may_end.set()
    await waiting
    assert cache.peek("acme", "key") == "new"


async def test_a_failed_load_keeps_nothing() -> None:
    cache = ConfigCache()

    async def broken() -> Versioned[str] | None:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        await cache.get("acme", "key", broken)
    assert await cache.get("acme", "key", loader((1, "one"))) == "one"


async def test_tenants_share_nothing() -> None:
    cache = ConfigCache()
    assert await cache.get("acme", "key", loader((5, "acme's"))) == "acme's"
    assert await cache.get("beta", "key", loader((1, "beta's"))) == "beta's"
    cache.advance("acme", 6)
    assert cache.peek("beta", "key") == "beta's"


async def test_many_versions_at_once() -> None:
    cache = ConfigCache()
    for tenant_id in ("acme", "beta"):
        await cache.get(tenant_id, "key", loader((1, tenant_id)))
    cache.advance_all([("acme", 2), ("beta", 1)])
    assert (cache.peek("acme", "key"), cache.peek("beta", "key")) == (None, "beta")
    cache.advance_all({"beta": 2})
    assert cache.peek("beta", "key") is None


async def test_it_stays_within_its_bound() -> None:
    cache = ConfigCache(entries_per_tenant=3)
    for number in range(10):
        await cache.get("acme", number, loader((1, str(number))))
    assert [number for number in range(10) if cache.peek("acme", number) is not None] == [7, 8, 9]


class World:
    """A database whose one value is its version, some readers under way, and what the cache has heard of."""

    def __init__(self) -> None:
        self.version = 1
        self.heard = 0
        self.cache = ConfigCache(entries_per_tenant=2)
        self.reads: list[asyncio.Future[None]] = []
        self.ends: list[asyncio.Future[None]] = []
        self.asked: list[tuple[int, asyncio.Task[int | None]]] = []

    def ask(self, key: int) -> None:
        """Someone asks; the load reads and ends when it is told to."""
        loop = asyncio.get_running_loop()
        read, end = loop.create_future(), loop.create_future()

        async def load() -> Versioned[int]:
            self.reads.append(read)
            await read
            seen = self.version
            self.ends.append(end)
            await end
            return seen, seen

        self.asked.append((self.heard, asyncio.create_task(self.cache.get("acme", key, load))))

    def hear(self) -> None:
        """The poll, or the commit on this node."""
        self.cache.advance("acme", self.version)
        self.heard = self.version

    async def step(self, action: str, number: int) -> None:
        """One thing that may happen next."""
        match action:
            case "ask":
                self.ask(number)
            case "read" if self.reads:
                self.reads.pop(number % len(self.reads)).set_result(None)
            case "end" if self.ends:
                self.ends.pop(number % len(self.ends)).set_result(None)
            case "write":
                self.version += 1
            case "hear":
                self.hear()
        for _ in range(4):
            await asyncio.sleep(0)

    async def finish(self) -> None:
        """Let everybody end."""
        while self.reads or self.ends:
            await self.step("read", 0)
            await self.step("end", 0)


ACTIONS = st.tuples(st.sampled_from(["ask", "ask", "read", "end", "write", "hear"]), st.integers(0, 2))


@given(st.lists(ACTIONS, max_size=40))
def test_nobody_gets_what_was_known_to_be_old(actions: list[tuple[str, int]]) -> None:
    async def run() -> None:
        world = World()
        for action, number in actions:
            await world.step(action, number)
        await world.finish()
        for heard, task in world.asked:
            served = await task
            assert served is not None
            assert served >= heard
        world.hear()
        for key in range(3):
            assert world.cache.peek("acme", key) in {None, world.version}

    asyncio.run(run())
