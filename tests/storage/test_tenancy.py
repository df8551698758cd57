"""Two tenants with the same rows: whatever the shape of a statement, it reads and changes one of them only."""

from typing import Any

import pytest
from sqlalchemy import bindparam, case, delete, exists, func, insert, literal, select, union, union_all, update
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

from narthex.kit.database import Database, across_tenants, insert_or_ignore, is_any, proposed, statement, upsert
from tests.house.statement_report import unbound_tables
from tests.storage.example import ADD_AUTHOR, ADD_BOOK, authors, books, tenants, tickets, values

SNAPSHOT = across_tenants(
    select(
        func.coalesce(select(func.sum(books.c.copies)).where(books.c.tenant_id == "two").scalar_subquery(), -1) * 1000
        + select(func.count()).select_from(authors).where(authors.c.tenant_id == "two").scalar_subquery() * 100
        + select(func.count()).select_from(books).where(books.c.tenant_id == "two").scalar_subquery()
    ),
    int,
    reason="the test looks at the tenant that a statement must not touch",
)

mentors = authors.alias("mentors")
book_of = books.alias("book_of")
per_author = select(books.c.author_id, func.sum(books.c.copies).label("copies")).group_by(books.c.author_id)
totals = per_author.cte("totals")
inner = per_author.subquery("inner_totals")
chain = (
    select(authors.c.id, literal(0).label("depth")).where(authors.c.mentor_id.is_(None)).cte("chain", recursive=True)
)
chain = chain.union_all(
    select(authors.c.id, chain.c.depth + 1).join_from(authors, chain, authors.c.mentor_id == chain.c.id)
)

