"""The one `MetaData` of the server, and how a tenant's table is declared on it."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

# Names without surprises on both databases, so that a violation and a migration can speak of a constraint by name.
NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
TENANT_COLUMN = "tenant_id"

metadata = MetaData(naming_convention=NAMING)
Bool = Boolean


class Json(TypeDecorator[Any]):
    """JSON: JSONB on PostgreSQL, TEXT on SQLite. Statements encode and decode it with msgspec; `None` is SQL NULL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import JSONB  # only servers on PostgreSQL pay for this import

        return dialect.type_descriptor(JSONB())


def tenant_table(name: str, *items: SchemaItem, metadata: MetaData = metadata) -> Table:
    """A table whose first key column is the tenant; its rows go when the tenant goes."""
    owner = ForeignKey("tenants.tenant_id", ondelete="CASCADE")
    return Table(name, metadata, Column(TENANT_COLUMN, String(32), owner, primary_key=True), *items)


def tenant_reference(column: str, target: str, *, key: str = "id", ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key to a row of the same tenant: `(tenant_id, column)` to `(tenant_id, key)` of table `target`.

    `ondelete` is CASCADE or RESTRICT: SET NULL would empty `tenant_id` too.
    """
    if ondelete not in ("CASCADE", "RESTRICT"):
        raise ValueError(f"ondelete={ondelete!r} would touch tenant_id; take CASCADE or RESTRICT")
    return ForeignKeyConstraint(
        [TENANT_COLUMN, column], [f"{target}.{TENANT_COLUMN}", f"{target}.{key}"], ondelete=ondelete
    )
