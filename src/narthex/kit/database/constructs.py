"""SQL that both databases know, though SQLAlchemy spells it per dialect: lists as one parameter, and upserts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Table, Text, alias, bindparam, insert, literal, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Insert, SyntaxExtension
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import ARRAY, String, TypeDecorator, TypeEngine

from narthex.kit.database.tables import TENANT_COLUMN

# What SQLAlchemy walks through when it copies or searches a construct.
IS_ANY_PARTS = [
    ("column", InternalTraversal.dp_clauseelement),
    ("items", InternalTraversal.dp_clauseelement),
]
ON_CONFLICT_PARTS = [
    ("assignments", InternalTraversal.dp_dml_values),
    ("where", InternalTraversal.dp_clauseelement),
]


class ListOf(TypeDecorator[Any]):
    """A list as one parameter: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item_type: TypeEngine[Any]) -> None:
        super().__init__()
        self.item_type = item_type

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The parameter's type on this database."""
        return dialect.type_descriptor(ARRAY(self.item_type) if dialect.name == "postgresql" else Text())


class IsAny(ColumnElement[bool]):
    """`column IN (items)` where the items come as one parameter, so that the SQL text is the same for every length."""

    __visit_name__ = "is_any"
    _traverse_internals = IS_ANY_PARTS
    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], items: BindParameter[Any]) -> None:
        self.column = column
        self.items = items

    @property
    def _from_objects(self) -> list[Any]:
        return self.column._from_objects

    def self_group(self, against: Any = None) -> "IsAny":
        """No parentheses needed: it renders as one comparison."""
        return self


@compiles(IsAny)
def _is_any_sqlite(element: IsAny, compiler: SQLCompiler, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.items)
    return f"{column} IN (SELECT value FROM json_each({items}))"  # noqa: S608 both parts come from the compiler


@compiles(IsAny, "postgresql")
def _is_any_postgresql(element: IsAny, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY ({compiler.process(element.items)})"


def is_any(column: ColumnElement[Any], name: str, item_type: TypeEngine[Any] | None = None) -> IsAny:
    """Whether the column is one of the items of parameter `name`; the items' type is the column's unless given."""
    items = column.type if item_type is None else item_type
    # Without its length: an array of VARCHAR(12) would cut a longer item until it fits.
    plain = String() if isinstance(items, String) else items
    return IsAny(column, bindparam(name, type_=ListOf(plain)))


class OnConflict(SyntaxExtension, ClauseElement):
    """What an INSERT does where the row exists: nothing, or assignments to the row that is there."""

    __visit_name__ = "narthex_on_conflict"
    _traverse_internals = ON_CONFLICT_PARTS
    inherit_cache = False

    def __init__(self, table: Table, index_elements: Sequence[str], assignments: Mapping[str, object]) -> None:
        self.table = table
        self.index_elements = tuple(index_elements)
        self.assignments = {
            name: value if isinstance(value, ClauseElement) else literal(value, table.c[name].type)
            for name, value in assignments.items()
        }
        self.where: ColumnElement[bool] | None = None

    def apply_to_insert(self, insert_stmt: Insert) -> None:
        """Take the place after VALUES."""
        insert_stmt.apply_syntax_extension_point(self.append_replacing_same_type, "post_values")


@compiles(OnConflict)
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **kw: Any) -> str:
    quote = compiler.preparer.quote
    target = f" ({', '.join(map(quote, element.index_elements))})" if element.index_elements else ""
    if not element.assignments:
        return f"ON CONFLICT{target} DO NOTHING"
    sets = ", ".join(f"{quote(name)} = {compiler.process(v, **kw)}" for name, v in element.assignments.items())
    where = "" if element.where is None else f" WHERE {compiler.process(element.where, **kw)}"
    return f"ON CONFLICT{target} DO UPDATE SET {sets}{where}"


def proposed(table: Table) -> ReadOnlyColumnCollection[str, Any]:
    """The columns of the row that an upsert tried to insert, for use in its assignments."""
    return alias(table, name="excluded").c


def upsert(table: Table, index_elements: Sequence[str], set_: Iterable[str] | Mapping[str, object]) -> Insert:
    """Insert, or change the row that has the same `index_elements` (the columns of one unique index, tenant_id first).

    `set_` names the columns that take the inserted values, or maps columns to expressions over `table.c` and
    `proposed(table)`. `.values(...)` and `.returning(...)` work as on any INSERT.
    """
    new = proposed(table)
    assignments: dict[str, object] = dict(set_) if isinstance(set_, Mapping) else {name: new[name] for name in set_}
    if not assignments:
        raise ValueError("an upsert that changes nothing is insert_or_ignore")
    return insert(table).ext(OnConflict(table, index_elements, assignments))


def insert_or_ignore(table: Table, index_elements: Sequence[str] = ()) -> Insert:
    """Insert, or do nothing where a row with the same `index_elements` (any unique index, if empty) exists.

    RETURNING gives no row where nothing was inserted.
    """
    return insert(table).ext(OnConflict(table, index_elements, {}))


def insert_row(table: Table, prefix: str, condition: ColumnElement[bool] | None = None) -> Insert:
    """Insert one row, whose parameters are the columns' names behind `prefix`, where the condition holds.

    For several writes in one statement: each is a CTE, and their parameters must not share names.
    """
    columns = [column for column in table.c if column.name != TENANT_COLUMN]
    values: list[Any] = [bindparam(f"{prefix}{column.name}", type_=column.type) for column in columns]
    row = select(*values)
    names = [column.name for column in columns]
    return insert(table).from_select(names, row if condition is None else row.where(condition))