# Each counts or sums over tables of which tenant "one" has 2 authors and 3 books of 1, 2 and 4 copies.
READS: dict[str, tuple[SelectBase, int]] = {
    "table": (select(func.count()).select_from(books), 3),
    "columns only": (select(func.sum(books.c.copies)), 7),
    "alias": (select(func.count()).select_from(book_of), 3),
    "join": (select(func.count()).select_from(books.join(authors, books.c.author_id == authors.c.id)), 3),
    "join without ON": (select(func.count()).select_from(books.join(authors)), 3),
    "select.join": (select(func.count(books.c.id)).join(authors, books.c.author_id == authors.c.id), 3),
    "cross join": (select(func.count()).select_from(books, authors), 6),
    "where join": (select(func.count(books.c.id)).where(books.c.author_id == authors.c.id), 3),
    "outer join": (
        select(func.count()).select_from(authors.outerjoin(books, books.c.author_id == authors.c.id)),
        4,
    ),
    "self join": (
        select(func.count()).select_from(authors.outerjoin(mentors, authors.c.mentor_id == mentors.c.id)),
        2,
    ),
    "outer join on true": (select(func.count()).select_from(authors.outerjoin(books, literal(1) == literal(1))), 6),
    "select.outerjoin": (
        select(func.count(authors.c.id) * 10 + func.count(mentors.c.id)).outerjoin(
            mentors, authors.c.mentor_id == mentors.c.id
        ),
        21,
    ),
    "outer join of a join": (
        select(func.count()).select_from(
            tenants.outerjoin(authors.join(books, authors.c.id == books.c.author_id), literal(1) == literal(1))
        ),
        3,
    ),
    "outer join of an outer join": (
        select(func.count()).select_from(
            authors.outerjoin(
                mentors.outerjoin(books, mentors.c.id == books.c.author_id), authors.c.mentor_id == mentors.c.id
            )
        ),
        4,
    ),
    "join of outer joins": (
        select(func.count(books.c.id))
        .select_from(authors)
        .outerjoin(mentors, literal(1) == literal(1))
        .join(books, literal(1) == literal(1)),
        12,
    ),
    "subquery": (select(func.sum(inner.c.copies)), 7),
    "subquery of a subquery": (
        select(func.count()).select_from(select(select(books.c.id).subquery().c.id).subquery()),
        3,
    ),
    "scalar subquery": (select(select(func.count()).select_from(books).scalar_subquery()), 3),
    "correlated subquery": (
        select(
            func.sum(select(func.count()).where(books.c.author_id == authors.c.id).correlate(authors).scalar_subquery())
        ).select_from(authors),
        3,
    ),
    "exists": (select(func.count()).select_from(authors).where(exists().where(books.c.author_id == "b")), 0),
    "correlated exists": (
        select(func.count()).select_from(authors).where(exists().where(books.c.author_id == authors.c.id)),
        1,
    ),
    "not exists": (
        select(func.count()).select_from(authors).where(~exists().where(books.c.author_id == authors.c.id)),
        1,
    ),
    "in": (select(func.count()).select_from(authors).where(authors.c.id.in_(select(books.c.author_id))), 1),
    "not in": (select(func.count()).select_from(authors).where(authors.c.id.not_in(select(books.c.author_id))), 1),
    "is any": (select(func.count()).select_from(books).where(is_any(books.c.id, "ids")), 2),
    "cte": (select(func.sum(totals.c.copies)), 7),
    "cte joined": (
        select(func.sum(totals.c.copies)).select_from(authors.outerjoin(totals, totals.c.author_id == authors.c.id)),
        7,
    ),
    "recursive cte": (select(func.count() * 10 + func.sum(chain.c.depth)).select_from(chain), 21),
    "union": (select(func.count()).select_from(union(select(authors.c.id), select(books.c.id)).subquery()), 5),
    "union all": (
        select(func.count()).select_from(union_all(select(authors.c.id), select(authors.c.id)).subquery()),
        4,
    ),
    "union at the top": (
        union_all(select(func.count()).select_from(authors), select(func.count()).select_from(authors)),
        2,
    ),
    "case": (
        select(func.sum(case((exists().where(tickets.c.id == books.c.id), 1), else_=0))).select_from(books),
        0,
    ),
    "order and limit": (
        select(func.count()).select_from(select(books.c.id).order_by(books.c.id).limit(5).subquery()),
        3,
    ),
    "group and having": (
        select(func.count()).select_from(
            select(books.c.author_id).group_by(books.c.author_id).having(func.count() > 3).subquery()
        ),
        0,
    ),
    "window": (select(func.max(select(func.row_number().over()).select_from(books).subquery().c[0])), 3),
    "the tenants": (select(func.count()).select_from(tenants), 1),
    "lateral-like pair": (
        select(func.count()).select_from(
            select(books.c.id).where(books.c.copies > 1).subquery().join(authors, literal(1) == literal(1))
        ),
        4,
    ),
}
add_values = {"id": "n", "author_id": "b", "title": "N", "copies": 100}
doubled = select(books.c.id.concat("2"), books.c.author_id, books.c.title.concat("2"), books.c.copies).where(
    books.c.copies < 4
)
COLUMNS = ["id", "author_id", "title", "copies"]
# Each with the number of rows of tenant "one" that it changes.
WRITES: dict[str, tuple[UpdateBase, int]] = {
    "insert": (insert(books).values(add_values), 1),
    "insert select": (insert(books).from_select(COLUMNS, doubled), 2),
    "insert or ignore": (insert_or_ignore(books, ["tenant_id", "id"]).values(add_values | {"id": "x"}), 0),
    "upsert": (
        upsert(books, ["tenant_id", "id"], {"copies": books.c.copies + proposed(books).copies}).values(
            add_values | {"id": "x"}
        ),
        1,
    ),
    "upsert over a unique index of all tenants": (
        upsert(books, ["serial"], ["copies"]).values(add_values | {"serial": 2}),
        0,
    ),
    "update": (update(books).values(copies=0), 3),
    "update in": (update(books).values(copies=0).where(books.c.author_id.in_(select(authors.c.id))), 3),
    "update from": (update(books).values(copies=0).where(books.c.author_id == authors.c.id), 3),
    "update to a subquery": (
        update(books).values(copies=select(func.count()).select_from(authors).scalar_subquery()),
        3,
    ),
    "update to a correlated subquery": (
        update(authors)
        .values(name=select(func.max(books.c.title)).where(books.c.author_id == authors.c.id).scalar_subquery())
        .where(authors.c.id == "a"),
        1,
    ),
    "update with a cte": (
        update(books).values(copies=0).where(books.c.author_id.in_(select(totals.c.author_id))),
        3,
    ),
    "update of the tenants": (update(tenants).values(marked=1), 1),
    "delete": (delete(books), 3),
    "delete in": (delete(books).where(books.c.author_id.in_(select(authors.c.id))), 3),
    "delete not exists": (delete(books).where(~exists().where(values.c.id == books.c.id)), 3),
}


