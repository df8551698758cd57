"""The figures of the dashboard, against a count of the raw rows by hand."""

import random
from collections.abc import Iterable

import pytest

from narthex.insights import service as insights
from narthex.insights.activity import RECORD, active_row
from narthex.insights.days import DAY, date_of, day_of, read_date
from narthex.insights.schemas import ActiveUsers, DashboardFigures, Figure
from narthex.insights.settling import GRACE, KEPT_DAYS, Settling
from narthex.kit.errors import InvalidInput
from narthex.users import service as users
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.traces import rows
from tests.users.people import SYSTEM, made

DAYS = 75
Visits = dict[int, set[str]]


async def visit(server: Server, user_ids: Iterable[str], moment: int, tenant_id: str = "default") -> None:
    async with server.runtime.database.write(tenant_id) as tx:
        for user_id in user_ids:
            await tx.run(RECORD, **active_row(user_id, moment))


async def dashboard(server: Server, date: str | None = None, tenant_id: str = "default") -> DashboardFigures:
    async with server.runtime.database.scan(tenant_id) as reader:
        return await insights.dashboard(reader, server.clock.now(), date)


@pytest.fixture
async def visits(server: Server) -> Visits:
    """Who was active on which day: seventy-five days of thirty people with habits of their own."""
    choose = random.Random(20261124)
    habits = {f"u{number:02}": choose.choice((0.02, 0.1, 0.4, 0.9)) for number in range(30)}
    found: Visits = {}
    for _ in range(DAYS):
        today = day_of(server.clock.now())
        found[today] = {user_id for user_id, habit in habits.items() if choose.random() < habit}
        for _ in range(2):  # the second visit of a day counts as none
            await visit(server, sorted(found[today]), server.clock.now())
        server.clock.advance(days=1)
    server.clock.advance(days=-1)
    return found


def by_hand(visits: Visits, day: int, days: int) -> int:
    return len(set().union(*(visits.get(day - ago * DAY, set()) for ago in range(days))))


def expected(visits: Visits, day: int) -> tuple[Figure, Figure, Figure]:
    def figure(days: int) -> Figure:
        now = by_hand(visits, day, days)
        return Figure(now, now - by_hand(visits, day - days * DAY, days))

    return figure(1), figure(7), figure(30)


def shown(active: ActiveUsers) -> tuple[Figure, Figure, Figure]:
    return active.dau, active.wau, active.mau


async def test_the_figures_are_those_of_the_raw_rows(server: Server, visits: Visits) -> None:
    today = day_of(server.clock.now())
    for ago in (0, 1, 6, 7, 29, 30, 44):
        day = today - ago * DAY
        active = (await dashboard(server, date_of(day))).active
        assert shown(active) == expected(visits, day), ago
        curve = [(date_of(day - back * DAY), by_hand(visits, day - back * DAY, 1)) for back in reversed(range(30))]
        assert [(point.date, point.count) for point in active.curve] == curve, ago
    assert (await dashboard(server)).active == (await dashboard(server, date_of(today))).active


async def test_settled_days_say_the_same_and_are_settled_once(server: Server, visits: Visits) -> None:
    today = day_of(server.clock.now())
    days = [date_of(today - ago * DAY) for ago in range(40)]
    before = [await dashboard(server, date) for date in days]
    settling = Settling(server.runtime.database)
    assert await settling.settle(["default", "admin"], server.clock.now()) == KEPT_DAYS
    assert await settling.settle(["default", "admin"], server.clock.now()) == 0
    assert await Settling(server.runtime.database).settle(["default"], server.clock.now()) == 0
    assert [await dashboard(server, date) for date in days] == before
    settled = await rows(server, "daily_figures")
    assert max(row["day"] for row in settled) == today - DAY
    assert await rows(server, "daily_figures", "admin") == []
    row = next(row for row in settled if row["day"] == today - 5 * DAY)
    assert row["active_in_30_days"] == by_hand(visits, today - 5 * DAY, 30)


