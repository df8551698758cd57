"""Reads of resources and scopes for people and programs: one, a page of them, or all."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from narthex.kit.cursors import beside, chosen
from narthex.kit.database import Reader, is_any, statement
from narthex.kit.database.containing import contained, contains
from narthex.kit.errors import EntityNotFound
from narthex.kit.pagination import Page, page_of
from narthex.resources.schemas import ResourceDetails, ScopeDetails
from narthex.resources.tables import resources, scopes

NO_LIMIT = 2**31
COLUMNS = (
    resources.c.id,
    resources.c.name,
    resources.c.indicator,
    resources.c.is_default,
    resources.c.access_token_ttl,
    resources.c.created_at,
)
SCOPE_COLUMNS = (scopes.c.id, scopes.c.resource_id, scopes.c.name, scopes.c.description, scopes.c.created_at)
NEWEST_FIRST = (resources.c.created_at.desc(), resources.c.id.desc())
NEWEST_SCOPE_FIRST = (scopes.c.created_at.desc(), scopes.c.id.desc())
FOUND = or_(contains(resources.c.name, "search"), contains(resources.c.indicator, "search"))


def _scope_found() -> ColumnElement[bool]:
    named = or_(contains(scopes.c.name, "search"), contains(func.coalesce(scopes.c.description, ""), "search"))
    return and_(scopes.c.resource_id == bindparam("resource_id"), named)


def _page(older: bool) -> Select[tuple[object, ...]]:
    order = NEWEST_FIRST if older else (resources.c.created_at, resources.c.id)
    place = beside(resources.c.created_at, resources.c.id, older=older)
    return select(*COLUMNS).where(FOUND, place).order_by(*order).limit(bindparam("limit"))


def _scopes_page(older: bool) -> Select[tuple[object, ...]]:
    order = NEWEST_SCOPE_FIRST if older else (scopes.c.created_at, scopes.c.id)
    place = beside(scopes.c.created_at, scopes.c.id, older=older)
    return select(*SCOPE_COLUMNS).where(_scope_found(), place).order_by(*order).limit(bindparam("limit"))


BY_ID = statement(select(*COLUMNS).where(resources.c.id == bindparam("id")), ResourceDetails)
PAGES = {older: statement(_page(older), ResourceDetails) for older in (True, False)}
LISTED = statement(
    select(*COLUMNS).where(FOUND).order_by(*NEWEST_FIRST).limit(bindparam("limit")).offset(bindparam("offset")),
    ResourceDetails,
)
COUNT = statement(select(func.count()).select_from(resources).where(FOUND), int)
SCOPE_BY_ID = statement(
    select(*SCOPE_COLUMNS).where(scopes.c.resource_id == bindparam("resource_id"), scopes.c.id == bindparam("id")),
    ScopeDetails,
)
SCOPES_PAGES = {older: statement(_scopes_page(older), ScopeDetails) for older in (True, False)}
SCOPES = statement(
    select(*SCOPE_COLUMNS)
    .where(_scope_found())
    .order_by(*NEWEST_SCOPE_FIRST)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    ScopeDetails,
)
COUNT_SCOPES = statement(select(func.count()).select_from(scopes).where(_scope_found()), int)
SCOPES_OF_RESOURCES = statement(
    select(*SCOPE_COLUMNS).where(is_any(scopes.c.resource_id, "ids")).order_by(scopes.c.resource_id, scopes.c.name),
    ScopeDetails,
)


async def get(reader: Reader, resource_id: str) -> ResourceDetails:
    """The resource of this id; raises `EntityNotFound`."""
    row = await reader.one(BY_ID, id=resource_id)
    if row is None:
        raise EntityNotFound("resource", resource_id)
    return row


async def page(
    reader: Reader, search: str = "", *, after: str | None = None, before: str | None = None, size: int = 20
) -> Page[ResourceDetails]:
    """Resources, the newest first: those after a cursor, or the ones directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    rows = await reader.all(PAGES[older], search=contained(search), **cursor.parameters, limit=size + 1)
    made = page_of(rows, size)
    return made if older else Page(made.items[::-1], made.has_more)


async def listed(reader: Reader, search: str = "", offset: int = 0, limit: int | None = None) -> list[ResourceDetails]:
    """Resources from a place on, the newest first; all of them without a limit."""
    most = NO_LIMIT if limit is None else limit
    return await reader.all(LISTED, search=contained(search), offset=offset, limit=most)


async def count(reader: Reader, search: str = "") -> int:
    """How many resources there are."""
    return await reader.one(COUNT, search=contained(search)) or 0


async def get_scope(reader: Reader, resource_id: str, scope_id: str) -> ScopeDetails:
    """One scope of a resource; raises `EntityNotFound`."""
    row = await reader.one(SCOPE_BY_ID, resource_id=resource_id, id=scope_id)
    if row is None:
        raise EntityNotFound("scope", scope_id)
    return row


async def scopes_page(
    reader: Reader,
    resource_id: str,
    search: str = "",
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[ScopeDetails]:
    """Scopes of a resource, the newest first: those after a cursor, or directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    wanted = {"resource_id": resource_id, "search": contained(search), "limit": size + 1}
    made = page_of(await reader.all(SCOPES_PAGES[older], **wanted, **cursor.parameters), size)
    return made if older else Page(made.items[::-1], made.has_more)


async def scopes_of(
    reader: Reader, resource_id: str, search: str = "", offset: int = 0, limit: int | None = None
) -> list[ScopeDetails]:
    """Scopes of a resource from a place on, the newest first; all of them without a limit."""
    most = NO_LIMIT if limit is None else limit
    return await reader.all(SCOPES, resource_id=resource_id, search=contained(search), offset=offset, limit=most)


async def count_scopes(reader: Reader, resource_id: str, search: str = "") -> int:
    """How many scopes a resource has."""
    return await reader.one(COUNT_SCOPES, resource_id=resource_id, search=contained(search)) or 0


async def scopes_of_resources(reader: Reader, resource_ids: Collection[str]) -> dict[str, list[ScopeDetails]]:
    """All scopes of some resources, by resource and name."""
    found: dict[str, list[ScopeDetails]] = {resource_id: [] for resource_id in resource_ids}
    for scope in await reader.all(SCOPES_OF_RESOURCES, ids=list(found)) if found else []:
        found[scope.resource_id].append(scope)
    return found
