"""Lengths of time as operators write them: 5, "5s", "1.5 minutes"."""

import math
import re

_SPELLED = re.compile(r"(?:\+ ?)?([0-9]+(?:\.[0-9]+)?) ?([a-z]+)?(?P<later> from now)?", re.IGNORECASE)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * _DAY),
    # A year of the calendar on average, as the tools whose spelling this is have it.
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365.25 * _DAY),
}


def seconds(value: object) -> int:
    """A length of time in whole seconds; a bare number is seconds. Raises ValueError for what is none, or negative."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("neither a number nor a text")
    if not isinstance(value, str):
        if not math.isfinite(value) or value < 0:
            raise ValueError("negative or endless")
        return round(value)
    spelled = _SPELLED.fullmatch(value)
    if spelled is None or len(value) > 64:
        raise ValueError("not a length of time")
    number, unit, later = spelled.groups()
    factor = _UNITS.get((unit or "s").lower())
    if factor is None or (later and value.startswith("+")):
        raise ValueError("not a unit of time")
    return round(float(number) * factor)
