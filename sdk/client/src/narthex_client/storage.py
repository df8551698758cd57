"""Where the tokens of one person are kept between requests. Each person, or browser, has a storage of their own.

A storage is trusted: whoever can write to it decides who is signed in. A cookie must therefore be encrypted and signed.
"""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Literal, Protocol, cast

from narthex_client.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Key = Literal["idToken", "accessTokenMap", "refreshToken", "signInSession"]
TOKEN_KEYS: tuple[Key, ...] = ("idToken", "refreshToken", "accessTokenMap")


class Storage(Protocol):
    """A storage whose methods answer at once.

    It may also have `lock(key)`, a context manager that holds a lock over this person's values in every process; then
    several processes do not spend one refresh token twice.
    """

    def get(self, key: Key, /) -> str | None:
        """The value, or None."""
        ...

    def set(self, key: Key, value: str | None, /) -> None:
        """Keep a value."""
        ...

    def delete(self, key: Key, /) -> None:
        """Forget a value; one that is not there is no error."""
        ...


class AsyncStorage(Protocol):
    """The same with coroutines, for `AsyncClient` only."""

    async def get(self, key: Key, /) -> str | None:
        """The value, or None."""
        ...

    async def set(self, key: Key, value: str | None, /) -> None:
        """Keep a value."""
        ...

    async def delete(self, key: Key, /) -> None:
        """Forget a value; one that is not there is no error."""
        ...


class MemoryStorage:
    """Keeps the values of one person in this process; for tests and scripts."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, key: Key, /) -> str | None:
        """The value, or None."""
        return self._values.get(key)

    def set(self, key: Key, value: str | None, /) -> None:
        """Keep a value; None forgets it."""
        if value is None:
            self.delete(key)
        else:
            self._values[key] = value

    def delete(self, key: Key, /) -> None:
        """Forget a value."""
        self._values.pop(key, None)


class Kept:
    """One face for both kinds of storage; an empty text counts as nothing, which some frameworks give for it."""

    def __init__(self, storage: Storage | AsyncStorage) -> None:
        if not all(callable(getattr(storage, name, None)) for name in ("get", "set", "delete")):
            raise ConfigError(f"{type(storage).__name__} is no storage: it needs get, set and delete.")
        self._storage = storage

    async def get(self, key: Key) -> str | None:
        """The value, or None."""
        found = self._storage.get(key)
        return (found if isinstance(found, str) or found is None else await found) or None

    async def set(self, key: Key, value: str | None) -> None:
        """Keep a value; None forgets it."""
        if value is None:
            await self.delete(key)
        else:
            await _finished(self._storage.set(key, value))

    async def delete(self, key: Key) -> None:
        """Forget a value."""
        await _finished(self._storage.delete(key))

    @asynccontextmanager
    async def lock(self, key: Key) -> "AsyncIterator[None]":
        """The storage's own lock, where it has one."""
        take = getattr(self._storage, "lock", None)
        if take is None:
            yield
            return
        held = take(key)
        if hasattr(held, "__aenter__"):
            async with cast(AbstractAsyncContextManager[object], held):
                yield
        else:
            with cast(AbstractContextManager[object], held):
                yield


async def _finished(answer: Awaitable[None] | None) -> None:
    if answer is not None:
        await answer
