"""The migrations make the tables that the code declares, on both databases."""

import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, NullPool, String, Table, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from narthex.migrations.tables import metadata
from tests.house.source import expect_none


def differences(connection: Connection, declared: MetaData = metadata) -> list[str]:
    """What a migration would still have to change."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [repr(change) for change in compare_metadata(context, declared)]


async def test_migrations_agree_with_the_tables(database_url: str) -> None:
    driver = database_url.replace("sqlite:", "sqlite+pysqlite:").replace("postgresql:", "postgresql+asyncpg:")
    if driver.startswith("sqlite"):
        with create_engine(driver, poolclass=NullPool).connect() as connection:
            expect_none(differences(connection))
        return
    async with create_async_engine(driver, poolclass=NullPool).connect() as asynchronous:
        expect_none(await asynchronous.run_sync(differences))


def test_a_difference_is_caught(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "doors.sqlite").execute("CREATE TABLE doors (id VARCHAR(21) NOT NULL)").close()
    declared = MetaData()
    Table("doors", declared, Column("id", String(21), nullable=False), Column("colour", String(9)))
    engine = create_engine(f"sqlite:///{tmp_path}/doors.sqlite", poolclass=NullPool)
    with engine.connect() as connection:
        assert "add_column" in differences(connection, declared)[0]
