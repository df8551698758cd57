"""Times as people say them, with the exact one beside."""

from collections.abc import Callable
from datetime import UTC, datetime

from markupsafe import Markup

MINUTE = 60 * 1000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
Text = Callable[..., str]


def date_of(milliseconds: int) -> str:
    """The day in UTC, as in 2026-11-24."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")


def moment_of(text: Text, milliseconds: int | None, now: int) -> Markup:
    """How long ago (or how far ahead) it is, in a `<time>` that carries the exact moment; a dash for never."""
    if milliseconds is None:
        return Markup('<span class="quiet">–</span>')
    exact = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"), exact.strftime("%Y-%m-%d %H:%M:%S UTC"), _said(text, milliseconds, now)
    )


def _said(text: Text, milliseconds: int, now: int) -> str:
    distance = abs(now - milliseconds)
    way = "ago" if milliseconds <= now else "ahead"
    if distance < MINUTE:
        return text("moment.now")
    for name, length, limit in (("minutes", MINUTE, HOUR), ("hours", HOUR, DAY), ("days", DAY, 30 * DAY)):
        if distance < limit:
            return text(f"moment.{name}_{way}", count=distance // length)
    return date_of(milliseconds)
