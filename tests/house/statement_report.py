"""Every statement and table of the server, as data: `python -m tests.house.statement_report` prints it as JSON.

It runs in a process of its own, since in a test process other tests have made statements and tables too.
"""

import ast
import gc
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import msgspec
from sqlalchemy import Alias, BinaryExpression, BindParameter, FromClause, Insert, Select, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement

import narthex
from narthex.kit.database import Statement, all_statements, metadata

DIALECTS = ("sqlite", "postgresql")
TENANT = "tenant_id"


class StatementReport(msgspec.Struct, frozen=True):
    """A statement: the name that its module gives it, or the tuple or dict it is in.

    `writes` are the tables it writes, `reason` why it crosses tenants, if it does, `unbound` the tables without a
    condition on their tenant, `fault` why it does not compile.
    """

    name: str
    writes: tuple[str, ...]
    reason: str | None
    unbound: tuple[str, ...]
    fault: str


class TableReport(msgspec.Struct, frozen=True):
    """A table: the module that declares it, and the columns of its primary key."""

    name: str
    module: str
    key: tuple[str, ...]


class Report(msgspec.Struct, frozen=True):
    """Statements and tables of the server. `nameless` counts statements that no module binds to a name."""

    statements: tuple[StatementReport, ...]
    tables: tuple[TableReport, ...]
    nameless: int


def make() -> Report:
    """Import all of narthex and look."""
    modules = list(_modules())
    named = dict(_named(modules, Statement))
    declared = {table: name.rpartition(".")[0] for table, name in _named(modules, Table)}
    gc.collect()
    return Report(
        statements=tuple(sorted((_statement(name, one) for one, name in named.items()), key=lambda one: one.name)),
        tables=tuple(
            TableReport(str(table.name), declared.get(table, ""), tuple(map(str, table.primary_key.columns.keys())))
            for table in metadata.sorted_tables
        ),
        nameless=sum(1 for one in all_statements() if one not in named),
    )


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(narthex.__path__, "narthex."):
        # Alembic's own files run when they are imported.
        if not info.name.startswith(("narthex.migrations.env", "narthex.migrations.versions")):
            yield importlib.import_module(info.name)


def _named(modules: Iterable[ModuleType], kind: type[Any]) -> Iterator[tuple[Any, str]]:
    """Objects of a kind, and the name that the module that made them gives them."""
    for module in modules:
        for name in _assigned(ast.parse(inspect.getsource(module))):
            for one in _inside(getattr(module, name)):
                if isinstance(one, kind):
                    yield one, f"{module.__name__}.{name}"


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for one in value:
            yield from _inside(one)
    else:
        yield value


def _statement(name: str, one: Statement[Any]) -> StatementReport:
    try:
        clauses = [one.clause_for(dialect) for dialect in DIALECTS]
        for dialect in DIALECTS:
            one.compiled(dialect)
    except Exception as error:
        return StatementReport(name, (), one.reason, (), f"{type(error).__name__}: {error}")
    writes = {table for clause in clauses for table in _written(clause)}
    unbound = {table for clause in clauses for table in unbound_tables(clause)}
    return StatementReport(name, tuple(sorted(writes)), one.reason, tuple(sorted(unbound)), "")


def _written(clause: ClauseElement) -> Iterator[str]:
    for element in visitors.iterate(clause):
        if isinstance(element, UpdateBase):
            yield _table_name(element.table)


def unbound_tables(clause: ClauseElement) -> Iterator[str]:
    """Tables in a statement that no condition and no inserted value ties to the parameter `tenant_id`.

    Found by another way than `narthex.kit.database` binds them: from the finished statement.
    """
    elements = list(visitors.iterate(clause))
    bound = {id(column.table) for column in _tenant_columns(elements)}
    for element in elements:
        if isinstance(element, Insert):
            if not _inserts_tenant(element):
                yield _table_name(element.table)
        elif isinstance(element, Select):
            yield from (_table_name(leaf) for leaf in _leaves(element.get_final_froms()) if id(leaf) not in bound)
        elif isinstance(element, UpdateBase) and id(element.table) not in bound:
            yield _table_name(element.table)


def _tenant_columns(elements: Iterable[Any]) -> Iterator[Any]:
    for element in elements:
        if isinstance(element, BinaryExpression) and getattr(element.left, "name", "") == TENANT:
            right = element.right
            if isinstance(right, BindParameter) and right.key == TENANT:
                yield element.left


def _inserts_tenant(insert: Insert) -> bool:
    if insert.select is not None:
        return TENANT in (insert._select_names or ())
    return any(getattr(column, "name", column) == TENANT for column in insert._values or {})


def _leaves(froms: Iterable[Any]) -> Iterator[FromClause]:
    for one in froms:
        if hasattr(one, "left"):
            yield from _leaves((one.left, one.right))
        elif isinstance(one, Table) or (isinstance(one, Alias) and isinstance(one.element, Table)):
            yield one


def _table_name(one: Any) -> str:
    table = one.element if isinstance(one, Alias) else one
    assert isinstance(table, Table)
    return str(table.name)


if __name__ == "__main__":
    import sys

    sys.stdout.buffer.write(msgspec.json.encode(make()))
