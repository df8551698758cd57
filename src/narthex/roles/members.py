"""Who has a role, and who could be given it."""

from itertools import product

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, func, select

from narthex.applications import queries as of_applications
from narthex.applications.schemas import ApplicationDetails, ApplicationSummary
from narthex.applications.tables import applications
from narthex.applications.types import ApplicationType
from narthex.kit.cursors import chosen
from narthex.kit.database import Reader, Statement, statement
from narthex.kit.database.prefixes import begins_with, prefix_parameters
from narthex.kit.pagination import Page, page_of
from narthex.roles import queries
from narthex.roles.tables import application_roles, user_roles
from narthex.users.columns import COLUMNS, NEWEST_FIRST, SUMMARY_COLUMNS
from narthex.users.schemas import User, UserSummary
from narthex.users.search import KINDS, Joint, WireSearch, matching, parameters
from narthex.users.tables import users
from narthex.users.username import username_key

# Of how many that a search finds those are looked for who do not have the role yet.
CANDIDATES = 1000
ROLE = bindparam("role_id", type_=String())
MEMBER = bindparam("member_id", type_=String())
USERS = user_roles.join(users, users.c.id == user_roles.c.user_id)
APPLICATIONS = application_roles.join(applications, applications.c.id == application_roles.c.application_id)
HAS_ROLE = user_roles.c.role_id == ROLE
LACKS_ROLE = ~select(user_roles.c.user_id).where(HAS_ROLE, user_roles.c.user_id == users.c.id).exists()
APPLICATION_HAS_ROLE = application_roles.c.role_id == ROLE
NAMED = begins_with(users.c.username_key, "name")
LIMIT: BindParameter[int] = bindparam("limit")


def _beside(member: ColumnElement[str], after: bool) -> ColumnElement[bool]:
    return member > MEMBER if after else member < MEMBER


def _users(is_searched: bool, after: bool) -> Statement[UserSummary]:
    member = user_roles.c.user_id
    found = select(*SUMMARY_COLUMNS).select_from(USERS).where(HAS_ROLE, _beside(member, after))
    if is_searched:
        found = found.where(NAMED)
    return statement(found.order_by(member if after else member.desc()).limit(LIMIT), UserSummary)


def _applications(after: bool) -> Statement[ApplicationSummary]:
    member = application_roles.c.application_id
    found = (
        select(*of_applications.SUMMARY_COLUMNS)
        .select_from(APPLICATIONS)
        .where(APPLICATION_HAS_ROLE, _beside(member, after), of_applications.found())
    )
    return statement(found.order_by(member if after else member.desc()).limit(LIMIT), ApplicationSummary)


def _other_users(is_searched: bool) -> Statement[UserSummary]:
    # A part of the FROM, so that no more than these are looked at, whoever has the role.
    candidates = select(*SUMMARY_COLUMNS).limit(CANDIDATES)
    candidates = candidates.where(NAMED) if is_searched else candidates.order_by(*NEWEST_FIRST)
    found = candidates.subquery("candidates")
    has = select(user_roles.c.user_id).where(HAS_ROLE, user_roles.c.user_id == found.c.id).exists()
    others = select(*found.c).where(~has).order_by(found.c.created_at.desc(), found.c.id.desc())
    return statement(others.limit(LIMIT), UserSummary)


def _listed(joint: Joint, is_case_sensitive: bool) -> Statement[User]:
    found = select(*COLUMNS).select_from(USERS).where(HAS_ROLE, matching(joint, is_case_sensitive))
    return statement(found.order_by(user_roles.c.user_id).limit(LIMIT).offset(bindparam("offset")), User)


def _counted(joint: Joint, is_case_sensitive: bool) -> Statement[int]:
    wanted = and_(HAS_ROLE, matching(joint, is_case_sensitive))
    return statement(select(func.count()).select_from(USERS).where(wanted), int)


def _listed_others(joint: Joint, is_case_sensitive: bool) -> Statement[User]:
    found = select(*COLUMNS).where(LACKS_ROLE, matching(joint, is_case_sensitive)).order_by(*NEWEST_FIRST)
    return statement(found.limit(LIMIT).offset(bindparam("offset")), User)


def _counted_others(joint: Joint, is_case_sensitive: bool) -> Statement[int]:
    wanted = and_(LACKS_ROLE, matching(joint, is_case_sensitive))
    return statement(select(func.count()).select_from(users).where(wanted), int)


