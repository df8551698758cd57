"""Statements: what they check when they are compiled, and what they ask of their callers."""

import gc
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import Column, Integer, MetaData, String, bindparam, func, insert, select, update

from narthex.kit.database import (
    Json,
    Statement,
    all_statements,
    insert_or_ignore,
    proposed,
    statement,
    tenant_reference,
    tenant_table,
    upsert,
)

doors = tenant_table(
    "doors",
    Column("id", Integer, primary_key=True),
    Column("wall", Integer),
    Column("name", String(10)),
    Column("data", Json),
    metadata=MetaData(),
)


class Door(Struct, frozen=True):
    """A row of `doors`."""

    id: int
    wall: int | None


def parameters(clause: Any) -> set[str]:
    return set(statement(clause).compiled("sqlite").parameters)


def test_an_insert_asks_for_every_column_but_the_tenant() -> None:
    assert parameters(insert(doors)) == {"id", "wall", "name", "data"}
    assert parameters(upsert(doors, ["tenant_id", "id"], ["wall"])) == {"id", "wall", "name", "data"}
    assert parameters(insert_or_ignore(doors)) == {"id", "wall", "name", "data"}


def test_an_insert_that_names_columns_asks_for_those() -> None:
    assert parameters(insert(doors).values(id=bindparam("id"), wall=bindparam("place"), name="x")) == {"id", "place"}


def test_a_select_asks_for_what_it_names() -> None:
    clause = select(doors.c.id).where(doors.c.wall.in_([1, 2]), doors.c.name == bindparam("name")).limit(3)
    assert parameters(clause) == {"name"}


def test_the_row_has_the_columns_of_the_statement_in_their_order() -> None:
    statement(select(doors.c.id, doors.c.wall), Door).compiled("sqlite")
    for columns in ((doors.c.wall, doors.c.id), (doors.c.id,), (doors.c.id, doors.c.wall, doors.c.name)):
        with pytest.raises(TypeError, match="Door has the fields id, wall"):
            statement(select(*columns), Door).compiled("sqlite")
    statement(select(doors.c.id, func.max(doors.c.wall).label("wall")), Door).compiled("postgresql")
    with pytest.raises(TypeError, match="is not one int"):
        statement(select(doors.c.id, doors.c.wall), int).compiled("sqlite")


def test_a_returning_gives_rows_too() -> None:
    renamed = update(doors).values(name="x").returning(doors.c.id, doors.c.wall)
    assert statement(renamed, Door).compiled("sqlite").rows.one((1, None)) == Door(1, None)


def test_a_list_without_fixed_length_is_refused() -> None:
    with pytest.raises(TypeError, match="is_any"):
        statement(select(doors.c.id).where(doors.c.id.in_(bindparam("ids", expanding=True))), int).compiled("sqlite")


def test_an_update_names_what_it_sets() -> None:
    with pytest.raises(TypeError, match="values"):
        statement(update(doors).where(doors.c.id == 1)).compiled("sqlite")


def test_a_statement_is_compiled_once_for_each_database() -> None:
    find = statement(select(doors.c.id), int)
    assert find.compiled("sqlite") is find.compiled("sqlite")
    assert "?" in find.compiled("sqlite").sql
    assert "$1" in find.compiled("postgresql").sql


def test_a_statement_may_have_another_wording_on_sqlite() -> None:
    find = statement(select(doors.c.id).where(doors.c.wall == 1), int, sqlite=select(doors.c.id))
    assert "wall" in find.compiled("postgresql").sql
    assert "wall" not in find.compiled("sqlite").sql
    assert "tenant_id" in find.compiled("sqlite").sql


def test_the_registry_holds_living_statements_only() -> None:
    find: Statement[int] | None = statement(select(doors.c.id), int)
    assert any(one is find for one in all_statements())
    number = len(all_statements())
    find = None
    gc.collect()
    assert len(all_statements()) < number


def test_an_upsert_renders_alike_on_both() -> None:
    clause = statement(
        upsert(doors, ["tenant_id", "id"], {"wall": doors.c.wall + proposed(doors).wall, "name": "again"})
    )
    texts = [clause.compiled(dialect).sql for dialect in ("sqlite", "postgresql")]
    for text in texts:
        assert "ON CONFLICT (tenant_id, id) DO UPDATE SET wall = doors.wall + excluded.wall, name = " in text
        assert "WHERE doors.tenant_id = " in text
    with pytest.raises(ValueError, match="insert_or_ignore"):
        upsert(doors, ["tenant_id", "id"], [])


def test_a_reference_does_not_empty_the_tenant() -> None:
    with pytest.raises(ValueError, match="tenant_id"):
        tenant_reference("wall", "walls", ondelete="SET NULL")