@pytest.fixture
async def filled(database: Database) -> Database:
    """Both tenants with the same ids; the other one has a tenth more of everything."""
    for tenant, serial in (("one", 0), ("two", 1)):
        async with database.write(tenant) as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            await tx.run(ADD_MENTORED, id="b", name="Bob", mentor_id="a")
            for place, copies in (("x", 1), ("y", 2), ("z", 4)):
                await tx.run(
                    ADD_BOOK, id=place, author_id="a", title=place, copies=copies, serial=copies * 2 if serial else None
                )
            if serial:
                await tx.run(ADD_BOOK, id="more", author_id="b", title="more", copies=50, serial=None)
                await tx.run(ADD_AUTHOR, id="c", name="Cat")
    return database


ADD_MENTORED = statement(
    insert(authors).values(id=bindparam("id"), name=bindparam("name"), mentor_id=bindparam("mentor_id"))
)


def parameters_of(name: str) -> dict[str, Any]:
    return {"ids": ["x", "y", "more"]} if name == "is any" else {}


@pytest.mark.parametrize("name", READS)
async def test_a_statement_reads_one_tenant(filled: Database, name: str) -> None:
    clause, expected = READS[name]
    reading = statement(clause, int)
    assert list(unbound_tables(reading.clause)) == []
    async with filled.read("one") as reader:
        assert await reader.one(reading, **parameters_of(name)) == expected
    async with filled.read("nobody") as reader:
        assert await reader.one(reading, **parameters_of(name)) in (0, None)


async def seen_of_the_other(database: Database) -> int | None:
    async with database.read(None) as reader:
        return await reader.one(SNAPSHOT)


@pytest.mark.parametrize("name", WRITES)
async def test_a_statement_changes_one_tenant(filled: Database, name: str) -> None:
    clause, expected = WRITES[name]
    before = await seen_of_the_other(filled)
    changing = statement(clause)
    assert list(unbound_tables(changing.clause)) == []
    assert await filled.run_once("one", changing) == expected
    assert await seen_of_the_other(filled) == before


@pytest.mark.parametrize(
    "name", [name for name, (clause, _) in WRITES.items() if clause.is_dml and "insert" not in name]
)
async def test_a_returned_row_is_the_tenants(filled: Database, name: str) -> None:
    clause, expected = WRITES[name]
    returning = statement(clause.returning(clause.table.c.tenant_id), str)
    async with filled.write("one") as tx:
        assert await tx.all(returning) == ["one"] * expected


async def test_a_claim_as_one_cte_on_postgresql(filled: Database) -> None:
    """Refresh tokens rotate like this: take the old row and write the new one in one statement."""
    if filled.dialect != "postgresql":
        return
    taken = (
        update(books)
        .values(copies=0)
        .where(books.c.id == bindparam("old"), books.c.copies > 0)
        .returning(books.c.author_id, books.c.title)
        .cte("taken")
    )
    rotate = statement(
        insert(books)
        .from_select(COLUMNS, select(bindparam("new"), taken.c.author_id, taken.c.title.concat("'"), literal(1)))
        .returning(books.c.id),
        str,
    )
    before = await seen_of_the_other(filled)
    assert await filled.one_once("one", rotate, old="x", new="x2") == "x2"
    assert await filled.one_once("one", rotate, old="x", new="x3") is None
    assert await filled.one_once("nobody", rotate, old="y", new="x3") is None
    assert await seen_of_the_other(filled) == before
