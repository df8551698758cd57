"""Which scopes a role gives."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, and_, bindparam, func, insert, or_, select
from sqlalchemy import delete as delete_from

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache
from narthex.kit.database import ForeignKeyViolation, Reader, Transaction, UniqueViolation, is_any, statement
from narthex.kit.database.containing import contained, contains
from narthex.kit.errors import EntityNotFound
from narthex.resources.queries import SCOPE_COLUMNS
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID, ScopeDetails
from narthex.resources.tables import resources, scopes
from narthex.roles import queries
from narthex.roles.checks import each_once
from narthex.roles.errors import InternalRole, ManagementScopesForUsers, RoleHasScope
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, Role, RoleScope, RoleType, ScopeResource
from narthex.roles.tables import role_scopes
from narthex.tenants.service import bump_config_version


class ScopeRow(Struct, frozen=True):
    """A scope of a role with the columns of its resource."""

    id: str
    resource_id: str
    name: str
    description: str | None
    created_at: int
    resource_name: str
    indicator: str
    is_default: bool
    access_token_ttl: int


def _source() -> FromClause:
    return role_scopes.join(scopes, scopes.c.id == role_scopes.c.scope_id).join(
        resources, resources.c.id == scopes.c.resource_id
    )


def _found() -> ColumnElement[bool]:
    return and_(
        role_scopes.c.role_id == bindparam("role_id"),
        or_(
            contains(scopes.c.name, "search"),
            contains(func.coalesce(scopes.c.description, ""), "search"),
            contains(resources.c.name, "search"),
        ),
    )


OF_ROLE = statement(
    select(
        *SCOPE_COLUMNS,
        resources.c.name.label("resource_name"),
        resources.c.indicator,
        resources.c.is_default,
        resources.c.access_token_ttl,
    )
    .select_from(_source())
    .where(_found())
    .order_by(resources.c.name, resources.c.id, scopes.c.name)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    ScopeRow,
)
COUNT = statement(select(func.count()).select_from(_source()).where(_found()), int)
KNOWN = statement(select(*SCOPE_COLUMNS).where(is_any(scopes.c.id, "ids")), ScopeDetails)
HAD = statement(
    select(role_scopes.c.scope_id).where(
        role_scopes.c.role_id == bindparam("role_id"), is_any(role_scopes.c.scope_id, "ids")
    ),
    str,
)
INSERT = statement(insert(role_scopes))
DELETE = statement(
    delete_from(role_scopes).where(
        role_scopes.c.role_id == bindparam("of_role"), role_scopes.c.scope_id == bindparam("taken")
    )
)


async def scopes_of_role(
    reader: Reader, role_id: str, search: str = "", offset: int = 0, limit: int | None = None
) -> list[RoleScope]:
    """Scopes that a role gives from a place on, by resource and name; all of them without a limit. Raises
    `EntityNotFound`."""
    await queries.get(reader, role_id)
    most = queries.NO_LIMIT if limit is None else limit
    wanted = {"role_id": role_id, "search": contained(search), "offset": offset, "limit": most}
    return [_role_scope(row) for row in await reader.all(OF_ROLE, **wanted)]


def _role_scope(row: ScopeRow) -> RoleScope:
    resource = ScopeResource(row.resource_id, row.resource_name, row.indicator, row.is_default, row.access_token_ttl)
    return RoleScope(row.id, row.resource_id, row.name, row.description, row.created_at, resource)


async def count_scopes_of_role(reader: Reader, role_id: str, search: str = "") -> int:
    """How many scopes a role gives."""
    return await reader.one(COUNT, role_id=role_id, search=contained(search)) or 0


async def add_scopes(
    tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str, scope_ids: Collection[str]
) -> None:
    """Let a role give more scopes. Raises `RoleHasScope`, `ManagementScopesForUsers`, `EntityNotFound`, `InternalRole`,
    `InvalidInput`."""
    actor.require(Permission.MANAGE)
    role = await queries.get(tx, role_id)
    _refuse_built_in(role_id)
    await give(tx, role, scope_ids)
    await _tell(tx, actor, cache, role_id, added=list(scope_ids))


async def remove_scope(tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str, scope_id: str) -> None:
    """Let a role not give a scope any more; it is in no new token. Raises `EntityNotFound`, `InternalRole`."""
    actor.require(Permission.MANAGE)
    await queries.get(tx, role_id)
    _refuse_built_in(role_id)
    if not await tx.run(DELETE, of_role=role_id, taken=scope_id):
        raise EntityNotFound("scope", scope_id)
    await _tell(tx, actor, cache, role_id, removed=[scope_id])


async def give(tx: Transaction, role: Role, scope_ids: Collection[str]) -> None:
    """Write scopes of a role that fit it."""
    wanted = each_once("scopeIds", scope_ids)
    if not wanted:
        return
    known = {scope.id: scope for scope in await tx.all(KNOWN, ids=wanted)}
    for scope_id in wanted:
        if scope_id not in known:
            raise EntityNotFound("scope", scope_id)
        if role.type is RoleType.USER and known[scope_id].resource_id == MANAGEMENT_RESOURCE_ID:
            raise ManagementScopesForUsers
    for scope_id in await tx.all(HAD, role_id=role.id, ids=wanted):
        raise RoleHasScope(scope_id)
    for scope_id in wanted:
        await _insert(tx, role.id, scope_id)


async def _insert(tx: Transaction, role_id: str, scope_id: str) -> None:
    # It was checked, so somebody else was faster.
    try:
        await tx.run(INSERT, role_id=role_id, scope_id=scope_id)
    except UniqueViolation:
        raise RoleHasScope(scope_id) from None
    except ForeignKeyViolation:
        raise EntityNotFound("scope", scope_id) from None


def _refuse_built_in(role_id: str) -> None:
    if role_id == MANAGEMENT_ROLE_ID:
        raise InternalRole


async def _tell(tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str, **details: object) -> None:
    await audit_log.record(tx, actor, Event(audit_keys.ROLE_SCOPES, details={"roleId": role_id, **details}))
    await bump_config_version(tx, cache)
