"""Coroutines that never wait, run without an event loop.

All that the clients do is written once, as coroutines over a `Port` and a storage. Where both answer at once, such a
coroutine comes to its end in one step; that is the whole synchronous client.
"""

from collections.abc import Coroutine
from typing import TypeVar

from narthex_client.errors import ConfigError

T = TypeVar("T")


def run_now(work: Coroutine[object, None, T]) -> T:
    """The result of the coroutine; raises `ConfigError` where it wants to wait, as an asynchronous storage makes it."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise ConfigError("An asynchronous storage needs the asynchronous client: use AsyncClient.")
