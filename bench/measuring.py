"""Measures an operation on both servers in turns, and finds what it costs where it costs too much."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct

from bench import servers
from bench.client import Operation, connect, drive
from bench.machine import cpu_of_threads_ns
from bench.operations import Make, Target
from bench.profiled import AROUND
from bench.seeding import Seeds
from bench.servers import Server

REPEATS = 3
# No more than connections to PostgreSQL in the pool: waiting for one is not what is measured.
CONNECTIONS = 16
WARM_UP = 200
LARGEST = 3


class Work(Struct, frozen=True):
    """An operation, how often it is done in one repeat, its budget as a ratio to the floor, and for how much CPU time
    it is profiled where that is missed."""

    name: str
    make: Make
    times: int
    limit: float | None = None
    connections: int = CONNECTIONS
    profiled_seconds: int = 2

    @property
    def warm_up(self) -> int:
        """How often it is done before it is measured."""
        return min(WARM_UP, self.times)


class _Client:
    """The load on one server; what the operation holds (refresh tokens, unused codes) goes on from repeat to repeat."""

    def __init__(self, server: Server, seeds: Seeds, work: Work) -> None:
        self._server = server
        self._work = work
        self._operation: Operation = work.make(Target(server.host, seeds))

    async def open(self) -> None:
        self._connections = await connect(self._server.port, self._work.connections)
        await drive(self._connections, self._operation, self._work.warm_up)

    async def cpu_of_one(self, times: int | None = None) -> float:
        """CPU time that the server takes for one operation, in ns."""
        times = times or self._work.times
        before = self._server.cpu_ns()
        await drive(self._connections, self._operation, times)
        return (self._server.cpu_ns() - before) / times

    async def close(self) -> None:
        for connection in self._connections:
            connection.close()
        await asyncio.sleep(0)


def in_turns(work: Work, seeds: Seeds, floor: Server, ours: Server) -> tuple[float, float]:
    """The lowest CPU time of one operation on the floor and on ours, in ns."""

    async def measure() -> tuple[float, float]:
        clients = [_Client(server, seeds, work) for server in (floor, ours)]
        for client in clients:
            await client.open()
        repeats = [[await client.cpu_of_one() for client in clients] for _ in range(REPEATS)]
        for client in clients:
            await client.close()
        return min(low for low, _ in repeats), min(high for _, high in repeats)

    return uvloop.run(measure())


def alone(work: Work, seeds: Seeds, server: Server) -> float:
    """The lowest CPU time of one operation, in ns, where there is nothing to compare it with."""

    async def measure() -> float:
        client = _Client(server, seeds, work)
        await client.open()
        lowest = min([await client.cpu_of_one() for _ in range(REPEATS)])
        await client.close()
        return lowest

    return uvloop.run(measure())


def with_busiest_thread(work: Work, seeds: Seeds, server: Server) -> tuple[float, float]:
    """CPU time of one operation in ns, that of the busiest thread and that of the whole process, both of the cheapest
    repeat: a noisy neighbour slows both alike."""

    async def one_repeat(client: _Client) -> tuple[float, float]:
        before = cpu_of_threads_ns(server.pid)
        whole = await client.cpu_of_one()
        after = cpu_of_threads_ns(server.pid)
        return whole, max(after[thread] - before.get(thread, 0) for thread in after) / work.times

    async def measure() -> tuple[float, float]:
        client = _Client(server, seeds, work)
        await client.open()
        whole, busiest = min([await one_repeat(client) for _ in range(REPEATS)])
        await client.close()
        return busiest, whole

    return uvloop.run(measure())


def largest_costs(work: Work, ns: float, seeds: Seeds, url: str, folder: Path) -> tuple[str, ...]:
    """The three places that take most of an operation's CPU time (`bench.profiled`), which was measured as `ns`."""
    out = folder / "profile.json"

    async def load(server: Server) -> None:
        client = _Client(server, seeds, work)
        await client.open()
        os.kill(server.pid, signal.SIGUSR1)
        await client.cpu_of_one(int(work.profiled_seconds * 1e9 / ns))
        await client.close()

    through = (sys.executable, "-m", "bench.profiled", out)
    with servers.ours(url, folder / "profiled.log", through) as server:
        uvloop.run(load(server))
    samples = Counter(msgspec.json.decode(out.read_bytes(), type=dict[str, int]))
    total, around = sum(samples.values()), samples.pop(AROUND, 0)
    costs = [*samples.most_common(LARGEST), (f"({AROUND})", around)]
    return tuple(f"{100 * hits / total:3.0f} %  {place}" for place, hits in costs)
