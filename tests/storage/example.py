"""A small library of books, apart from the product's tables, for the tests of the executors."""

from enum import StrEnum

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)

from narthex.kit.database import Bool, Json, across_tenants, statement, tenant_reference, tenant_table
from narthex.kit.database.tables import NAMING

example = MetaData(naming_convention=NAMING)
tenants = Table("tenants", example, Column("tenant_id", String(32), primary_key=True), Column("marked", Integer))
authors = tenant_table(
    "authors",
    Column("id", String(12), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("mentor_id", String(12)),
    tenant_reference("mentor_id", "authors", ondelete="RESTRICT"),
    metadata=example,
)
books = tenant_table(
    "books",
    Column("id", String(12), primary_key=True),
    Column("author_id", String(12), nullable=False),
    Column("title", String(40), nullable=False),
    Column("serial", Integer, unique=True),
    Column("copies", Integer, nullable=False),
    tenant_reference("author_id", "authors"),
    UniqueConstraint("tenant_id", "title"),
    metadata=example,
)
values = tenant_table(
    "values_of_each_type",
    Column("id", String(12), primary_key=True),
    Column("text", String(200)),
    Column("number", BigInteger),
    Column("fraction", Float),
    Column("truth", Bool),
    Column("data", Json),
    Column("octets", LargeBinary),
    Column("kind", String(10)),
    metadata=example,
)
tickets = tenant_table(
    "tickets",
    Column("id", String(12), primary_key=True),
    Column("consumed_at", BigInteger),
    metadata=example,
)


class Author(Struct, frozen=True):
    """A row of `authors`."""

    id: str
    name: str


class Book(Struct, frozen=True):
    """A row of `books`."""

    id: str
    author_id: str
    title: str
    copies: int


class Kind(StrEnum):
    """A word that the database keeps as text."""

    SOFT = "soft"
    HARD = "hard"


class Data(Struct, frozen=True, omit_defaults=True):
    """What a JSON column holds."""

    name: str
    tags: list[str] = []


class Values(Struct, frozen=True):
    """A row of `values_of_each_type`."""

    id: str
    text: str | None = None
    number: int | None = None
    fraction: float | None = None
    truth: bool | None = None
    data: Data | None = None
    octets: bytes | None = None
    kind: Kind | None = None


BOOK = (books.c.id, books.c.author_id, books.c.title, books.c.copies)
ADD_TENANT = across_tenants(
    insert(tenants).values(tenant_id=bindparam("tenant_id")), reason="the tests make their own tenants"
)
ADD_AUTHOR = statement(insert(authors).values(id=bindparam("id"), name=bindparam("name")))
ADD_BOOK = statement(insert(books))
ADD_VALUES = statement(insert(values))
ADD_TICKET = statement(insert(tickets).values(id=bindparam("id")))
FIND_AUTHOR = statement(select(authors.c.id, authors.c.name).where(authors.c.id == bindparam("id")), Author)
FIND_BOOK = statement(select(*BOOK).where(books.c.id == bindparam("id")), Book)
FIND_VALUES = statement(
    select(*(values.c[name] for name in Values.__struct_fields__)).where(values.c.id == bindparam("id")), Values
)
ALL_AUTHORS = statement(select(authors.c.id, authors.c.name).order_by(authors.c.id), Author)
COUNT_AUTHORS = statement(select(func.count()).select_from(authors), int)
RENAME = statement(update(authors).values(name=bindparam("name")).where(authors.c.id == bindparam("id")))
CONSUME = statement(
    update(tickets)
    .values(consumed_at=bindparam("now"))
    .where(tickets.c.id == bindparam("id"), tickets.c.consumed_at.is_(None))
    .returning(tickets.c.id),
    str,
)
