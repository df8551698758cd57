"""Reads of applications for people and programs: one, a page of them, or all."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, or_, select

from narthex.applications.schemas import BUILT_IN_IDS, ApplicationDetails, ApplicationFilter, ApplicationSummary
from narthex.applications.tables import applications
from narthex.applications.types import ApplicationType
from narthex.kit.cursors import beside, chosen
from narthex.kit.database import Reader, is_any, statement
from narthex.kit.database.containing import contained, contains
from narthex.kit.errors import EntityNotFound
from narthex.kit.pagination import Page, page_of

ALL = ApplicationFilter()
NO_LIMIT = 2**31
COLUMNS = (
    applications.c.id,
    applications.c.name,
    applications.c.description,
    applications.c.type,
    applications.c.oidc_client_metadata,
    applications.c.custom_client_metadata,
    applications.c.custom_data,
    applications.c.is_third_party,
    applications.c.framework,
    applications.c.created_at,
)
SUMMARY_COLUMNS = (
    applications.c.id,
    applications.c.name,
    applications.c.description,
    applications.c.type,
    applications.c.is_third_party,
    applications.c.framework,
    applications.c.created_at,
)
NEWEST_FIRST = (applications.c.created_at.desc(), applications.c.id.desc())


def found() -> ColumnElement[bool]:
    """Whether an application is one that a search finds; its parameters are `search_parameters`."""
    return and_(
        applications.c.id.not_in(BUILT_IN_IDS),
        or_(contains(applications.c.name, "search"), applications.c.id == bindparam("wanted_id", type_=String())),
    )


def search_parameters(search: str) -> dict[str, object]:
    """The parameters of `found`."""
    return {"search": contained(search), "wanted_id": search.strip()}


def _is_wanted() -> ColumnElement[bool]:
    return and_(
        found(),
        is_any(applications.c.type, "types"),
        or_(
            applications.c.is_third_party == bindparam("either"),
            applications.c.is_third_party == bindparam("other"),
        ),
    )


def _parameters(filter: ApplicationFilter) -> dict[str, object]:
    return {
        **search_parameters(filter.search),
        "types": [kind.value for kind in filter.types or ApplicationType],
        "either": filter.is_third_party is True,
        "other": filter.is_third_party is not False,
    }


def _page(older: bool) -> Select[tuple[object, ...]]:
    order = NEWEST_FIRST if older else (applications.c.created_at, applications.c.id)
    place = beside(applications.c.created_at, applications.c.id, older=older)
    return select(*SUMMARY_COLUMNS).where(_is_wanted(), place).order_by(*order).limit(bindparam("limit"))


BY_ID = statement(select(*COLUMNS).where(applications.c.id == bindparam("id")), ApplicationDetails)
BY_IDS = statement(select(*SUMMARY_COLUMNS).where(is_any(applications.c.id, "ids")), ApplicationSummary)
PAGES = {older: statement(_page(older), ApplicationSummary) for older in (True, False)}
LISTED = statement(
    select(*COLUMNS).where(_is_wanted()).order_by(*NEWEST_FIRST).limit(bindparam("limit")).offset(bindparam("offset")),
    ApplicationDetails,
)
COUNT = statement(select(func.count()).select_from(applications).where(_is_wanted()), int)


async def get(reader: Reader, application_id: str) -> ApplicationDetails:
    """The application of this id; raises `EntityNotFound`."""
    row = await reader.one(BY_ID, id=application_id)
    if row is None:
        raise EntityNotFound("application", application_id)
    return row


async def by_ids(reader: Reader, ids: Collection[str]) -> dict[str, ApplicationSummary]:
    """Applications by their ids; what is gone is left out."""
    rows = await reader.all(BY_IDS, ids=list(ids)) if ids else []
    return {row.id: row for row in rows}


async def page(
    reader: Reader,
    filter: ApplicationFilter = ALL,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[ApplicationSummary]:
    """Applications, the newest first: those after a cursor, or the ones directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    rows = await reader.all(PAGES[older], **_parameters(filter), **cursor.parameters, limit=size + 1)
    made = page_of(rows, size)
    return made if older else Page(made.items[::-1], made.has_more)


async def listed(
    reader: Reader, filter: ApplicationFilter = ALL, offset: int = 0, limit: int | None = None
) -> list[ApplicationDetails]:
    """Applications from a place on, the newest first; all of them without a limit."""
    return await reader.all(LISTED, **_parameters(filter), offset=offset, limit=NO_LIMIT if limit is None else limit)


async def count(reader: Reader, filter: ApplicationFilter = ALL) -> int:
    """How many applications there are."""
    return await reader.one(COUNT, **_parameters(filter)) or 0
