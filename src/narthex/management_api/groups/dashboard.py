"""`/api/dashboard/users/…`: figures. Wire: logto-api.md 6; days are those of UTC."""

from msgspec import Struct, field

from narthex.insights import service as insights
from narthex.insights.schemas import DayCount, Figure
from narthex.management_api.operation import Call, Group, NoQuery


class ActiveUsersQuery(Struct, frozen=True):
    """The day that the figures end with, as in 2026-11-24; today where none is given."""

    date: str | None = None


class TotalUsers(Struct, frozen=True, rename="camel"):
    """How many users there are."""

    total_user_count: int


class NewUsersAnswer(Struct, frozen=True, rename="camel"):
    """Users made today and in seven days, with the difference from the time before."""

    today: Figure
    last_seven_days: Figure = field(name="last7Days")


class ActiveUsersAnswer(Struct, frozen=True, rename="camel"):
    """Users active on each of thirty days, and by day, week and month, with the difference from the time before."""

    dau_curve: list[DayCount]
    dau: Figure
    wau: Figure
    mau: Figure


async def get_total_user_count(call: Call[NoQuery, None]) -> TotalUsers:
    """How many users there are."""
    async with call.runtime.database.scan(call.tenant.id) as reader:
        return TotalUsers(await insights.total_users(reader))


async def get_new_user_counts(call: Call[NoQuery, None]) -> NewUsersAnswer:
    """How many users are new."""
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await insights.new_users(reader, call.runtime.clock.now())
    return NewUsersAnswer(found.today, found.last_7_days)


async def get_active_user_counts(call: Call[ActiveUsersQuery, None]) -> ActiveUsersAnswer:
    """How many users are active."""
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await insights.active_users(reader, call.runtime.clock.now(), call.query.date)
    return ActiveUsersAnswer(list(found.curve), found.dau, found.wau, found.mau)


_GROUP = Group("Dashboard")

OPERATIONS = (
    _GROUP.get("/api/dashboard/users/total", "Count all users", get_total_user_count, TotalUsers),
    _GROUP.get("/api/dashboard/users/new", "Count new users", get_new_user_counts, NewUsersAnswer),
    _GROUP.get(
        "/api/dashboard/users/active",
        "Count active users",
        get_active_user_counts,
        ActiveUsersAnswer,
        query=ActiveUsersQuery,
    ),
)
