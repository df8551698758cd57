"""What is written comes back the same from either database, or is refused by both."""

from typing import Any

import pytest
from sqlalchemy import bindparam, case, func, insert, select

from narthex.kit.database import ConstraintViolation, Database, ValueNotStorable, is_any, statement
from tests.storage.example import (
    ADD_AUTHOR,
    ADD_BOOK,
    ADD_VALUES,
    FIND_VALUES,
    RENAME,
    Data,
    Kind,
    Values,
    authors,
    books,
    values,
)

FULL = Values(
    id="full",
    text="Ünïcödé 🦊 'quoted' \"twice\" \\ %s :name $1 ?",
    number=-(2**63),
    fraction=0.1,
    truth=True,
    data=Data("näme", ["a", "\n"]),
    octets=b"\x00\xff",
    kind=Kind.HARD,
)


def fields(row: Values) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


@pytest.mark.parametrize(
    "row",
    [
        FULL,
        Values(id="empty"),
        Values(id="zero", text="", number=0, fraction=0.0, truth=False, octets=b"", data=Data("")),
        Values(id="large", number=2**63 - 1, fraction=1.7976931348623157e308),
    ],
    ids=lambda row: row.id,
)
async def test_every_type_comes_back_as_it_was(database: Database, row: Values) -> None:
    await database.run_once("one", ADD_VALUES, **fields(row))
    async with database.read("one") as reader, database.scan("one") as scan:
        assert await reader.one(FIND_VALUES, id=row.id) == row
        assert await reader.all(FIND_VALUES, id=row.id) == [row]
        assert await scan.all(FIND_VALUES, id=row.id) == [row]
    async with database.write("one") as tx:
        assert await tx.one(FIND_VALUES, id=row.id) == row


@pytest.mark.parametrize("value", [5, "text", [1, None], {"a": {"b": [True]}}, 1.5, True], ids=repr)
async def test_json_of_any_shape_comes_back_as_it_was(database: Database, value: object) -> None:
    await database.run_once("one", ADD_VALUES, **{**fields(Values(id="x")), "data": value})
    shape = type(value)
    find = statement(select(values.c.data).where(values.c.id == bindparam("id")), shape)
    async with database.read("one") as reader:
        found = await reader.one(find, id="x")
    assert found == value
    assert type(found) is shape


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "a\0b"},
        {"text": "x" * 201},
        {"text": "\ud800"},
        {"number": 2**63},
        {"data": Data("a\0b")},
        {"kind": "longer than it"},
    ],
    ids=["nul", "length", "surrogate", "number", "nul in json", "length of a word"],
)
async def test_what_one_database_cannot_hold_both_refuse(database: Database, changed: dict[str, Any]) -> None:
    row = {**fields(Values(id="x")), **changed}
    with pytest.raises(ValueNotStorable) as caught:
        await database.run_once("one", ADD_VALUES, **row)
    assert caught.value.status == 422
    with pytest.raises(ValueNotStorable):
        async with database.write("one") as tx:
            await tx.run(ADD_VALUES, **row)
    async with database.read("one") as reader:
        assert await reader.one(FIND_VALUES, id="x") is None


async def test_json_may_speak_of_a_nul_character(database: Database) -> None:
    row = Values(id="x", data=Data(r"\u0000"))
    await database.run_once("one", ADD_VALUES, **fields(row))
    async with database.read("one") as reader:
        assert await reader.one(FIND_VALUES, id="x") == row


async def test_an_update_refuses_what_does_not_fit_but_may_look_for_it(database: Database) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    with pytest.raises(ValueNotStorable):
        await database.run_once("one", RENAME, id="a", name="x" * 41)
    assert await database.run_once("one", RENAME, id="x" * 4000, name="Bob") == 0


async def test_a_missing_value_breaks_a_rule_of_the_table(database: Database) -> None:
    with pytest.raises(ConstraintViolation):
        await database.run_once("one", ADD_AUTHOR, id="a", name=None)


async def test_sums_counts_and_truths_have_the_type_of_the_row(database: Database) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    for number in range(3):
        await database.run_once(
            "one", ADD_BOOK, id=f"b{number}", author_id="a", title=f"t{number}", serial=None, copies=number
        )
    total = statement(select(func.sum(books.c.copies)), int)
    mean = statement(select(func.avg(books.c.copies)), float)
    many = statement(select(func.count() > 2).select_from(books), bool)
    async with database.read("one") as reader:
        answers = [await reader.one(total), await reader.one(mean), await reader.one(many)]
    assert answers == [3, 1.0, True]
    assert [type(answer) for answer in answers] == [int, float, bool]


async def test_a_list_is_one_parameter_of_any_length(database: Database) -> None:
    for name in ("a", "b", "c"):
        await database.run_once("one", ADD_AUTHOR, id=name, name=name)
    chosen = statement(select(authors.c.id).where(is_any(authors.c.id, "ids")).order_by(authors.c.id), str)
    async with database.read("one") as reader:
        assert await reader.all(chosen, ids=["a", "c", "x" * 50, "c\u00fc"]) == ["a", "c"]
        assert await reader.all(chosen, ids=[]) == []


async def test_a_list_of_known_length_is_written_into_the_statement(database: Database) -> None:
    for name in ("a", "b", "c"):
        await database.run_once("one", ADD_AUTHOR, id=name, name="Ann")
    chosen = statement(
        select(authors.c.id)
        .where(authors.c.id.in_(["a", "c"]), authors.c.name == bindparam("name"))
        .order_by(authors.c.id)
        .limit(bindparam("limit"))
        .offset(1),
        str,
    )
    async with database.read("one") as reader:
        assert await reader.all(chosen, name="Ann", limit=5) == ["c"]


async def test_constants_and_defaults_of_a_statement(database: Database) -> None:
    add = statement(insert(authors).values(id="const", name=bindparam("name", "Default")))
    await database.run_once("one", add)
    named = statement(select(case((authors.c.name == "Default", "yes"), else_="no")), str)
    async with database.read("one") as reader:
        assert await reader.one(named) == "yes"
    await database.run_once("two", add, name="Given")
    async with database.read("two") as reader:
        assert await reader.one(named) == "no"
