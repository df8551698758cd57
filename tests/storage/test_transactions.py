"""When a write is kept, when it is undone, and what may happen inside it."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import ClassVar

import pytest
from sqlalchemy import bindparam, delete

from narthex.kit.clock import ManualClock
from narthex.kit.database import (
    ConstraintViolation,
    Database,
    ForeignKeyViolation,
    Transaction,
    UniqueViolation,
    inside_transaction,
    open_database,
    outside_transaction,
    statement,
)
from narthex.kit.errors import Refusal
from tests.storage.example import (
    ADD_AUTHOR,
    ADD_BOOK,
    ADD_TENANT,
    ALL_AUTHORS,
    COUNT_AUTHORS,
    FIND_AUTHOR,
    RENAME,
    Author,
    authors,
)

REMOVE = statement(delete(authors).where(authors.c.id == bindparam("id")))


class Kept(Refusal):
    """A refusal whose writes are kept."""

    keeps_writes: ClassVar[bool] = True


async def count(database: Database, tenant_id: str = "one") -> int | None:
    async with database.read(tenant_id) as reader:
        return await reader.one(COUNT_AUTHORS)


async def write_and_raise(
    database: Database, error: Exception, after_commit: Callable[[], object] = lambda: None
) -> None:
    """Write an author and fail."""
    async with database.write("one") as tx:
        tx.after_commit(after_commit)
        await tx.run(ADD_AUTHOR, id="z", name="Zoe")
        raise error


async def test_a_write_is_kept_when_its_block_ends(database: Database) -> None:
    async with database.write("one") as tx:
        assert await tx.run(ADD_AUTHOR, id="a", name="Ann") == 1
        assert await tx.run(ADD_AUTHOR, id="b", name="Bob") == 1
    async with database.read("one") as reader:
        assert await reader.all(ALL_AUTHORS) == [Author("a", "Ann"), Author("b", "Bob")]


async def test_a_write_sees_what_it_has_written_and_nobody_else_does(
    database: Database, empty_database_url: str
) -> None:
    def look() -> int | None:
        return contextvars.Context().run(asyncio.run, seen_by_others(empty_database_url))

    async with database.write("one") as tx:
        await tx.run(ADD_AUTHOR, id="a", name="Ann")
        assert await tx.one(FIND_AUTHOR, id="a") == Author("a", "Ann")
        assert await tx.all(ALL_AUTHORS) == [Author("a", "Ann")]
        assert await asyncio.to_thread(look) == 0
    assert await count(database) == 1


async def seen_by_others(url: str) -> int | None:
    """The authors that another connection sees, in another thread and loop."""
    other = open_database(url, ManualClock(), pool_size=1)
    await other.open()
    found = await count(other)
    await other.close()
    return found


async def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(KeyError):
        await write_and_raise(database, KeyError())
    assert await count(database) == 0


async def test_a_refusal_undoes_everything_unless_it_keeps_writes(database: Database) -> None:
    with pytest.raises(Refusal):
        await write_and_raise(database, Refusal("no"))
    assert await count(database) == 0
    with pytest.raises(Kept):
        await write_and_raise(database, Kept("no"))
    assert await count(database) == 1


async def test_the_moment_of_a_write_is_the_clocks(database: Database) -> None:
    async with database.write("one") as tx:
        assert tx.now == database.clock.now()
        assert tx.tenant_id == "one"


async def test_callbacks_run_after_the_commit_and_never_after_a_rollback(database: Database) -> None:
    called: list[str] = []
    async with database.write("one") as tx:
        tx.after_commit(lambda: called.append("first"))
        tx.after_commit(lambda: called.append("second"))
        await tx.run(ADD_AUTHOR, id="a", name="Ann")
        assert called == []
    assert called == ["first", "second"]
    with pytest.raises(KeyError):
        await write_and_raise(database, KeyError(), lambda: called.append("never"))
    with pytest.raises(Kept):
        await write_and_raise(database, Kept("no"), lambda: called.append("kept"))
    assert called == ["first", "second", "kept"]


async def test_a_callback_that_fails_does_not_undo_a_durable_write(database: Database) -> None:
    heard: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: heard.append(context))
    try:
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann")
            tx.after_commit(lambda: 1 // 0)
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert isinstance(heard[0]["exception"], ZeroDivisionError)
    assert await count(database) == 1


async def test_a_callback_is_outside_the_write(database: Database) -> None:
    seen: list[bool] = []
    async with database.write("one") as tx:
        assert inside_transaction()
        tx.after_commit(lambda: seen.append(inside_transaction()))
    assert seen == [False]
    assert not inside_transaction()


async def test_a_write_inside_a_write_is_refused(database: Database) -> None:
    async with database.write("one"):
        with pytest.raises(RuntimeError, match="inside a write"):
            async with database.write("one"):
                pass
        with pytest.raises(RuntimeError, match="inside a write"):
            await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
        with pytest.raises(RuntimeError, match="inside a write"):
            database.read("one")
        with pytest.raises(RuntimeError, match="inside a write"):
            database.scan("one")
        with pytest.raises(RuntimeError, match="hashing inside a write"):
            outside_transaction("hashing")
    outside_transaction("hashing")


@pytest.mark.parametrize("serial", [7, None], ids=["another column", "the key"])
async def test_a_taken_value_is_named_alike(database: Database, serial: int | None) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    await database.run_once("one", ADD_BOOK, id="b", author_id="a", title="T", serial=7, copies=1)
    book = {"id": "c" if serial else "b", "author_id": "a", "title": "U", "serial": serial, "copies": 1}
    with pytest.raises(UniqueViolation) as caught:
        await database.run_once("one", ADD_BOOK, **book)
    expected = ("uq_books_serial", ("serial",)) if serial else ("pk_books", ("tenant_id", "id"))
    assert (caught.value.constraint, caught.value.columns) == expected


async def test_a_taken_value_within_the_tenant_is_free_in_another(database: Database) -> None:
    for tenant in ("one", "two"):
        await database.run_once(tenant, ADD_AUTHOR, id="a", name="Ann")
        await database.run_once(tenant, ADD_BOOK, id="b", author_id="a", title="T", serial=None, copies=1)
    with pytest.raises(UniqueViolation) as caught:
        await database.run_once("two", ADD_BOOK, id="c", author_id="a", title="T", serial=None, copies=1)
    assert caught.value.constraint == "uq_books_tenant_id_title"
    assert caught.value.columns == ("tenant_id", "title")


async def test_a_reference_to_nothing_is_a_foreign_key_violation(database: Database) -> None:
    with pytest.raises(ForeignKeyViolation):
        await database.run_once("one", ADD_BOOK, id="b", author_id="nobody", title="T", serial=None, copies=1)
    with pytest.raises(ForeignKeyViolation):
        await database.run_once("no such tenant", ADD_AUTHOR, id="a", name="Ann")


async def test_a_row_of_another_tenant_cannot_be_referred_to(database: Database) -> None:
    await database.run_once("two", ADD_AUTHOR, id="a", name="Ann")
    with pytest.raises(ForeignKeyViolation):
        await database.run_once("one", ADD_BOOK, id="b", author_id="a", title="T", serial=None, copies=1)


async def test_a_row_that_is_needed_cannot_go(database: Database) -> None:
    mentored = statement(
        authors.insert().values(id=bindparam("id"), name=bindparam("name"), mentor_id=bindparam("mentor"))
    )
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    await database.run_once("one", mentored, id="b", name="Bob", mentor="a")
    with pytest.raises(ForeignKeyViolation):
        await database.run_once("one", REMOVE, id="a")
    assert await count(database) == 2


async def test_rows_go_with_the_row_they_belong_to(database: Database) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    await database.run_once("one", ADD_BOOK, id="b", author_id="a", title="T", serial=7, copies=1)
    assert await database.run_once("one", REMOVE, id="a") == 1
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    await database.run_once("one", ADD_BOOK, id="b", author_id="a", title="T", serial=7, copies=1)


async def swallow(tx: Transaction) -> None:
    await tx.run(ADD_AUTHOR, id="b", name="Bob")
    try:
        await tx.run(ADD_AUTHOR, id="a", name="again")
    except ConstraintViolation:
        return


async def swallow_and_refuse(tx: Transaction) -> None:
    await swallow(tx)
    raise Kept("no")


async def swallow_and_go_on(tx: Transaction) -> None:
    await swallow(tx)
    await tx.run(ADD_AUTHOR, id="c", name="Cat")


@pytest.mark.parametrize(
    ("body", "raised"), [(swallow, RuntimeError), (swallow_and_refuse, Kept), (swallow_and_go_on, RuntimeError)]
)
async def test_after_a_failed_statement_nothing_is_kept(
    database: Database, body: Callable[[Transaction], Awaitable[None]], raised: type[Exception]
) -> None:
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")
    with pytest.raises(raised):
        async with database.write("one") as tx:
            await body(tx)
    assert await count(database) == 1
    await database.run_once("one", RENAME, id="a", name="Amy")


async def test_one_statement_gives_its_count_or_its_row(database: Database) -> None:
    renamed = statement(authors.update().values(name=bindparam("name")).returning(authors.c.id, authors.c.name), Author)
    assert await database.run_once("one", ADD_AUTHOR, id="a", name="Ann") == 1
    assert await database.run_once("one", RENAME, id="a", name="Amy") == 1
    assert await database.run_once("one", RENAME, id="none", name="Amy") == 0
    assert await database.one_once("one", renamed, name="Abe") == Author("a", "Abe")
    assert await database.run_once("one", renamed, name="Ada") == 1
    assert await database.one_once("two", renamed, name="Abe") is None
    await database.run_once("one", ADD_AUTHOR, id="b", name="Bob")
    assert await database.one_once("one", renamed, name="Eve") is not None
    async with database.read("one") as reader:
        assert [author.name for author in await reader.all(ALL_AUTHORS)] == ["Eve", "Eve"]


async def test_a_misused_statement_leaves_the_database_usable(database: Database) -> None:
    with pytest.raises(TypeError, match="parameters missing"):
        await database.run_once("one", ADD_AUTHOR, id="a")
    with pytest.raises(TypeError, match="unknown: \\['extra'\\]"):
        async with database.write("one") as tx:
            await tx.run(ADD_AUTHOR, id="a", name="Ann", extra=1)
    with pytest.raises(TypeError, match="tenant_id is bound"):
        await database.run_once("one", ADD_AUTHOR, id="a", name="Ann", tenant_id="two")
    with pytest.raises(TypeError, match="without a tenant"):
        await database.run_once(None, ADD_AUTHOR, id="a", name="Ann")
    with pytest.raises(TypeError, match="writes needs"):
        async with database.read("one") as reader:
            await reader.one(ADD_AUTHOR, id="a", name="Ann")
    with pytest.raises(TypeError, match="row type"):
        async with database.write("one") as tx:
            await tx.one(ADD_AUTHOR, id="a", name="Ann")
    assert await count(database) == 0
    await database.run_once("one", ADD_AUTHOR, id="a", name="Ann")


async def test_statements_across_tenants_run_with_and_without_a_tenant(database: Database) -> None:
    async with database.write("one") as tx:
        await tx.run(ADD_TENANT, tenant_id="three")
    await database.run_once(None, ADD_TENANT, tenant_id="four")
    assert await database.run_once("four", ADD_AUTHOR, id="a", name="Ann") == 1


async def test_the_revision_of_the_schema(database: Database) -> None:
    assert await database.schema_revision() is None
    assert isinstance(await database.now_ms(), int)
