"""The run of `python -m bench growth`: what a sign-in costs among 1,000 people and among 1,000,000.

Their passwords are hashed with 64 KiB and one pass, since a real hash would hide everything beside it; the CPU time of
PostgreSQL's own processes counts too.
"""

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Struct

from bench import servers
from bench.console import console_work
from bench.databases import Databases, on_postgresql, on_sqlite, postgresql_cluster
from bench.measuring import Work, in_turns
from bench.operations import Target, sign_in, userinfo
from bench.results import Result, compared, show_progress
from bench.seeding import PASSWORD, TENANT
from narthex.audit_log.tables import audit_log
from narthex.credentials.tables import passwords
from narthex.sessions.tables import sessions
from narthex.users.tables import users

FEW, MANY = 1_000, 1_000_000
LIMIT = 1.2
HEAD = ("work", "database", f"{FEW:,}", f"{MANY:,}", "ratio", "budget", "verdict")
STRIDE = 7_919  # a prime, so that neighbours in time are none in the tables
THEN = 1_700_000_000_000
CHEAP = Argon2id(salt=b"salt-of-a-bench-", length=32, iterations=1, lanes=1, memory_cost=64)
CHEAP_HASH = CHEAP.derive_phc_encoded(PASSWORD.encode())


class Member(Struct, frozen=True):
    """One of the many; ids are as scattered as real ones."""

    number: int

    @property
    def id(self) -> str:
        """The user id."""
        return self._scattered("user")[:12]

    @property
    def name(self) -> str:
        """The username."""
        return f"member_{self.number:07}"

    def _scattered(self, what: str) -> str:
        return hashlib.sha256(f"{what} {self.number}".encode()).hexdigest()

    def user(self) -> tuple[Any, ...]:
        """A row of `users`."""
        names = (self.name, self.name, None, None, "Ada", "ada", None)
        return (TENANT, self.id, *names, "{}", "{}", None, False, 0, THEN, THEN + self.number, THEN)

    def password(self) -> tuple[Any, ...]:
        """A row of `passwords`."""
        return (TENANT, self.id, CHEAP_HASH, THEN, THEN)

    def session(self) -> tuple[Any, ...]:
        """A row of `sessions`."""
        session_id, until = self._scattered("session")[:21], THEN + THEN
        secret_hash = self._scattered("secret")[:43]
        return (TENANT, session_id, secret_hash, self.id, THEN, '["pwd"]', THEN, until, None, "127.0.0.1", "bench")

    def line(self) -> tuple[Any, ...]:
        """A row of `audit_log`."""
        key, payload = "Interaction.SignIn.Submit", '{"key":"Interaction.SignIn.Submit","result":"Success"}'
        return (TENANT, self._scattered("line")[:21], key, payload, THEN + self.number, self.id, None, None, None)


ROWS: dict[Any, Callable[[Member], tuple[Any, ...]]] = {
    users: Member.user,
    passwords: Member.password,
    sessions: Member.session,
    audit_log: Member.line,
}


def growth(folder: Path) -> Iterator[Result]:
    """The results on both kinds of database."""
    yield from _on(on_sqlite(folder), folder, None)
    with postgresql_cluster(folder) as cluster:
        postmaster = cluster.sql(r"SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)")
        yield from _on(on_postgresql(cluster), folder, int(postmaster))


def _on(databases: Databases, folder: Path, postmaster: int | None) -> Iterator[Result]:
    urls = [_filled(databases, size) for size in (FEW, MANY)]
    log = folder / "growth.log"
    with servers.ours(urls[0], log) as first, servers.ours(urls[1], log) as second:
        few = msgspec.structs.replace(first, postmaster=postmaster)
        many = msgspec.structs.replace(second, postmaster=postmaster)
        sizes = {few.host: FEW, many.host: MANY}

        def of_everybody(target: Target) -> Any:
            size = sizes[target.host]
            return sign_in(target, lambda number: Member(number * STRIDE % size).name)

        for work in (
            Work("password sign-in but the hash", of_everybody, 250, LIMIT, connections=8),
            Work("userinfo", userinfo, 2000, LIMIT),
            msgspec.structs.replace(console_work("users"), limit=LIMIT),
            msgspec.structs.replace(console_work("audit-log"), limit=LIMIT),
        ):
            show_progress(f"{work.name} on {databases.dialect}")
            low, high = in_turns(work, databases.seeds, few, many)
            yield compared(work.name, databases.dialect, low, high, work.limit)


def _filled(databases: Databases, size: int) -> str:
    show_progress(f"{size:,} people on {databases.dialect}")
    url = databases.another(f"members{size}")
    if databases.dialect == "SQLite":
        _fill_sqlite(url.removeprefix("sqlite:///"), size)
    else:
        asyncio.run(_fill_postgresql(url, size))
    return url


def _rows(table: Any, size: int) -> Iterable[tuple[Any, ...]]:
    return map(ROWS[table], map(Member, range(size)))


def _fill_sqlite(path: str, size: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = -500000")
    connection.execute("BEGIN")
    for table in ROWS:
        names = [column.name for column in table.columns]
        places = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})", _rows(table, size))
    connection.execute("COMMIT")
    connection.close()


async def _fill_postgresql(url: str, size: int) -> None:
    import asyncpg  # type: ignore[import-untyped, unused-ignore]

    connection = await asyncpg.connect(url)
    # Foreign keys hold by construction; to check four million rows takes longer than to write them.
    await connection.execute("SET session_replication_role = replica")
    for table in ROWS:
        names = [column.name for column in table.columns]
        await connection.copy_records_to_table(table.name, columns=names, records=_rows(table, size))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
