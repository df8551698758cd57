"""Compiles a statement once per database to what the bare driver takes: text, the order of parameters, how to encode
them, and how rows become records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BindParameter, Insert, String, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from narthex.kit.database.constructs import ListOf
from narthex.kit.database.errors import ValueNotStorable
from narthex.kit.database.rows import RowBuilder
from narthex.kit.database.tables import TENANT_COLUMN, Json
from narthex.kit.database.tenancy import BOUND, TenantForgotten

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

Encoder = Callable[[Any], Any]
Pick = Callable[[Mapping[str, Any]], Sequence[Any]]


class Compiled(Generic[R_co]):
    """One statement for one database."""

    __slots__ = ("_constants", "_encoders", "_names", "_pick", "_rows", "_tenant_bound", "sql")

    def __init__(
        self,
        sql: str,
        order: Sequence[str],
        constants: Mapping[str, Any],
        encoders: Mapping[str, Encoder],
        rows: RowBuilder[R_co] | None,
        tenant_bound: bool,
    ) -> None:
        self.sql = sql
        self._rows = rows
        self._constants = constants
        self._names = frozenset(order)
        self._pick = _picker(order)
        self._encoders = tuple((index, encoders[name]) for index, name in enumerate(order) if name in encoders)
        self._tenant_bound = tenant_bound

    @property
    def rows(self) -> RowBuilder[R_co]:
        """What makes records of its rows. Raises `TypeError` where the statement was made without a row type."""
        if self._rows is None:
            raise TypeError(f"give a row type to statement() to read rows of: {self.sql}")
        return self._rows

    @property
    def parameters(self) -> frozenset[str]:
        """The names that a caller may give."""
        return self._names - self._constants.keys() - ({TENANT_COLUMN} if self._tenant_bound else set())

    def arguments(self, tenant_id: str | None, values: dict[str, Any]) -> Sequence[Any]:
        """The driver's arguments, in order. Raises `TypeError` where a parameter is missing or unknown."""
        if self._tenant_bound:
            if tenant_id is None or TENANT_COLUMN in values:
                raise _tenant_error(tenant_id)
            values[TENANT_COLUMN] = tenant_id
        if self._constants:
            values = {**self._constants, **values}
        if values.keys() != self._names:
            raise self._mismatch(values)
        picked = self._pick(values)
        return self._encoded(picked) if self._encoders else picked

    def _encoded(self, picked: Sequence[Any]) -> Sequence[Any]:
        arguments = list(picked)
        for index, encoder in self._encoders:
            if arguments[index] is not None:
                arguments[index] = encoder(arguments[index])
        return arguments

    def _mismatch(self, values: Mapping[str, Any]) -> TypeError:
        missing, unknown = sorted(self._names - values.keys()), sorted(values.keys() - self._names)
        return TypeError(f"parameters missing: {missing}, unknown: {unknown}, of: {self.sql}")


def _tenant_error(tenant_id: str | None) -> TypeError:
    if tenant_id is None:
        return TypeError("without a tenant only statements of across_tenants() may run")
    return TypeError("tenant_id is bound by the database; leave it out of the parameters")


def _picker(order: Sequence[str]) -> Pick:
    if not order:
        return lambda values: ()
    if len(order) == 1:
        only = order[0]
        return lambda values: (values[only],)
    return itemgetter(*order)


class _TenantCheck:
    """Part of a compiler: refuses each SELECT, INSERT, UPDATE and DELETE that `bind_tenant` has not been through."""

    def visit_select(self, select_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_bound(super(), "visit_select", select_stmt)(select_stmt, *args, **kw))

    def visit_insert(self, insert_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_bound(super(), "visit_insert", insert_stmt)(insert_stmt, *args, **kw))

    def visit_update(self, update_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_bound(super(), "visit_update", update_stmt)(update_stmt, *args, **kw))

    def visit_delete(self, delete_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_bound(super(), "visit_delete", delete_stmt)(delete_stmt, *args, **kw))


def _bound(compiler: Any, method: str, element: Any) -> Callable[..., Any]:
    if not getattr(element, BOUND, False):
        raise TenantForgotten(f"a {element.__visit_name__} inside the statement was not bound to the tenant")
    visit: Callable[..., Any] = getattr(compiler, method)
    return visit


