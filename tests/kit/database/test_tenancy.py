"""How a statement is bound to its tenant, and what is refused because it could not be."""

from typing import Any, cast

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import visitors

from narthex.kit.database import TenantForgotten, across_tenants, statement, tenant_table, upsert
from narthex.kit.database.compiling import compile_statement, sql_dialect
from narthex.kit.database.tenancy import BOUND, bind_tenant

metadata = MetaData()
tenants = Table("tenants", metadata, Column("tenant_id", String(32), primary_key=True))
doors = tenant_table("doors", Column("id", Integer, primary_key=True), Column("wall", Integer), metadata=metadata)
keys = tenant_table("keys", Column("id", Integer, primary_key=True), Column("door", Integer), metadata=metadata)
weather = Table("weather", metadata, Column("id", Integer, primary_key=True))


def sql(clause: Any, dialect: str = "sqlite") -> str:
    return " ".join(statement(clause).compiled(dialect).sql.split())


def test_a_table_is_bound_where_it_is_filtered() -> None:
    assert sql(select(doors.c.id).where(doors.c.wall == 1)).endswith("WHERE doors.wall = ? AND doors.tenant_id = ?")


def test_the_optional_side_of_a_join_is_bound_where_it_is_joined() -> None:
    joined = select(doors.c.id).outerjoin(keys, keys.c.door == doors.c.id)
    for clause in (joined, select(doors.c.id).select_from(doors.outerjoin(keys, keys.c.door == doors.c.id))):
        assert sql(clause).endswith(
            "FROM doors LEFT OUTER JOIN keys ON keys.door = doors.id AND keys.tenant_id = ? WHERE doors.tenant_id = ?"
        )


def test_an_or_is_bound_as_a_whole() -> None:
    either = select(doors.c.id).where((doors.c.wall == 1) | (doors.c.id == 2))
    assert sql(either).endswith("WHERE (doors.wall = ? OR doors.id = ?) AND doors.tenant_id = ?")
    joined = select(doors.c.id).outerjoin(keys, (keys.c.door == doors.c.id) | (keys.c.id == 1))
    assert "ON (keys.door = doors.id OR keys.id = ?) AND keys.tenant_id = ? WHERE" in sql(joined)


def test_the_statement_that_was_given_is_left_as_it_is() -> None:
    clause = select(doors.c.id).outerjoin(keys, keys.c.door == doors.c.id)
    before = str(clause)
    bound = bind_tenant(clause)
    assert str(clause) == before != str(bound)
    shared = doors.outerjoin(keys, keys.c.door == doors.c.id)
    before = str(shared)
    assert sql(select(doors.c.id).select_from(shared)) == sql(select(doors.c.id).select_from(shared))
    assert str(shared) == before
    upserted = upsert(doors, ["tenant_id", "id"], ["wall"])
    before = str(upserted.compile(dialect=sql_dialect("sqlite")))
    assert sql(upserted) != before == str(upserted.compile(dialect=sql_dialect("sqlite")))


def test_every_part_of_a_statement_is_marked_as_bound() -> None:
    part = select(keys.c.door).where(exists().where(tenants.c.tenant_id == keys.c.tenant_id)).cte("part")
    whole = update(doors).values(wall=select(func.max(keys.c.id)).scalar_subquery())
    whole = whole.where(doors.c.id.in_(union(select(part.c.door), select(keys.c.id))))
    parts = [one for one in visitors.iterate(bind_tenant(whole)) if one.__visit_name__ in ("select", "update")]
    assert len(parts) == 6
    assert all(getattr(one, BOUND) for one in parts)


@pytest.mark.parametrize(
    "clause",
    [select(doors.c.id), insert(doors), update(doors).values(wall=1), delete(doors)],
    ids=["select", "insert", "update", "delete"],
)
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_was_not_bound_does_not_compile(clause: Any, dialect: str) -> None:
    with pytest.raises(TenantForgotten, match="was not bound"):
        compile_statement(clause, None, dialect, tenant_bound=True)
    inside = bind_tenant(select(keys.c.id)).where(exists(select(doors.c.id)))
    with pytest.raises(TenantForgotten, match="was not bound"):
        compile_statement(inside, None, dialect, tenant_bound=True)


other = doors.alias("other")
REFUSED: dict[str, tuple[Any, str]] = {
    "text": (text("DELETE FROM doors"), "text"),
    "text as columns": (text("SELECT id FROM doors").columns(column("id")), "text"),
    "text in a condition": (select(doors.c.id).where(text("1 = 1")), "text"),
    "text as a table": (select(column("id")).select_from(text("doors")), "text"),
    "a literal column": (select(literal_column("(SELECT max(id) FROM keys)")), "literal_column"),
    "a table without declaration": (select(table("doors", column("id")).c.id), "TableClause"),
    "a table without tenant": (select(weather.c.id), "no tenant_id"),
    "a full join": (select(doors.c.id).outerjoin(keys, keys.c.door == doors.c.id, full=True), "FULL JOIN"),
    "the parameter tenant_id": (select(doors.c.id).where(doors.c.tenant_id == bindparam("tenant_id")), "tenant_id"),
    "an inserted tenant": (insert(doors).values(tenant_id="other"), "written by the database"),
    "an inserted tenant by column": (insert(doors).values({doors.c.tenant_id: "other"}), "written by the database"),
    "a changed tenant": (update(doors).values(tenant_id="other"), "written by the database"),
    "an upserted tenant": (upsert(doors, ["tenant_id", "id"], {"tenant_id": "other"}), "written by the database"),
    "many rows": (insert(doors).values([{"id": 1}, {"id": 2}]), "one row"),
    "a selected tenant": (
        insert(doors).from_select(["tenant_id", "id"], select(keys.c.tenant_id, keys.c.id)),
        "not among its columns",
    ),
    "a selected union": (
        insert(doors).from_select(["id"], union(select(keys.c.id), select(keys.c.door))),
        "takes one SELECT",
    ),
    "an update of an alias": (update(cast("Any", other)).values({other.c.wall: 1}), "Alias"),
    "an update from a subquery": (
        update(doors).values(wall=1).where(doors.c.id == select(keys.c.door).subquery().c.door),
        "IN",
    ),
    "a delete by a CTE": (delete(doors).where(doors.c.id == select(keys.c.door).cte().c.door), "IN"),
    "SQLite's upsert": (sqlite_insert(doors).on_conflict_do_nothing(), "insert_or_ignore"),
    "PostgreSQL's upsert": (
        postgresql_insert(doors).on_conflict_do_update(index_elements=["id"], set_={"wall": 1}),
        "upsert",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_bound_is_refused(name: str) -> None:
    clause, reason = REFUSED[name]
    with pytest.raises(TenantForgotten, match=reason):
        statement(clause).compiled("sqlite")


def test_a_statement_across_tenants_says_why() -> None:
    free = across_tenants(select(doors.c.id), int, reason="clean-up of all tenants")
    assert free.reason == "clean-up of all tenants"
    assert "tenant_id" not in free.compiled("sqlite").sql
    with pytest.raises(ValueError, match="say why"):
        across_tenants(select(doors.c.id), int, reason="")
