"""How a migration makes a table of a tenant. Migrations that ran rest on it: what it makes never changes."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op


def create_tenant_table(
    name: str,
    *columns: sa.Column[object],
    key: tuple[str, ...] = ("id",),
    references: Mapping[str, str] | None = None,
) -> None:
    """Make the table `name`, whose rows go with their tenant.

    `tenant_id` comes before the columns and before the `key`. `references` are the columns that name a row of the
    same tenant, each with what it names ("users.id"); the row goes with that one.
    """
    op.create_table(
        name,
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        *columns,
        *(_reference(name, column, named) for column, named in (references or {}).items()),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f(f"fk_{name}_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", *key, name=op.f(f"pk_{name}")),
    )


def _reference(name: str, column: str, named: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{named.partition('.')[0]}.tenant_id", named],
        name=op.f(f"fk_{name}_tenant_id_{column}"),
        ondelete="CASCADE",
    )
