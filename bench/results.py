"""A line of the table, and the table."""

import sys
from collections.abc import Iterable

from msgspec import Struct

# Beyond this a miss is not a matter of noise or taste (docs/reference/benchmarks.md).
QUARTER = 1.25
HEAD = ("work", "database", "floor", "ours", "ratio", "budget", "verdict")


class Result(Struct, frozen=True):
    """One measured thing. `share` is what was used of the budget, 1.0 being all of it; None where there is none."""

    work: str
    database: str
    floor: str
    ours: str
    ratio: str = ""
    budget: str = ""
    share: float | None = None
    causes: tuple[str, ...] = ()

    @property
    def is_missed(self) -> bool:
        """Whether the budget does not hold."""
        return self.share is not None and self.share > 1

    @property
    def verdict(self) -> str:
        """Whether the budget holds."""
        if self.share is None:
            return ""
        if not self.is_missed:
            return "met"
        return "MISSED" if self.share <= QUARTER else "MISSED by more than a quarter"


def absolute(work: str, database: str, ours_ns: float) -> Result:
    """The result of an operation that has neither floor nor budget."""
    return Result(work, database, "", f"{ours_ns / 1000:.0f} µs")


def compared(work: str, database: str, floor_ns: float, ours_ns: float, limit: float | None) -> Result:
    """The result of an operation that has a floor."""
    ratio = ours_ns / floor_ns
    return Result(
        work,
        database,
        duration(floor_ns),
        duration(ours_ns),
        f"{ratio:.2f}",
        f"{limit} x" if limit else "",
        ratio / limit if limit else None,
    )


def show_progress(text: str) -> None:
    """Say on standard error what is being measured."""
    print(f"... {text}", file=sys.stderr, flush=True)


def duration(ns: float) -> str:
    """CPU time for reading."""
    if ns < 1e6:
        return f"{ns / 1e3:.0f} µs"
    return f"{ns / 1e6:.1f} ms" if ns < 1e8 else f"{ns / 1e9:.2f} s"


def table(results: Iterable[Result], head: tuple[str, ...] = HEAD) -> str:
    """All results in Markdown, with the causes of each miss below."""
    results = list(results)
    rows = [head, *(_cells(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for missed in filter(lambda result: result.is_missed and result.causes, results):
        lines += ["", f"{missed.work}, {missed.database}: {missed.verdict}. Its largest costs:"]
        lines += [f"  {cause}" for cause in missed.causes]
    return "\n".join(lines)


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.work,
        result.database,
        result.floor,
        result.ours,
        result.ratio,
        result.budget,
        result.verdict,
    )


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
