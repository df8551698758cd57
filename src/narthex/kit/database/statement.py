"""Statements: written once in SQLAlchemy Core, bound to a tenant unless they say why not, compiled on first use."""

from typing import Any, Generic, TypeVar, overload
from weakref import WeakSet

from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

from narthex.kit.database.compiling import Compiled, compile_statement
from narthex.kit.database.tenancy import bind_tenant

R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")

Clause = SelectBase | UpdateBase


class Statement(Generic[R_co]):
    """A statement whose rows are `R_co`; made by `statement()` or `across_tenants()`."""

    __slots__ = ("__weakref__", "_clauses", "_compiled", "reason", "row", "writes")

    def __init__(self, clause: Clause, row: type[R_co] | None, reason: str | None, sqlite: Clause | None) -> None:
        self._clauses = {"postgresql": clause, "sqlite": clause if sqlite is None else sqlite}
        self._compiled: dict[str, Compiled[R_co]] = {}
        self.row = row
        self.reason = reason
        self.writes = any(isinstance(element, UpdateBase) for element in visitors.iterate(clause))
        _statements.add(self)

    @property
    def clause(self) -> Clause:
        """What is compiled for PostgreSQL, with its tenant conditions."""
        return self.clause_for("postgresql")

    def clause_for(self, dialect: str) -> Clause:
        """What is compiled for a database, with its tenant conditions. Raises `TenantForgotten`."""
        clause = self._clauses[dialect]
        return clause if self.reason is not None else bind_tenant(clause)

    def compiled(self, dialect: str) -> Compiled[R_co]:
        """The statement for a database, compiled once."""
        found = self._compiled.get(dialect)
        if found is None:
            clause = self.clause_for(dialect)
            found = compile_statement(clause, self.row, dialect, tenant_bound=self.reason is None)
            self._compiled[dialect] = found
        return found

    def for_reading(self, dialect: str) -> Compiled[R_co]:
        """As `compiled`; raises `TypeError` where the statement writes."""
        if self.writes:
            raise TypeError("a statement that writes needs database.write(), run_once() or one_once()")
        return self.compiled(dialect)


_statements: WeakSet[Statement[Any]] = WeakSet()


def all_statements() -> list[Statement[Any]]:
    """Every statement that is alive, for the tests that look at all of them."""
    return list(_statements)


@overload
def statement(clause: Clause, *, sqlite: Clause | None = None) -> Statement[None]: ...
@overload
def statement(clause: Clause, row: type[S], *, sqlite: Clause | None = None) -> Statement[S]: ...
def statement(clause: Clause, row: type[Any] | None = None, *, sqlite: Clause | None = None) -> Statement[Any]:
    """A statement of one tenant: every table in it is bound to `tenant_id`, which the transaction gives.

    `row` is a Struct whose fields are the columns, in order and by name, or the type of the only column. `sqlite` is
    another wording for SQLite. Raises `TenantForgotten` on first use where the clause cannot be bound.
    """
    return Statement(clause, row, None, sqlite)


@overload
def across_tenants(clause: Clause, *, reason: str, sqlite: Clause | None = None) -> Statement[None]: ...
@overload
def across_tenants(clause: Clause, row: type[S], *, reason: str, sqlite: Clause | None = None) -> Statement[S]: ...
def across_tenants(
    clause: Clause, row: type[Any] | None = None, *, reason: str, sqlite: Clause | None = None
) -> Statement[Any]:
    """A statement that is not bound to a tenant, and why it may not be."""
    if not reason:
        raise ValueError("say why this statement is not bound to a tenant")
    return Statement(clause, row, reason, sqlite)
