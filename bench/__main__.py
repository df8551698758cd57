"""`python -m bench [growth]`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.budgets import budgets_on
from bench.databases import on_postgresql, on_sqlite, postgresql_cluster
from bench.machine import BESIDE, UNDER_TEST, stay_beside
from bench.results import Result, table


def main() -> None:
    """Measure and print."""
    stay_beside()
    print(f"CPU time, user and system, of the process under test (core {UNDER_TEST}; all else on core {BESIDE}).\n")
    with _folder() as folder:
        if sys.argv[1:] == ["growth"]:
            from bench.growth import HEAD, growth

            print(table(growth(folder), HEAD))
        elif sys.argv[1:]:
            sys.exit("usage: python -m bench [growth]")
        else:
            print(table(_budgets(folder)))


def _budgets(folder: Path) -> list[Result]:
    results = budgets_on(on_sqlite(folder), folder)
    with postgresql_cluster(folder) as cluster:
        return results + budgets_on(on_postgresql(cluster), folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="narthex-bench-") as name:
        folder = Path(name)
        # PostgreSQL's own user has to come in.
        folder.chmod(0o755)
        yield folder


if __name__ == "__main__":
    main()
