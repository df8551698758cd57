"""Reads of roles for people and programs: one, a page of them, or those of somebody."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, Table, and_, bindparam, func, or_, select

from narthex.applications import queries as applications
from narthex.applications.schemas import ApplicationSummary
from narthex.kit.cursors import beside, chosen
from narthex.kit.database import Reader, Statement, statement
from narthex.kit.database.containing import contained, contains
from narthex.kit.errors import EntityNotFound
from narthex.kit.pagination import Page, page_of
from narthex.roles.schemas import FeaturedApplication, FeaturedUser, ListedRole, Role, RoleFilter, RoleType
from narthex.roles.tables import application_roles, roles, user_roles
from narthex.users import queries as users
from narthex.users.schemas import UserSummary

ALL = RoleFilter()
NO_LIMIT = 2**31
ROLE_COLUMNS = (roles.c.id, roles.c.name, roles.c.description, roles.c.type, roles.c.is_default)
NEWEST_FIRST = (roles.c.created_at.desc(), roles.c.id.desc())


class RoleRow(Struct, frozen=True):
    """A role with how many have it, and the ids of the first of them."""

    id: str
    name: str
    description: str
    type: RoleType
    is_default: bool
    created_at: int
    users_count: int
    user_1: str | None
    user_2: str | None
    user_3: str | None
    applications_count: int
    application_1: str | None
    application_2: str | None
    application_3: str | None

    @property
    def user_ids(self) -> list[str]:
        """The first users."""
        return [one for one in (self.user_1, self.user_2, self.user_3) if one is not None]

    @property
    def application_ids(self) -> list[str]:
        """The first applications."""
        return [one for one in (self.application_1, self.application_2, self.application_3) if one is not None]


def _members(table: Table, column: str, prefix: str) -> list[ColumnElement[Any]]:
    """How many have the role, and the ids of three, each by itself, so that each is one step in an index."""
    own = table.c.role_id == roles.c.id
    counted = select(func.count()).select_from(table).where(own).scalar_subquery()
    firsts = select(table.c[column]).where(own).order_by(table.c[column]).limit(1)
    return [
        counted.label(f"{prefix}s_count"),
        *(firsts.offset(place).scalar_subquery().label(f"{prefix}_{place + 1}") for place in range(3)),
    ]


def _has(table: Table, column: str) -> ColumnElement[bool]:
    who = bindparam(f"exclude_{column}", type_=String())
    return select(table.c.role_id).where(table.c.role_id == roles.c.id, table.c[column] == who).exists()


def _found() -> ColumnElement[bool]:
    return or_(
        contains(roles.c.name, "search"),
        contains(roles.c.description, "search"),
        roles.c.id == bindparam("wanted_id", type_=String()),
    )


WANTED = and_(
    _found(),
    or_(roles.c.type == bindparam("either"), roles.c.type == bindparam("other")),
    ~_has(user_roles, "user_id"),
    ~_has(application_roles, "application_id"),
)


def _parameters(filter: RoleFilter) -> dict[str, object]:
    return {
        **_search(filter.search),
        "either": (filter.type or RoleType.USER).value,
        "other": (filter.type or RoleType.MACHINE_TO_MACHINE).value,
        "exclude_user_id": filter.exclude_user_id or "",
        "exclude_application_id": filter.exclude_application_id or "",
    }


def _search(search: str) -> dict[str, object]:
    return {"search": contained(search), "wanted_id": search.strip()}


LISTED_COLUMNS = (
    *ROLE_COLUMNS,
    roles.c.created_at,
    *_members(user_roles, "user_id", "user"),
    *_members(application_roles, "application_id", "application"),
)


def _page(older: bool) -> Select[tuple[object, ...]]:
    order = NEWEST_FIRST if older else (roles.c.created_at, roles.c.id)
    place = beside(roles.c.created_at, roles.c.id, older=older)
    return select(*LISTED_COLUMNS).where(WANTED, place).order_by(*order).limit(bindparam("limit"))


BY_ID = statement(select(*ROLE_COLUMNS).where(roles.c.id == bindparam("id")), Role)
LISTED_BY_ID = statement(select(*LISTED_COLUMNS).where(roles.c.id == bindparam("id")), RoleRow)
PAGES = {older: statement(_page(older), RoleRow) for older in (True, False)}
LISTED = statement(
    select(*LISTED_COLUMNS).where(WANTED).order_by(*NEWEST_FIRST).limit(bindparam("limit")).offset(bindparam("offset")),
    RoleRow,
)
COUNT = statement(select(func.count()).select_from(roles).where(WANTED), int)


def _of(table: Table, column: str) -> tuple[Statement[Role], Statement[int]]:
    """Roles of somebody, and how many."""
    source = roles.join(table, table.c.role_id == roles.c.id)
    had = and_(table.c[column] == bindparam("who"), _found())
    rows = select(*ROLE_COLUMNS).select_from(source).where(had).order_by(roles.c.name)
    counted = select(func.count()).select_from(source).where(had)
    return statement(rows.limit(bindparam("limit")).offset(bindparam("offset")), Role), statement(counted, int)


OF_USER = _of(user_roles, "user_id")
OF_APPLICATION = _of(application_roles, "application_id")


async def get(reader: Reader, role_id: str) -> Role:
    """The role of this id; raises `EntityNotFound`."""
    row = await reader.one(BY_ID, id=role_id)
    if row is None:
        raise EntityNotFound("role", role_id)
    return row


async def find_listed(reader: Reader, role_id: str) -> ListedRole:
    """The role of this id with those who have it; raises `EntityNotFound`."""
    row = await reader.one(LISTED_BY_ID, id=role_id)
    if row is None:
        raise EntityNotFound("role", role_id)
    return (await _listed(reader, [row]))[0]


async def page(
    reader: Reader,
    filter: RoleFilter = ALL,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[ListedRole]:
    """Roles, the newest first: those after a cursor, or the ones directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    rows = await reader.all(PAGES[older], **_parameters(filter), **cursor.parameters, limit=size + 1)
    found = page_of(rows, size)
    items = await _listed(reader, found.items if older else found.items[::-1])
    return Page(tuple(items), found.has_more)