@cache
def sql_dialect(name: str, tenant_bound: bool = False) -> Dialect:
    """SQLAlchemy's dialect of a database, as its bare driver wants parameters written."""
    dialect: Dialect
    if name == "postgresql":
        from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

        dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
    else:
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        dialect = SQLiteDialect_pysqlite(paramstyle="qmark")
    if tenant_bound:
        checked: Any = type("TenantCompiler", (_TenantCheck, dialect.statement_compiler), {})
        dialect.statement_compiler = checked
    return dialect


def compile_statement(clause: ClauseElement, row: type[R] | None, dialect: str, tenant_bound: bool) -> Compiled[R]:
    """Compile for `dialect`. Raises `TypeError` where names, row type or parameters do not fit."""
    compiled = clause.compile(
        dialect=sql_dialect(dialect, tenant_bound), column_keys=_column_keys(clause, tenant_bound)
    )
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{type(clause).__name__} is no statement")
    binds = compiled.binds
    required = {name for name, bind in binds.items() if bind.required}
    _refuse_lists(binds[name] for name in required)
    # Expands the lists of in_([...]), whose values are known.
    state = compiled.construct_expanded_state(dict.fromkeys(required))
    order = state.positiontup or ()
    encoders = _encoders(clause, binds, dialect)
    known = set(order) - required
    constants = {name: _encode(encoders.pop(name, None), state.parameters[name]) for name in known}
    return Compiled(state.statement, order, constants, encoders, _rows(clause, row, dialect), tenant_bound)


def _refuse_lists(binds: Iterable[BindParameter[Any]]) -> None:
    for bind in binds:
        if bind.expanding:
            raise TypeError(f"the list {bind.key!r} has no fixed length; use is_any() of kit.database")


def _encode(encoder: Encoder | None, value: Any) -> Any:
    return value if encoder is None or value is None else encoder(value)


def _column_keys(clause: ClauseElement, tenant_bound: bool) -> list[str] | None:
    """The parameters of an INSERT that names no column, or none but the tenant's that was added to it: all columns."""
    if isinstance(clause, Update) and not clause._values:
        raise TypeError("an UPDATE names what it sets in .values()")
    if not isinstance(clause, Insert) or clause.select is not None or not tenant_bound:
        return None
    named = {getattr(key, "name", key) for key in clause._values or {}}
    return [column.key for column in clause.table.c] if named == {TENANT_COLUMN} else None


def _rows(clause: Any, row: type[R] | None, dialect: str) -> RowBuilder[R] | None:
    if row is None:
        return None
    columns = clause.exported_columns
    return RowBuilder(row, list(columns), [column.key for column in columns], dialect)


def _encoders(clause: ClauseElement, binds: Mapping[str, BindParameter[Any]], dialect: str) -> dict[str, Encoder]:
    stored = _stored(clause) if dialect == "sqlite" else frozenset()
    found = ((name, _encoder(bind, dialect, stored)) for name, bind in binds.items())
    return {name: encoder for name, encoder in found if encoder is not None}


def _encoder(bind: BindParameter[Any], dialect: str, stored: frozenset[str]) -> Encoder | None:
    if isinstance(bind.type, Json):
        return json_text
    if isinstance(bind.type, ListOf):
        return json_text if dialect == "sqlite" else None
    if isinstance(bind.type, String) and bind.key in stored:
        return _text_check(bind.type.length)
    return None


def json_text(value: Any) -> str:
    """JSON as text. Raises `ValueNotStorable` for NUL characters, which JSONB cannot hold."""
    text = msgspec.json.encode(value).decode()
    if "\\u0000" in text and "\\u0000" in text.replace("\\\\", ""):
        raise ValueNotStorable("a NUL character in JSON")
    return text


def _text_check(length: int | None) -> Encoder:
    """SQLite stores what PostgreSQL refuses; whoever develops on SQLite shall learn it there."""

    def check(value: str) -> str:
        if (length is not None and len(value) > length) or "\0" in value:
            raise ValueNotStorable(f"a text of {len(value)} characters where {length} fit, or a NUL character")
        return value

    return check


def _stored(clause: ClauseElement) -> frozenset[str]:
    """The names of parameters that are written, not compared."""
    if isinstance(clause, Insert):
        return frozenset(column.key for column in clause.table.c) | _bind_keys(clause._values)
    return _bind_keys(clause._values) if isinstance(clause, Update) else frozenset()


def _bind_keys(values: Any) -> frozenset[str]:
    elements = (part for value in (values or {}).values() for part in visitors.iterate(value))
    return frozenset(part.key for part in elements if isinstance(part, BindParameter))
