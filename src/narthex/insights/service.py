"""The figures of the dashboard. Wire: logto-api.md 6."""

from msgspec import Struct
from sqlalchemy import BigInteger, Label, bindparam, func, select

from narthex.insights.counting import MONTH, WEEK, DayFigures, active_by_day, counted, settled
from narthex.insights.days import DAY, date_of, day_of, read_date
from narthex.insights.schemas import ActiveUsers, DashboardFigures, DayCount, Figure, NewUsers
from narthex.kit.database import Reader, statement
from narthex.kit.errors import InvalidInput
from narthex.users.tables import users


class Made(Struct, frozen=True):
    """How many users were made in four windows."""

    today: int
    yesterday: int
    week: int
    week_before: int


def _made(name: str) -> Label[int]:
    from_, until = (bindparam(f"{name}_{end}", type_=BigInteger) for end in ("from", "until"))
    made = select(func.count()).select_from(users).where(users.c.created_at >= from_, users.c.created_at < until)
    return made.scalar_subquery().label(name)


TOTAL = statement(select(func.count()).select_from(users), int)
MADE = statement(select(*(_made(name) for name in Made.__struct_fields__)), Made)


async def total_users(reader: Reader) -> int:
    """How many users there are."""
    return await reader.one(TOTAL) or 0


async def new_users(reader: Reader, now: int) -> NewUsers:
    """How many users were made today and in the seven days that end with it, and how that compares."""
    tomorrow = day_of(now) + DAY
    windows = {
        "today": (tomorrow - DAY, tomorrow),
        "yesterday": (tomorrow - 2 * DAY, tomorrow - DAY),
        "week": (tomorrow - WEEK * DAY, tomorrow),
        "week_before": (tomorrow - 2 * WEEK * DAY, tomorrow - WEEK * DAY),
    }
    ends = {
        f"{name}_{end}": at
        for name, window in windows.items()
        for end, at in zip(("from", "until"), window, strict=True)
    }
    made = await reader.one(MADE, **ends) or Made(0, 0, 0, 0)
    return NewUsers(Figure(made.today, made.today - made.yesterday), Figure(made.week, made.week - made.week_before))


async def active_users(reader: Reader, now: int, date: str | None = None) -> ActiveUsers:
    """How many users were active around a day (YYYY-MM-DD, else today). Raises `InvalidInput`."""
    today = day_of(now)
    day = today if date is None else read_date(date)
    if day > today:
        raise InvalidInput("date", f"Today is {date_of(today)}.")
    known = await settled(reader, day - 2 * MONTH * DAY, day)
    figures = {ago: await _figures(reader, known, day - ago * DAY) for ago in (0, 1, WEEK, MONTH)}
    last = figures[0]
    return ActiveUsers(
        curve=await _curve(reader, known, day),
        dau=Figure(last.active_on_day, last.active_on_day - figures[1].active_on_day),
        wau=Figure(last.active_in_7_days, last.active_in_7_days - figures[WEEK].active_in_7_days),
        mau=Figure(last.active_in_30_days, last.active_in_30_days - figures[MONTH].active_in_30_days),
    )


async def _figures(reader: Reader, known: dict[int, DayFigures], day: int) -> DayFigures:
    return known.get(day) or await counted(reader, day)


async def _curve(reader: Reader, known: dict[int, DayFigures], last: int) -> tuple[DayCount, ...]:
    days = range(last - (MONTH - 1) * DAY, last + 1, DAY)
    counts = await active_by_day(reader, [day for day in days if day not in known])
    counts |= {day: figures.active_on_day for day, figures in known.items()}
    return tuple(DayCount(date_of(day), counts.get(day, 0)) for day in days)


async def dashboard(reader: Reader, now: int, date: str | None = None) -> DashboardFigures:
    """All figures of the dashboard. Raises `InvalidInput` for a day that is none, or has not come."""
    active = await active_users(reader, now, date)
    return DashboardFigures(await total_users(reader), await new_users(reader, now), active)
