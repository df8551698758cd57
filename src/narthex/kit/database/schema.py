"""The SQL that creates a `MetaData`, for tests; the server's own tables come from its migrations."""

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from narthex.kit.database.compiling import sql_dialect

REVISION = "SELECT version_num FROM alembic_version"


def creation(metadata: MetaData, dialect: str) -> list[str]:
    """CREATE TABLE and CREATE INDEX of every table, those pointed to first."""
    statements: list[ExecutableDDLElement] = []
    for table in metadata.sorted_tables:
        statements.append(CreateTable(table))
        statements.extend(CreateIndex(index) for index in table.indexes)
    return [str(statement.compile(dialect=sql_dialect(dialect))) for statement in statements]
