"""How many users were active in a window of days, and what is known of days that were settled."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BigInteger, bindparam, func, select

from narthex.insights.days import DAY
from narthex.insights.tables import daily_active_users as active
from narthex.insights.tables import daily_figures
from narthex.kit.database import Reader, is_any, statement

WEEK, MONTH = 7, 30


class DayFigures(Struct, frozen=True):
    """What was counted for a day: users active on it, and in the seven and the thirty days that end with it."""

    day: int
    active_on_day: int
    active_in_7_days: int
    active_in_30_days: int


class CountOfDay(Struct, frozen=True):
    """The rows of a day that count in a window."""

    day: int
    count: int


FIRST, LAST = (bindparam(name, type_=BigInteger) for name in ("first", "last"))
SETTLED = statement(
    select(
        daily_figures.c.day,
        daily_figures.c.active_on_day,
        daily_figures.c.active_in_7_days,
        daily_figures.c.active_in_30_days,
    ).where(daily_figures.c.day >= FIRST, daily_figures.c.day <= LAST),
    DayFigures,
)
# The first row of a user in a window is the one whose day before lies before the window.
IN_WINDOW = statement(
    select(func.count()).select_from(active).where(is_any(active.c.day, "days"), active.c.previous_day < FIRST), int
)
BY_DAY = statement(
    select(active.c.day, func.count().label("count")).where(is_any(active.c.day, "days")).group_by(active.c.day),
    CountOfDay,
)


async def active_in(reader: Reader, last: int, days: int) -> int:
    """How many users were active in the days that end with `last`."""
    first = last - (days - 1) * DAY
    return await reader.one(IN_WINDOW, days=list(range(first, last + 1, DAY)), first=first) or 0


async def active_by_day(reader: Reader, days: Sequence[int]) -> dict[int, int]:
    """How many users were active on each of these days; those without any are left out."""
    return {row.day: row.count for row in await reader.all(BY_DAY, days=list(days))} if days else {}


async def counted(reader: Reader, day: int) -> DayFigures:
    """The figures of a day, counted now."""
    return DayFigures(
        day,
        await active_in(reader, day, 1),
        await active_in(reader, day, WEEK),
        await active_in(reader, day, MONTH),
    )


async def settled(reader: Reader, first: int, last: int) -> dict[int, DayFigures]:
    """The figures of those days that were settled."""
    return {row.day: row for row in await reader.all(SETTLED, first=first, last=last)}
