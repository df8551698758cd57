"""Time, passed in to whoever needs it. Milliseconds since the epoch, everywhere."""

import time
from typing import Protocol

NANOSECONDS_PER_MILLISECOND = 1_000_000


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> int:
        """Milliseconds since the epoch."""


class SystemClock:
    """The machine's clock, corrected so that it follows the database's."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.offset_ms = offset_ms

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // NANOSECONDS_PER_MILLISECOND + self.offset_ms

    def follow(self, database_now_ms: int) -> None:
        """Agree with the database, which is the one clock that all nodes share."""
        self.offset_ms = database_now_ms - time.time_ns() // NANOSECONDS_PER_MILLISECOND


class ManualClock:
    """A clock for tests that stands still until it is moved."""

    def __init__(self, now: int = 1_795_000_000_000) -> None:
        self._now = now

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self._now

    def advance(
        self, *, seconds: float = 0, milliseconds: int = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Move forward by the sum of the arguments (backward, where it is negative)."""
        total_seconds = seconds + 60 * minutes + 3_600 * hours + 86_400 * days
        self._now += milliseconds + round(total_seconds * 1_000)
