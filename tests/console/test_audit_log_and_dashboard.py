"""The audit log and the dashboard in the console, on what really happened."""

import re

from narthex.console.pages.dashboard.chart import chart_of, round_up
from narthex.insights.schemas import DayCount
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import CALLBACK, Server


async def test_a_sign_in_stands_in_the_log_with_all_its_steps(server: Server, operator: OperatorBrowser) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    page = await operator.get("audit-log")
    assert "Interaction.Register.Submit" in page.text
    assert "Bookstore" in page.text
    entry = re.search(r'href="(/console/default/audit-log/\w{21})">Interaction\.Register\.Submit</a>', page.text)
    assert entry is not None
    steps = await operator.get(entry[1])
    for key in ("Interaction.Create", "Interaction.Register.Submit", "Interaction.End"):
        assert key in steps.text
    assert "The whole sign-in" in steps.text


async def test_a_failure_names_its_cause(server: Server, operator: OperatorBrowser) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    await server.browser().sign_in(application.application_id, CALLBACK, password="a wrong one")
    page = await operator.get("audit-log?result=Error")
    assert "invalid_credentials" in page.text
    assert "Interaction.Register.Submit" not in page.text.partition("<tbody>")[2]


async def test_filters_hold_over_pages(server: Server, operator: OperatorBrowser) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    for _ in range(22):
        server.clock.advance(seconds=1)
        await server.browser().sign_in(application.application_id, CALLBACK, "nobody", "a wrong one")
    first = await operator.get("audit-log?result=Error&span=day")
    after = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert after is not None
    assert "result=Error" in after[1]
    second = await operator.get(after[1].replace("&amp;", "&"))
    assert "invalid_credentials" in second.text
    assert 'rel="prev"' in second.text


async def test_nothing_that_fits_says_so(operator: OperatorBrowser) -> None:
    assert "Nothing fits these filters" in (await operator.get("audit-log?user=nobody")).text
    assert (await operator.get("audit-log/unknown")).status_code == 404
    assert (await operator.get("audit-log?after=rubbish")).status_code == 400


async def test_the_dashboard_counts_who_came(server: Server, operator: OperatorBrowser) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    page = await operator.get("dashboard")
    assert page.status_code == 200
    assert re.search(r"<dt>Total users</dt><dd>1</dd>", page.text)
    assert re.search(r"<dt>New users today</dt><dd>1</dd>", page.text)
    assert page.text.count("<tr><td") == 30


async def test_a_bad_day_is_refused_at_its_field(operator: OperatorBrowser) -> None:
    page = await operator.get("dashboard?date=yesterday")
    assert page.status_code == 400
    assert 'id="date-problem"' in page.text


def test_a_curve_is_drawn_within_its_box() -> None:
    chart = chart_of([DayCount(f"2026-11-{day:02}", day * 3) for day in range(1, 31)])
    places = [tuple(map(float, pair.split(","))) for pair in chart.points.split()]
    assert places[0][0] == 0
    assert places[-1][0] == 1000
    assert all(0 <= height <= 240 for _, height in places)
    assert chart.marks[0] >= 90


def test_an_empty_curve_is_a_flat_line() -> None:
    chart = chart_of([DayCount(f"2026-11-{day:02}", 0) for day in range(1, 31)])
    assert {pair.partition(",")[2] for pair in chart.points.split()} == {"240.0"}


def test_marks_divide_by_four() -> None:
    for most in (0, 1, 4, 5, 99, 1000, 123_456):
        assert round_up(most) >= most
        assert round_up(most) % 4 == 0
