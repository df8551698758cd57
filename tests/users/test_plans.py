"""Lists and searches of users find what they show in the indexes, in order, however many users there are."""

import time
from itertools import product

import pytest

from narthex.kit.cursors import NEWEST, Cursor
from narthex.kit.database.prefixes import prefix_parameters
from narthex.users import queries
from narthex.users.queries import A_FEW, EVERYBODY, FIND, MANY, PAGES
from narthex.users.schemas import UserFilter
from narthex.users.service import BY_EMAIL, BY_PHONE, BY_USERNAME
from tests.fixtures.many import database_url, insert_many, plan, reads_all, sorts
from tests.fixtures.server import Server

__all__ = ["database_url"]

PEOPLE = 20_000
INDEXES = ("users_by_username_key", "users_by_email", "users_by_phone", "users_by_name")
COLUMNS = {
    "id": "'u' || n",
    "username": "'User_' || n",
    "username_key": "'user_' || n",
    "primary_email": "'mail' || n || '@example.com'",
    "primary_phone": "CAST(4900000000 + n AS VARCHAR(20))",
    "name": "'Name ' || n",
    "name_key": "'name ' || n",
    "profile": "'{}'",
    "custom_data": "'{}'",
    "is_suspended": "n % 1000 = 0",
    "valid_after": "0",
    "created_at": "n * 1000",
    "updated_at": "n * 1000",
}
RANGES = {
    **prefix_parameters("name", "user_77"),
    **prefix_parameters("email", "user_77"),
    **prefix_parameters("phone", "77"),
}
EITHER = {"either": False, "other": True}


@pytest.fixture
async def crowd(server: Server) -> Server:
    """A tenant with many users."""
    await insert_many(server, "users", COLUMNS, PEOPLE)
    return server


async def test_a_page_is_read_in_the_order_of_an_index(crowd: Server) -> None:
    prefixes = {"name": "user", "email": "user", "phone": None, "wanted_id": "user"}
    for suspended, found, older in product((False, True), (EVERYBODY, MANY), (False, True)):
        cursor = (NEWEST if older else Cursor(0, "")).parameters
        parameters = cursor | ({} if suspended else EITHER) | (prefixes if found == MANY else {})
        made = await plan(crowd, PAGES[suspended, found, older], **parameters, limit=21)
        assert ("users_suspended" if suspended else "users_by_creation") in made, made
        assert not sorts(made), made
        assert not reads_all(made), made


async def test_what_begins_with_a_prefix_is_found_in_indexes(crowd: Server) -> None:
    made = await plan(crowd, FIND, **RANGES)
    assert all(index in made for index in INDEXES), made
    assert not reads_all(made), made
    for older in (False, True):
        cursor = (NEWEST if older else Cursor(0, "")).parameters
        page = PAGES[False, A_FEW, older]
        made = await plan(crowd, page, **RANGES, **EITHER, **cursor, wanted_id="user", limit=21)
        assert all(index in made for index in INDEXES), made
        assert not reads_all(made), made


async def test_an_identifier_is_found_in_its_index(crowd: Server) -> None:
    for statement, index, parameters in (
        (BY_USERNAME, INDEXES[0], {"key": "user_7"}),
        (BY_EMAIL, INDEXES[1], {"email": "mail7@example.com"}),
        (BY_PHONE, INDEXES[2], {"phone": "4900000007"}),
    ):
        made = await plan(crowd, statement, **parameters)
        assert index in made, made


async def found(server: Server, typed: str) -> list[str | None]:
    async with server.runtime.database.scan("default") as reader:
        page = await queries.page(reader, UserFilter(typed), size=3)
    return [user.username for user in page.items]


async def test_a_crowd_is_searched_right(crowd: Server) -> None:
    assert await found(crowd, "user_77") == ["User_7799", "User_7798", "User_7797"]
    assert await found(crowd, "USER_") == ["User_20000", "User_19999", "User_19998"]
    assert await found(crowd, "mail4321@") == ["User_4321"]
    assert await found(crowd, "+49 0000 1234") == ["User_1234"]
    assert await found(crowd, "name 123") == ["User_12399", "User_12398", "User_12397"]
    assert await found(crowd, "u4242") == ["User_4242"]
    assert await found(crowd, "nobody") == []


@pytest.mark.long
async def test_a_million_users_are_searched_at_once(server: Server) -> None:
    count = 1_000_000
    await insert_many(server, "users", COLUMNS, count)
    for typed, first in (
        ("", f"User_{count}"),
        ("user", f"User_{count}"),
        ("user_77777", "User_777779"),
        ("mail7", "User_799999"),
        ("name 12345", "User_123459"),
        ("+49 001", "User_199999"),
        ("u500000", "User_500000"),
        ("nobody", None),
    ):
        started = time.monotonic()
        names = await found(server, typed)
        took = time.monotonic() - started
        assert (names or [None])[0] == first, typed
        assert took < 2, f"{typed!r} took {took:.2f} s"
