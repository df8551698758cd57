"""Figures are counted in indexes, and quickly where there are a million users."""

import time

import pytest

from narthex.insights import service as insights
from narthex.insights.activity import RECORD, active_row
from narthex.insights.counting import BY_DAY, IN_WINDOW
from narthex.insights.days import DAY, day_of
from narthex.insights.service import MADE
from narthex.insights.settling import OLDEST
from tests.fixtures.many import database_url, insert_many, plan, reads_all
from tests.fixtures.server import Server
from tests.users.test_plans import COLUMNS

__all__ = ["database_url"]

FIRST = 20_000 * DAY


def activity(people: int, days: int) -> dict[str, str]:
    """Columns of people, a multiple of three, who are active every third day."""
    day = f"{FIRST} + CAST({DAY} AS BIGINT) * (3 * (n / {people}) + n % 3)"
    return {
        "user_id": f"'u' || (n % {people})",
        "day": day,
        "previous_day": f"CASE WHEN n <= {people} THEN 0 ELSE {day} - {3 * DAY} END",
    }


async def test_the_figures_are_counted_in_indexes(server: Server) -> None:
    await insert_many(server, "daily_active_users", activity(1998, 30), 20_000)
    await insert_many(server, "users", COLUMNS, 20_000)
    days = [FIRST + number * DAY for number in range(30)]
    for statement, parameters in (
        (IN_WINDOW, {"days": days, "first": days[0]}),
        (BY_DAY, {"days": days[:2]}),
        (OLDEST, {}),
        (RECORD, active_row("u7", days[9])),
    ):
        made = await plan(server, statement, **parameters)
        assert "daily_active_users" in made, made
        assert not reads_all(made), made
    ends = {f"{name}_{end}": 0 for name in ("today", "yesterday", "week", "week_before") for end in ("from", "until")}
    made = await plan(server, MADE, **ends)
    assert made.count("users_by_creation") == 4, made


@pytest.mark.long
async def test_the_dashboard_of_a_million_users(server: Server) -> None:
    await insert_many(server, "users", COLUMNS, 1_000_000)
    await insert_many(server, "daily_active_users", activity(99_999, 30), 999_990)
    async with server.runtime.database.scan("default") as reader:
        started = time.monotonic()
        figures = await insights.dashboard(reader, day_of(FIRST + 29 * DAY) + 1)
        took = time.monotonic() - started
    assert figures.total == 1_000_000
    assert figures.active.mau.count == 99_999
    assert took < 4, f"{took:.2f} s"