async def test_a_day_is_settled_a_little_after_it_is_over(server: Server) -> None:
    now = server.clock.now()
    await visit(server, ["ada"], now)
    settling = Settling(server.runtime.database)
    midnight = day_of(now) + DAY
    assert await settling.settle(["default"], midnight + GRACE - 1) == 0
    await visit(server, ["bob"], midnight - 1)
    assert await settling.settle(["default"], midnight + GRACE) == 1
    assert [row["active_on_day"] for row in await rows(server, "daily_figures")] == [2]


async def test_days_without_anybody_are_settled_too(server: Server) -> None:
    await visit(server, ["ada"], server.clock.now())
    server.clock.advance(days=10)
    assert await Settling(server.runtime.database).settle(["default"], server.clock.now()) == 10
    counts = [
        row["active_in_7_days"] for row in sorted(await rows(server, "daily_figures"), key=lambda row: row["day"])
    ]
    assert counts == [1] * 7 + [0] * 3


async def test_users_and_new_users(server: Server) -> None:
    server.clock.advance(milliseconds=DAY - server.clock.now() % DAY)
    for number, days in enumerate((0, 3, 5, 0, 1, 1, 0)):
        server.clock.advance(days=days)
        await made(server, NewUser(f"user_{number}"))
    await made(server, NewUser("elsewhere"), "admin")
    figures = await dashboard(server)
    # Made 10, 7, 2, 2, 1, 0 and 0 days ago.
    assert figures.total == 7
    assert figures.new.today == Figure(2, 1)
    assert figures.new.last_7_days == Figure(5, 3)
    assert (await dashboard(server, tenant_id="admin")).total == 1


async def test_a_tenant_without_anybody_has_noughts(server: Server) -> None:
    figures = await dashboard(server)
    assert (figures.total, figures.new.today, shown(figures.active)) == (0, Figure(0, 0), (Figure(0, 0),) * 3)
    assert [point.count for point in figures.active.curve] == [0] * 30
    assert figures.active.curve[-1].date == date_of(day_of(server.clock.now()))


async def test_a_deleted_user_stays_in_the_figures_of_the_past(server: Server) -> None:
    ada, bob = await made(server, NewUser("ada")), await made(server, NewUser("bob"))
    await visit(server, [ada.id, bob.id], server.clock.now())
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, SYSTEM, ada.id)
    figures = await dashboard(server)
    assert (figures.total, figures.new.today.count) == (1, 1)
    assert shown(figures.active) == (Figure(2, 2),) * 3


async def test_each_tenant_has_its_own_figures(server: Server) -> None:
    await visit(server, ["ada", "bob"], server.clock.now())
    await visit(server, ["ada"], server.clock.now(), "admin")
    assert (await dashboard(server)).active.dau.count == 2
    assert (await dashboard(server, tenant_id="admin")).active.dau.count == 1


@pytest.mark.parametrize(
    "wrong",
    ["", "today", "2026-02-30", "2026-1-1", "20261124", "2025-W48-2", "1969-12-31", "2026-11-24T00", "9999-12-31",
     "２025-11-24", "2025-11-2'", "\0" * 10],
)  # fmt: skip
async def test_a_day_that_is_none_or_has_not_come_is_refused(server: Server, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await dashboard(server, wrong)
    assert refused.value.data == {"field": "date"}


async def test_days_are_of_utc(server: Server) -> None:
    assert (date_of(0), day_of(DAY - 1), day_of(DAY), read_date("1970-01-02")) == ("1970-01-01", 0, DAY, DAY)
    now = server.clock.now()
    await visit(server, ["ada"], day_of(now) + DAY - 1)
    assert [row["day"] for row in await rows(server, "daily_active_users")] == [day_of(now)]
    assert read_date(date_of(day_of(now))) == day_of(now)


async def test_a_far_past_has_noughts(server: Server) -> None:
    await visit(server, ["ada"], server.clock.now())
    assert shown((await dashboard(server, "1970-01-01")).active) == (Figure(0, 0),) * 3