USERS_PAGES = {key: _users(*key) for key in product((True, False), (True, False))}
OTHER_USERS = {is_searched: _other_users(is_searched) for is_searched in (True, False)}
LISTED_USERS = {kind: _listed(*kind) for kind in KINDS}
COUNTED_USERS = {kind: _counted(*kind) for kind in KINDS}
LISTED_OTHERS = {kind: _listed_others(*kind) for kind in KINDS}
COUNTED_OTHERS = {kind: _counted_others(*kind) for kind in KINDS}
APPLICATIONS_PAGES = {after: _applications(after) for after in (True, False)}
OTHER_APPLICATIONS = statement(
    select(*of_applications.SUMMARY_COLUMNS)
    .where(
        applications.c.type == ApplicationType.MACHINE_TO_MACHINE.value,
        of_applications.found(),
        ~select(application_roles.c.role_id)
        .where(APPLICATION_HAS_ROLE, application_roles.c.application_id == applications.c.id)
        .exists(),
    )
    .order_by(*of_applications.NEWEST_FIRST)
    .limit(LIMIT),
    ApplicationSummary,
)
LISTED_APPLICATIONS = statement(
    select(*of_applications.COLUMNS)
    .select_from(APPLICATIONS)
    .where(APPLICATION_HAS_ROLE, of_applications.found())
    .order_by(application_roles.c.application_id)
    .limit(LIMIT)
    .offset(bindparam("offset")),
    ApplicationDetails,
)
COUNTED_APPLICATIONS = statement(
    select(func.count()).select_from(APPLICATIONS).where(APPLICATION_HAS_ROLE, of_applications.found()), int
)


async def users_of_role(
    reader: Reader,
    role_id: str,
    search: str = "",
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[UserSummary]:
    """Users who have a role, by id, those whose username begins with `search`. Raises `EntityNotFound`,
    `InvalidInput`."""
    await queries.get(reader, role_id)
    cursor, forwards = chosen(after, before)
    wanted = _named(search) | {"role_id": role_id, "member_id": cursor.id, "limit": size + 1}
    found = page_of(await reader.all(USERS_PAGES[bool(_named(search)), forwards], **wanted), size)
    return found if forwards else Page(found.items[::-1], found.has_more)


async def users_without_role(reader: Reader, role_id: str, search: str = "", size: int = 20) -> list[UserSummary]:
    """The newest users who do not have a role, those whose username begins with `search`; of very many that are found
    the first thousand are looked at. Raises `EntityNotFound`."""
    await queries.get(reader, role_id)
    named = _named(search)
    return await reader.all(OTHER_USERS[bool(named)], **named, role_id=role_id, limit=size)


def _named(search: str) -> dict[str, object]:
    key = username_key(search.strip())
    return prefix_parameters("name", key) if key else {}


async def applications_of_role(
    reader: Reader,
    role_id: str,
    search: str = "",
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[ApplicationSummary]:
    """Machines that have a role, by id, those whose name has `search` in it. Raises `EntityNotFound`,
    `InvalidInput`."""
    await queries.get(reader, role_id)
    cursor, forwards = chosen(after, before)
    wanted = {"role_id": role_id, "member_id": cursor.id, "limit": size + 1}
    rows = await reader.all(APPLICATIONS_PAGES[forwards], **of_applications.search_parameters(search), **wanted)
    found = page_of(rows, size)
    return found if forwards else Page(found.items[::-1], found.has_more)


async def applications_without_role(
    reader: Reader, role_id: str, search: str = "", size: int = 20
) -> list[ApplicationSummary]:
    """The newest machines that do not have a role. Raises `EntityNotFound`."""
    await queries.get(reader, role_id)
    searched = of_applications.search_parameters(search)
    return await reader.all(OTHER_APPLICATIONS, **searched, role_id=role_id, limit=size)


async def listed_users(reader: Reader, role_id: str, search: WireSearch, offset: int, limit: int) -> list[User]:
    """Users who have a role and are found, by id. Raises `SearchInvalid`."""
    wanted = LISTED_USERS[search.joint, search.is_case_sensitive]
    return await reader.all(wanted, **parameters(search), role_id=role_id, offset=offset, limit=limit)


async def count_users(reader: Reader, role_id: str, search: WireSearch) -> int:
    """How many users have a role and are found. Raises `SearchInvalid`."""
    wanted = COUNTED_USERS[search.joint, search.is_case_sensitive]
    return await reader.one(wanted, **parameters(search), role_id=role_id) or 0


async def listed_others(reader: Reader, role_id: str, search: WireSearch, offset: int, limit: int) -> list[User]:
    """Users who do not have a role and are found, the newest first. Raises `SearchInvalid`."""
    wanted = LISTED_OTHERS[search.joint, search.is_case_sensitive]
    return await reader.all(wanted, **parameters(search), role_id=role_id, offset=offset, limit=limit)


async def count_others(reader: Reader, role_id: str, search: WireSearch) -> int:
    """How many users do not have a role and are found. Raises `SearchInvalid`."""
    wanted = COUNTED_OTHERS[search.joint, search.is_case_sensitive]
    return await reader.one(wanted, **parameters(search), role_id=role_id) or 0


async def listed_applications(
    reader: Reader, role_id: str, search: str, offset: int, limit: int
) -> list[ApplicationDetails]:
    """Machines that have a role and are found, by id."""
    searched = of_applications.search_parameters(search)
    return await reader.all(LISTED_APPLICATIONS, **searched, role_id=role_id, offset=offset, limit=limit)


async def count_applications(reader: Reader, role_id: str, search: str) -> int:
    """How many machines have a role and are found."""
    searched = of_applications.search_parameters(search)
    return await reader.one(COUNTED_APPLICATIONS, **searched, role_id=role_id) or 0
