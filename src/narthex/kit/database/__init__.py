"""The database: statements written once in SQLAlchemy Core, bound to a tenant, compiled once per database, and run on
the bare drivers of SQLite and PostgreSQL behind one interface. It owns no table; every slice declares its own with
`tenant_table` and its statements with `statement`. `tenancy` is where the border between tenants is drawn."""

from narthex.kit.clock import Clock
from narthex.kit.database.constructs import insert_or_ignore, insert_row, is_any, proposed, upsert
from narthex.kit.database.errors import (
    ConstraintViolation,
    DatabaseUnavailable,
    ForeignKeyViolation,
    ReadTimeout,
    RetryableConflict,
    UniqueViolation,
    ValueNotStorable,
)
from narthex.kit.database.interface import Database, Reader, Transaction
from narthex.kit.database.statement import Statement, across_tenants, all_statements, statement
from narthex.kit.database.tables import Bool, Json, metadata, tenant_reference, tenant_table
from narthex.kit.database.tenancy import TenantForgotten
from narthex.kit.database.transaction_guard import inside_transaction, outside_transaction
from narthex.kit.randomness import Randomness

SCAN_LIMIT_MS = 5000
POOL_SIZE = 16


def open_database(
    url: str,
    clock: Clock,
    randomness: Randomness | None = None,
    *,
    scan_limit_ms: int = SCAN_LIMIT_MS,
    pool_size: int = POOL_SIZE,
) -> Database:
    """The database of a `sqlite:///path` or `postgresql://` URL, not connected yet; only its own driver is imported.

    `scan_limit_ms` bounds each statement of a scan; `pool_size` is the number of PostgreSQL connections of a process.
    """
    if url.startswith("sqlite:///"):
        from narthex.kit.database.sqlite import SqliteDatabase

        return SqliteDatabase(url, clock, randomness or Randomness(), scan_limit_ms=scan_limit_ms)
    if url.startswith(("postgresql://", "postgres://")):
        from narthex.kit.database.postgresql import PostgresqlDatabase

        return PostgresqlDatabase(
            url, clock, randomness or Randomness(), scan_limit_ms=scan_limit_ms, pool_size=pool_size
        )
    raise ValueError("a database URL begins with sqlite:/// or postgresql://")


__all__ = [
    "Bool",
    "ConstraintViolation",
    "Database",
    "DatabaseUnavailable",
    "ForeignKeyViolation",
    "Json",
    "ReadTimeout",
    "Reader",
    "RetryableConflict",
    "Statement",
    "TenantForgotten",
    "Transaction",
    "UniqueViolation",
    "ValueNotStorable",
    "across_tenants",
    "all_statements",
    "insert_or_ignore",
    "insert_row",
    "inside_transaction",
    "is_any",
    "metadata",
    "open_database",
    "outside_transaction",
    "proposed",
    "statement",
    "tenant_reference",
    "tenant_table",
    "upsert",
]
