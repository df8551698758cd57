"""Figures. Wire: logto-api.md 6."""

from msgspec import Struct


class Figure(Struct, frozen=True):
    """A count, and by how much it is larger than that of the window before."""

    count: int
    delta: int


class DayCount(Struct, frozen=True):
    """How many users were active on a day."""

    date: str
    count: int


class NewUsers(Struct, frozen=True):
    """Users that were made today, and in the seven days that end with it."""

    today: Figure
    last_7_days: Figure


class ActiveUsers(Struct, frozen=True):
    """Users that were active: on each of thirty days, on the last of them, in the seven and thirty ending with it."""

    curve: tuple[DayCount, ...]
    dau: Figure
    wau: Figure
    mau: Figure


class DashboardFigures(Struct, frozen=True):
    """All figures of the dashboard."""

    total: int
    new: NewUsers
    active: ActiveUsers
