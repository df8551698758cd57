"""Memory after load: the most that a worker ever held resident while it served this whole run."""

from bench.machine import peak_memory
from bench.results import Result
from bench.servers import Server

BUDGET = 110_000_000
HASHING_THREAD = 19 * 1024 * 1024
HASHING_THREADS = 1


def memory(database: str, floor: Server, ours: Server) -> Result:
    """What was resident at the worst moment, hashes included."""
    low, high = peak_memory(floor.pid), peak_memory(ours.pid)
    budget = BUDGET + HASHING_THREADS * HASHING_THREAD
    return Result(
        "memory of a worker after load",
        database,
        f"{low / 1e6:.0f} MB",
        f"{high / 1e6:.0f} MB",
        f"{high / low:.2f}",
        f"{budget / 1e6:.0f} MB",
        high / budget,
    )
