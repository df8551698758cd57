"""Remembers, in this process, what was done and committed lately, so that doing it again can be spared."""


class RecentlyDone:
    """Keys of one period, at most `limit` of them; forgetting is harmless, since what is repeated changes nothing."""

    def __init__(self, limit: int = 32_768) -> None:
        self._limit = limit
        self._period = 0
        self._keys: set[tuple[str, str]] = set()

    def has(self, period: int, key: tuple[str, str]) -> bool:
        """Whether it was done in this period."""
        return period == self._period and key in self._keys

    def add(self, period: int, key: tuple[str, str]) -> None:
        """Note that it was done. Another period, or too many keys, and all before is forgotten."""
        if period != self._period or len(self._keys) >= self._limit:
            self._period, self._keys = period, set()
        self._keys.add(key)
