"""Where the client keeps what it knows of a visitor."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Literal

from narthex_client import MemoryStorage as _Values

PersistKey = Literal["idToken", "accessTokenMap", "refreshToken", "signInSession"]


class Storage(ABC):
    """One visitor's values, for instance in the session of a web framework. The methods may also be coroutines."""

    @abstractmethod
    def get(self, key: PersistKey) -> str | Awaitable[str | None] | None:
        """The value, or None."""

    @abstractmethod
    def set(self, key: PersistKey, value: str | None) -> Awaitable[None] | None:
        """Keep a value."""

    @abstractmethod
    def delete(self, key: PersistKey) -> Awaitable[None] | None:
        """Forget a value; one that is not there is no error."""


class MemoryStorage(Storage):
    """Keeps the values in this process, for one visitor only: for tests and scripts."""

    def __init__(self) -> None:
        self._values = _Values()

    def get(self, key: PersistKey) -> str | None:
        """The value, or None."""
        return self._values.get(key)

    def set(self, key: PersistKey, value: str | None) -> None:
        """Keep a value."""
        self._values.set(key, value)

    def delete(self, key: PersistKey) -> None:
        """Forget a value."""
        self._values.delete(key)
