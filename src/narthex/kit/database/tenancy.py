"""Binds every table of a statement to the tenant.

A statement is rewritten once, before it is compiled: each SELECT, UPDATE and DELETE in it, however deep (subquery, CTE,
EXISTS), gets `tenant_id = :tenant_id` for each table that it names; a table on the optional side of an outer join gets
it in the ON clause, so that the join stays outer; an INSERT writes it. What cannot be bound is refused.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, cast

from sqlalchemy import (
    CTE,
    Alias,
    BindParameter,
    ColumnClause,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Join,
    Lateral,
    Select,
    String,
    Subquery,
    Table,
    TableSample,
    TableValuedAlias,
    Update,
    Values,
    and_,
    bindparam,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromGrouping

from narthex.kit.database.constructs import OnConflict
from narthex.kit.database.tables import TENANT_COLUMN

C = TypeVar("C", bound=ClauseElement)

TENANT: BindParameter[str] = bindparam(TENANT_COLUMN, type_=String(32))
# They stand in a FROM and read no table by themselves; the SELECT inside, if any, is bound on its own.
DERIVED = (Subquery, CTE, Lateral, TableValuedAlias, Values, FunctionElement)
REFUSED = {
    "textclause": "text() cannot be bound to a tenant",
    "textual_select": "text() cannot be bound to a tenant",
    "on_conflict_do_update": "use upsert() of kit.database",
    "on_conflict_do_nothing": "use insert_or_ignore() of kit.database",
}
BOUND = "_narthex_bound"


class TenantForgotten(TypeError):
    """A statement that cannot be bound to its tenant, or was not."""


def bind_tenant(clause: C) -> C:
    """A copy of the statement with every table in it bound to the parameter `tenant_id`."""
    aliases: list[Alias[Any]] = []
    for element in visitors.iterate(clause):
        _refuse(element)
        if isinstance(element, Alias) and isinstance(element.element, Table):
            aliases.append(element)
    bind = {"select": _bind_select, "update": _bind_change, "delete": _bind_change, "insert": _bind_insert}
    return visitors.cloned_traverse(clause, {"stop_on": aliases}, cast("Any", bind))


def _refuse(element: object) -> None:
    reason = REFUSED.get(getattr(element, "__visit_name__", ""))
    if reason is not None:
        raise TenantForgotten(reason)
    if isinstance(element, BindParameter) and element.key == TENANT_COLUMN:
        raise TenantForgotten("the parameter tenant_id is bound by the database, not by the statement")
    if isinstance(element, ColumnClause) and element.is_literal and element.name != "*":
        raise TenantForgotten("literal_column() cannot be bound to a tenant; use literal()")


def tenant_column(table: FromClause) -> ColumnElement[str]:
    """The tenant column of a table or its alias."""
    column = table.c.get(TENANT_COLUMN)
    if column is None:
        raise TenantForgotten(f"{table} has no {TENANT_COLUMN}; only across_tenants() may use it")
    return column


def _conditions(tables: Iterable[FromClause]) -> list[ColumnElement[bool]]:
    return [tenant_column(table) == TENANT for table in tables]


def _bind_select(select: Select[Any]) -> None:
    froms = select.get_final_froms()
    tables = [table for from_ in froms for table in _bind_from(from_)]
    # select.join() keeps its joins in a form of its own; the joins above, with their ON clauses bound, replace it.
    select._from_obj, select._setup_joins = tuple(froms), ()
    select._where_criteria += tuple(_conditions(tables))
    setattr(select, BOUND, True)


def _bind_from(from_: FromClause) -> Iterator[FromClause]:
    """Bind the optional sides of the joins in place; yield the tables whose condition belongs to the WHERE."""
    if isinstance(from_, DERIVED):
        return
    if isinstance(from_, FromGrouping):
        yield from _bind_from(from_.element)
    elif isinstance(from_, Join):
        yield from _bind_join(from_)
    elif isinstance(from_, Table) or (isinstance(from_, (Alias, TableSample)) and isinstance(from_.element, Table)):
        yield from_
    else:
        raise TenantForgotten(f"a {type(from_).__name__} in FROM cannot be bound to a tenant")


def _bind_join(join: Join) -> Iterator[FromClause]:
    if join.full:
        raise TenantForgotten("a FULL JOIN cannot be bound to a tenant")
    yield from _bind_from(join.left)
    right = list(_bind_from(join.right))
    if not join.isouter:
        yield from right
    elif right and not getattr(join, BOUND, False):
        join.onclause = and_(cast("Any", join.onclause), *_conditions(right))
        setattr(join, BOUND, True)


def _bind_change(change: Update | Delete) -> None:
    table = _target(change)
    if isinstance(change, Update):
        _refuse_tenant_value(change._values or {})
    others = [from_ for from_ in _other_froms(change) if from_ is not table]
    if any(isinstance(from_, DERIVED) for from_ in others):
        # SQLAlchemy's traversal does not reach into it, so it would stay unbound.
        raise TenantForgotten("name a subquery or CTE of an UPDATE or DELETE by IN (SELECT ...), not as a second table")
    tables = [table, *(bound for from_ in others for bound in _bind_from(from_))]
    change._where_criteria += tuple(_conditions(tables))
    setattr(change, BOUND, True)


def _other_froms(change: Update | Delete) -> list[FromClause]:
    elements: list[Any] = [*change._where_criteria]
    if isinstance(change, Update):
        elements += (change._values or {}).values()
    return list(dict.fromkeys(from_ for element in elements for from_ in element._from_objects))


def _target(change: Update | Delete | Insert) -> Table:
    if not isinstance(change.table, Table):
        raise TenantForgotten(f"a {type(change.table).__name__} cannot be written to for a tenant")
    return change.table


def _bind_insert(insert: Insert) -> None:
    column = tenant_column(_target(insert))
    if insert._multi_values:
        raise TenantForgotten("insert one row a statement")
    if insert.select is not None:
        _bind_insert_select(insert)
    else:
        _refuse_tenant_value(insert._values or {})
        insert._values = cast("Any", {**(insert._values or {}), column: TENANT})
    for element in _after_values(insert):
        if isinstance(element, OnConflict) and element.assignments:
            _refuse_tenant_value(element.assignments)
            # A unique index that leaves the tenant out would lead to another tenant's row.
            element.where = column == TENANT
    setattr(insert, BOUND, True)


def _after_values(insert: Insert) -> list[ClauseElement]:
    after = insert._post_values_clause
    return list(getattr(after, "clauses", [after]))


def _bind_insert_select(insert: Insert) -> None:
    select, names = insert.select, insert._select_names or []
    if not isinstance(select, Select) or TENANT_COLUMN in names:
        raise TenantForgotten("INSERT ... SELECT takes one SELECT, and tenant_id is not among its columns")
    insert._select_names = [*names, TENANT_COLUMN]
    bound = select.add_columns(TENANT)
    insert.select = bound


def _refuse_tenant_value(values: Any) -> None:
    if any(getattr(key, "name", key) == TENANT_COLUMN for key in values):
        raise TenantForgotten("tenant_id is written by the database, not by the statement")
