"""The databases of a run: on each kind one is filled, and ours, the floor and each profile get a copy of their own."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bench.seeding import Seeds, seed
from narthex.migrations import upgrade
from tests.fixtures import database as fixtures
from tests.fixtures.database import PostgresqlCluster


class Databases(Struct, frozen=True):
    """Databases with the same rows, by URL; `another` makes one more."""

    dialect: str
    seeds: Seeds
    another: Callable[[str], str]


@contextmanager
def postgresql_cluster(folder: Path) -> Iterator[PostgresqlCluster]:
    """A PostgreSQL server of this run; it does not wait for the disk, and its own CPU time is not counted."""
    place = folder / "postgresql"
    place.mkdir()
    cluster = PostgresqlCluster(fixtures._programs(), place)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def on_sqlite(folder: Path) -> Databases:
    """SQLite files."""
    filled = folder / "filled.sqlite"
    upgrade(f"sqlite:///{filled}")
    seeds = asyncio.run(seed(f"sqlite:///{filled}"))

    def another(name: str) -> str:
        return f"sqlite:///{shutil.copyfile(filled, folder / f'{name}.sqlite')}"

    return Databases("SQLite", seeds, another)


def on_postgresql(cluster: PostgresqlCluster) -> Databases:
    """Databases of a PostgreSQL server."""
    filled = cluster.create("filled")
    upgrade(filled)
    seeds = asyncio.run(seed(filled))
    cluster.sql("VACUUM ANALYZE", "filled")
    return Databases("PostgreSQL", seeds, lambda name: cluster.create(name, "filled"))
