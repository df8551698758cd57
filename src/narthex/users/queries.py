"""Lists of users for people: the newest first, found by what their names begin with.

A prefix is looked up in the index of each name, so that what it finds is known before it is sorted. Where it finds many
users, the newest of them are near the top of all users, who are then read in their order until the page is full.
"""

from collections.abc import Collection
from itertools import product

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, bindparam, func, or_, select, union_all

from narthex.kit.cursors import beside, chosen
from narthex.kit.database import Reader, Statement, is_any, statement
from narthex.kit.database.prefixes import NOTHING, begins_with, prefix_parameters, prefix_range
from narthex.kit.errors import EntityNotFound
from narthex.kit.pagination import Page, page_of
from narthex.users.columns import COLUMNS, NEWEST_FIRST, OLDEST_FIRST, SUMMARY_COLUMNS
from narthex.users.contacts import email_key, phone_key
from narthex.users.profile import name_key
from narthex.users.schemas import User, UserFilter, UserSummary
from narthex.users.tables import users

# How many users a prefix may find in one index for all of them to be sorted.
FEW = 10_000
LONGEST_SEARCH = 128
ANYBODY = UserFilter()
EVERYBODY, A_FEW, MANY = "everybody", "a few", "many"
SEARCHED = {"username": users.c.username_key, "email": users.c.primary_email, "phone": users.c.primary_phone}
PARAMETERS = {"username": "name", "email": "email", "phone": "phone", "name": "name"}
KEYS = SEARCHED | {"name": users.c.name_key}


class Found(Struct, frozen=True):
    """How many users a prefix finds by each name, at most one more than `FEW`."""

    username: int
    email: int
    phone: int
    name: int


def _some(name: str) -> Select[tuple[str]]:
    return select(users.c.id).where(begins_with(KEYS[name], PARAMETERS[name])).limit(FEW + 1)


def _is_among_a_few() -> ColumnElement[bool]:
    found = [_some(name).subquery() for name in KEYS]
    ids = union_all(*(select(one.c.id) for one in found), select(bindparam("wanted_id", type_=String())))
    return users.c.id.in_(ids.scalar_subquery())


def _is_among_many() -> ColumnElement[bool]:
    # Written so that no index is used but that of the order.
    def starts(name: str) -> ColumnElement[bool]:
        prefix = bindparam(PARAMETERS[name], type_=String())
        return func.substr(KEYS[name], 1, func.length(prefix)) == prefix

    by_id = users.c.id == bindparam("wanted_id", type_=String())
    return or_(by_id, *(starts(name) for name in KEYS))


def _page(suspended: bool, found: str, older: bool) -> Statement[UserSummary]:
    is_wanted = (
        # As the index of the suspended has it.
        users.c.is_suspended.is_(True)
        if suspended
        else or_(users.c.is_suspended == bindparam("either"), users.c.is_suspended == bindparam("other"))
    )
    chosen_rows = select(*SUMMARY_COLUMNS).where(is_wanted, beside(users.c.created_at, users.c.id, older=older))
    if found == A_FEW:
        chosen_rows = chosen_rows.where(_is_among_a_few())
    elif found == MANY:
        chosen_rows = chosen_rows.where(_is_among_many())
    return statement(
        chosen_rows.order_by(*(NEWEST_FIRST if older else OLDEST_FIRST)).limit(bindparam("limit")), UserSummary
    )


FIND = statement(
    select(*(select(func.count()).select_from(_some(name).subquery()).scalar_subquery().label(name) for name in KEYS)),
    Found,
)
PAGES = {key: _page(*key) for key in product((False, True), (EVERYBODY, A_FEW, MANY), (False, True))}
BY_ID = statement(select(*COLUMNS).where(users.c.id == bindparam("id")), User)
BY_IDS = statement(select(*SUMMARY_COLUMNS).where(is_any(users.c.id, "ids")), UserSummary)


async def page(
    reader: Reader,
    filter: UserFilter = ANYBODY,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[UserSummary]:
    """Users, the newest first: those after a cursor, or the ones directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    found, parameters = await _found(reader, filter.search)
    if filter.suspended is not True:
        parameters |= {"either": False, "other": filter.suspended is None}
    wanted = PAGES[filter.suspended is True, found, older]
    made = page_of(await reader.all(wanted, **parameters, **cursor.parameters, limit=size + 1), size)
    return made if older else Page(made.items[::-1], made.has_more)


async def _found(reader: Reader, typed: str) -> tuple[str, dict[str, object]]:
    typed = typed.strip()[:LONGEST_SEARCH]
    if not typed:
        return EVERYBODY, {}
    prefixes = {"name": name_key(typed) or "", "email": email_key(typed), "phone": phone_key(typed)}
    ranges = {k: v for name, prefix in prefixes.items() for k, v in prefix_parameters(name, prefix).items()}
    wanted_id: dict[str, object] = {"wanted_id": typed if typed.isascii() and typed.isalnum() else ""}
    counts = await reader.one(FIND, **ranges)
    if counts is None or max(counts.username, counts.email, counts.phone, counts.name) <= FEW:
        return A_FEW, ranges | wanted_id
    return MANY, {name: _kept(prefix) for name, prefix in prefixes.items()} | wanted_id


def _kept(prefix: str) -> str | None:
    return None if prefix_range(prefix) == NOTHING else prefix


async def get(reader: Reader, user_id: str) -> User:
    """The user of this id; raises `EntityNotFound`."""
    found = await reader.one(BY_ID, id=user_id)
    if found is None:
        raise EntityNotFound("user", user_id)
    return found


async def by_ids(reader: Reader, ids: Collection[str]) -> dict[str, UserSummary]:
    """Users by their ids; who is gone is left out."""
    found = await reader.all(BY_IDS, ids=list(ids)) if ids else []
    return {user.id: user for user in found}
