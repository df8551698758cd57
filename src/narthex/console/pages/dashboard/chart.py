"""A curve as the points of an SVG: drawn by the server, so that the page needs no script."""

from collections.abc import Sequence

from msgspec import Struct

from narthex.insights.schemas import DayCount

WIDTH, HEIGHT, STEPS = 1000, 240, 4


class Chart(Struct, frozen=True):
    """A curve in a box of 1000 by 240: its points, the marks at its side from the top down, and the days below."""

    points: str
    marks: tuple[int, ...]
    days: tuple[str, ...]
    lines: tuple[int, ...] = tuple(HEIGHT * step // STEPS for step in range(STEPS + 1))


def chart_of(curve: Sequence[DayCount]) -> Chart:
    """The chart of one count a day."""
    top = round_up(max((day.count for day in curve), default=0))
    across = WIDTH / max(len(curve) - 1, 1)
    points = " ".join(
        f"{place * across:.1f},{HEIGHT - day.count * HEIGHT / top:.1f}" for place, day in enumerate(curve)
    )
    marks = tuple(top * (STEPS - step) // STEPS for step in range(STEPS + 1))
    days = tuple(curve[place * (len(curve) - 1) // STEPS].date for place in range(STEPS + 1)) if curve else ()
    return Chart(points, marks, days)


def round_up(most: int) -> int:
    """The next number that divides well into four: 4, 8, 20, 40, 80, 200, …"""
    step = 4
    while step < most:
        step = step * 5 // 2 if str(step).startswith("8") else step * 2
    return step