async def listed(
    reader: Reader, filter: RoleFilter = ALL, offset: int = 0, limit: int | None = None
) -> list[ListedRole]:
    """Roles from a place on, the newest first; all of them without a limit."""
    most = NO_LIMIT if limit is None else limit
    return await _listed(reader, await reader.all(LISTED, **_parameters(filter), offset=offset, limit=most))


async def count(reader: Reader, filter: RoleFilter = ALL) -> int:
    """How many roles there are."""
    return await reader.one(COUNT, **_parameters(filter)) or 0


async def roles_of_user(
    reader: Reader, user_id: str, search: str = "", offset: int = 0, limit: int | None = None
) -> list[Role]:
    """Roles of a user from a place on, by name; all of them without a limit."""
    most = NO_LIMIT if limit is None else limit
    return await reader.all(OF_USER[0], who=user_id, **_search(search), offset=offset, limit=most)


async def count_roles_of_user(reader: Reader, user_id: str, search: str = "") -> int:
    """How many roles a user has."""
    return await reader.one(OF_USER[1], who=user_id, **_search(search)) or 0


async def roles_of_application(
    reader: Reader, application_id: str, search: str = "", offset: int = 0, limit: int | None = None
) -> list[Role]:
    """Roles of an application from a place on, by name; all of them without a limit."""
    most = NO_LIMIT if limit is None else limit
    return await reader.all(OF_APPLICATION[0], who=application_id, **_search(search), offset=offset, limit=most)


async def count_roles_of_application(reader: Reader, application_id: str, search: str = "") -> int:
    """How many roles an application has."""
    return await reader.one(OF_APPLICATION[1], who=application_id, **_search(search)) or 0


async def _listed(reader: Reader, rows: Sequence[RoleRow]) -> list[ListedRole]:
    people = await users.by_ids(reader, {user_id for row in rows for user_id in row.user_ids})
    machines = await applications.by_ids(reader, {one for row in rows for one in row.application_ids})
    return [_with_members(row, people, machines) for row in rows]


def _with_members(
    row: RoleRow, people: Mapping[str, UserSummary], machines: Mapping[str, ApplicationSummary]
) -> ListedRole:
    users_of_role = (people[one] for one in row.user_ids if one in people)
    applications_of_role = (machines[one] for one in row.application_ids if one in machines)
    return ListedRole(
        row.id,
        row.name,
        row.description,
        row.type,
        row.is_default,
        users_count=row.users_count,
        featured_users=tuple(FeaturedUser(one.id, one.avatar, one.display_name) for one in users_of_role),
        applications_count=row.applications_count,
        featured_applications=tuple(FeaturedApplication(one.id, one.name, one.type) for one in applications_of_role),
        created_at=row.created_at,
    )
