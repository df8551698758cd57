"""Days of UTC, named by the moment at which they begin, in ms."""

import re
from datetime import UTC, date, datetime, timedelta

from narthex.kit.errors import InvalidInput

DAY = 24 * 60 * 60 * 1000
EPOCH = date(1970, 1, 1)
FIRST_YEAR = 1970
WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(moment: int) -> int:
    """The day in which a moment (ms) is."""
    return moment - moment % DAY


def date_of(day: int) -> str:
    """The day as YYYY-MM-DD."""
    return datetime.fromtimestamp(day / 1000, UTC).date().isoformat()


def read_date(text: str) -> int:
    """The day that YYYY-MM-DD names; raises `InvalidInput`."""
    try:
        if not WRITTEN.fullmatch(text):
            raise ValueError
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date", "A day is written as in 2026-11-24.") from None
    if found.year < FIRST_YEAR:
        raise InvalidInput("date", f"There is nothing before {EPOCH.isoformat()}.")
    return (found - EPOCH) // timedelta(days=1) * DAY
