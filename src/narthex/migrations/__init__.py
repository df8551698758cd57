"""One Alembic chain for both databases. SQLite is migrated by SQLAlchemy over the standard library's driver; for
PostgreSQL the same chain is written out as SQL and run by asyncpg in one transaction, so that no second driver is
needed. Used by the command line and by the tests; the running server only compares `HEAD`."""

import asyncio
import io
from pathlib import Path
from typing import Any

HEAD = "0002"
HERE = Path(__file__).parent


class SchemaTooNew(Exception):
    """The database was migrated by a newer version of Narthex."""


def upgrade(url: str) -> None:
    """Bring the schema of a database up to `HEAD`; blocking. Does nothing where it is there already."""
    if url.startswith("sqlite"):
        _upgrade_sqlite(url)
    else:
        asyncio.run(_upgrade_postgresql(url))


def _upgrade_sqlite(url: str) -> None:
    import sqlalchemy
    from alembic import command

    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        _check_known(configuration, _current_sqlite(connection))
        command.upgrade(configuration, "head")
    engine.dispose()


def _current_sqlite(connection: Any) -> str | None:
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return found[0] if found else None


def _check_known(configuration: Any, current: str | None) -> None:
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    if current is None:
        return
    try:
        ScriptDirectory.from_config(configuration).get_revision(current)
    except CommandError:
        raise SchemaTooNew(
            f"The database is at revision {current}, which this version of Narthex does not know. Use a newer one."
        ) from None


async def _upgrade_postgresql(url: str) -> None:
    import asyncpg  # type: ignore[import-untyped]

    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            # Two nodes that start together migrate one after the other.
            await connection.execute("SELECT pg_advisory_xact_lock(7238945)")
            current = await _current(connection)
            if current != HEAD:
                await connection.execute(_written_out(current))
    finally:
        await connection.close()


async def _current(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return found


def _written_out(current: str | None) -> str:
    from alembic import command

    configuration = _configuration()
    _check_known(configuration, current)
    configuration.attributes["dialect"] = "postgresql"
    out = io.StringIO()
    configuration.output_buffer = out
    command.upgrade(configuration, f"{current}:head" if current else "head", sql=True)
    return "\n".join(line for line in out.getvalue().splitlines() if line not in {"BEGIN;", "COMMIT;"})


def _configuration() -> Any:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(HERE))
    return configuration
