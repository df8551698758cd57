"""One server a SQLite file: a lock that lasts as long as the process, whatever way it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def hold_sqlite_lock(database: Path | None) -> Iterator[None]:
    """Hold `<database>.lock`; refuse with a sentence where another server holds it. None (PostgreSQL) needs no lock."""
    if database is None:
        yield
        return
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file of its own: closing another descriptor of the database would drop SQLite's locks on it (POSIX).
    descriptor = os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, database)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise click.ClickException(
            f"Another server (process {holder}) already serves {database}. A SQLite file belongs to one server; for "
            "more of them use PostgreSQL: NARTHEX_DATABASE_URL=postgresql://…"
        ) from None
