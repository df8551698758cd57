"""Dashboard: how many people there are, and how many came. Used by the navigation."""

from narthex.console.context import ConsoleContext
from narthex.console.pages.dashboard.chart import chart_of
from narthex.console.route import Route
from narthex.insights import service as insights
from narthex.kit.errors import InvalidInput
from narthex.kit.http import Response


async def show(context: ConsoleContext) -> Response:
    """The figures up to a day (`date`, UTC), today without one."""
    date, problems = context.query.get("date") or None, []
    now = context.runtime.clock.now()
    async with context.runtime.database.scan(context.tenant.id) as reader:
        try:
            figures = await insights.dashboard(reader, now, date)
        except InvalidInput as invalid:
            problems = [context.problem(invalid, "date")]
            figures = await insights.dashboard(reader, now)
    return context.render(
        "console/dashboard/show.html",
        title=context.text("nav.dashboard"),
        status=400 if problems else 200,
        problems=problems,
        figures=figures,
        chart=chart_of(figures.active.curve),
        chosen=date if not problems else None,
    )


ROUTES = (Route("GET", "dashboard", show),)
