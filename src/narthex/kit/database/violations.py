"""Names the constraint that a write broke, from what either database says of it."""

from collections.abc import Iterator

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement

from narthex.kit.database.errors import UniqueViolation

Unique = tuple[str | None, tuple[str, ...]]


def unique_by_columns(clause: ClauseElement, table_name: str, columns: tuple[str, ...]) -> UniqueViolation:
    """SQLite names table and columns."""
    for name, found in _uniques(clause, table_name):
        if found == columns:
            return UniqueViolation(name, columns)
    return UniqueViolation(None, columns)


def unique_by_name(clause: ClauseElement, constraint: str) -> UniqueViolation:
    """PostgreSQL names the constraint; SQLite does so for an index over expressions."""
    for name, found in _uniques(clause, None):
        if name == constraint:
            return UniqueViolation(constraint, found)
    return UniqueViolation(constraint, ())


def _uniques(clause: ClauseElement, table_name: str | None) -> Iterator[Unique]:
    for table in visitors.iterate(clause):
        if isinstance(table, Table) and table_name in (None, table.name):
            yield from _uniques_of(table)


def _uniques_of(table: Table) -> Iterator[Unique]:
    for constraint in (table.primary_key, *table.constraints):
        if isinstance(constraint, UniqueConstraint) or constraint is table.primary_key:
            yield _name(constraint.name, constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield _name(index.name, index.columns)


def _name(name: object, columns: object) -> Unique:
    return (str(name) if name is not None else None), tuple(column.name for column in columns)  # type: ignore[attr-defined]
