"""Making resources and scopes, and the reads that the protocol needs."""

from msgspec import Struct
from sqlalchemy import and_, bindparam, insert, select

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache, Versioned
from narthex.kit.database import ForeignKeyViolation, Transaction, UniqueViolation, is_any, statement
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.runtime import Runtime
from narthex.resources import checks
from narthex.resources.schemas import (
    MANAGEMENT_RESOURCE_ID,
    MANAGEMENT_SCOPE,
    MANAGEMENT_SCOPE_ID,
    Resource,
    Scope,
    management_indicator,
)
from narthex.resources.tables import resources, scopes
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants

DEFAULT_ACCESS_TOKEN_TTL = 3600


class DefaultIndicator(Struct, frozen=True):
    """The indicator of the resource that requests mean which name none, if there is one."""

    indicator: str | None
    config_version: int


INSERT_RESOURCE = statement(insert(resources))
INSERT_SCOPE = statement(insert(scopes))
BY_INDICATOR = statement(
    select(
        resources.c.id,
        resources.c.name,
        resources.c.indicator,
        resources.c.is_default,
        resources.c.access_token_ttl,
        tenants.c.config_version,
    )
    .join_from(resources, tenants, resources.c.tenant_id == tenants.c.tenant_id)
    .where(resources.c.indicator == bindparam("indicator")),
    Resource,
)
DEFAULT = statement(
    select(resources.c.indicator, tenants.c.config_version).join_from(
        tenants,
        resources,
        and_(resources.c.tenant_id == tenants.c.tenant_id, resources.c.is_default.is_(True)),
        isouter=True,
    ),
    DefaultIndicator,
)
SCOPES_BY_NAME = statement(
    select(scopes.c.id, scopes.c.resource_id, scopes.c.name, scopes.c.description)
    .where(scopes.c.resource_id == bindparam("resource_id"), is_any(scopes.c.name, "names"))
    .order_by(scopes.c.name),
    Scope,
)


class ResourceIndicatorTaken(Refusal):
    """Another resource has the indicator. Wire: logto-api.md 2.1."""

    def __init__(self) -> None:
        super().__init__("resource.resource_identifier_in_use", status=422, text="This indicator is in use.")


class ScopeNameTaken(Refusal):
    """The resource has a scope of this name. Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__("scope.name_exists", status=422, text="This scope name is in use.")


async def find_by_indicator(runtime: Runtime, tenant_id: str, indicator: str) -> Resource | None:
    """The resource of this indicator, from the cache."""
    return await runtime.cache.get(
        tenant_id, ("resource", indicator), _load_by_indicator, runtime, tenant_id, indicator
    )


async def _load_by_indicator(runtime: Runtime, tenant_id: str, indicator: str) -> Versioned[Resource] | None:
    async with runtime.database.read(tenant_id) as reader:
        row = await reader.one(BY_INDICATOR, indicator=indicator)
    return None if row is None else (row.config_version, row)


async def find_default(runtime: Runtime, tenant_id: str) -> Resource | None:
    """The resource of requests that name none, from the cache."""
    found = await runtime.cache.get(tenant_id, "default_resource", _load_default, runtime, tenant_id)
    return (found and found.indicator and await find_by_indicator(runtime, tenant_id, found.indicator)) or None


async def _load_default(runtime: Runtime, tenant_id: str) -> Versioned[DefaultIndicator] | None:
    async with runtime.database.read(tenant_id) as reader:
        row = await reader.one(DEFAULT)
    return None if row is None else (row.config_version, row)


async def scopes_by_name(runtime: Runtime, tenant_id: str, resource_id: str, names: list[str]) -> list[Scope]:
    """The scopes of a resource that have one of these names, with their descriptions."""
    async with runtime.database.read(tenant_id) as reader:
        return await reader.all(SCOPES_BY_NAME, resource_id=resource_id, names=names)


async def create(
    tx: Transaction,
    actor: Actor,
    cache: ConfigCache,
    name: str,
    indicator: str,
    *,
    access_token_ttl: int = DEFAULT_ACCESS_TOKEN_TTL,
) -> str:
    """Make a resource and return its id. Raises `InvalidInput`, `ResourceIndicatorTaken`."""
    actor.require(Permission.MANAGE)
    checks.check_name(name)
    checks.check_indicator(indicator)
    checks.check_access_token_ttl(access_token_ttl)
    resource_id = tx.new_id()
    await _insert(tx, resource_id, name, indicator, access_token_ttl)
    await audit_log.record(tx, actor, Event(audit_keys.RESOURCE_CREATE, details={"resourceId": resource_id}))
    await bump_config_version(tx, cache)
    return resource_id


async def _insert(tx: Transaction, resource_id: str, name: str, indicator: str, access_token_ttl: int) -> None:
    try:
        await tx.run(
            INSERT_RESOURCE,
            id=resource_id,
            name=name,
            indicator=indicator,
            is_default=False,
            access_token_ttl=access_token_ttl,
            created_at=tx.now,
        )
    except UniqueViolation:
        raise ResourceIndicatorTaken from None


async def create_scope(
    tx: Transaction,
    actor: Actor,
    cache: ConfigCache,
    resource_id: str,
    name: str,
    description: str | None = None,
) -> str:
    """Add a scope to a resource and return its id. Raises `InvalidInput`, `ScopeNameWithSpace`, `ScopeNameTaken`,
    `ManagementApiFixed`, `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    checks.refuse_management_api(resource_id)
    checks.check_scope_name(name)
    checks.check_scope_description(description)
    scope_id = tx.new_id()
    await _insert_scope(tx, scope_id, resource_id, name, description)
    told = {"scopeId": scope_id, "resourceId": resource_id}
    await audit_log.record(tx, actor, Event(audit_keys.SCOPE_CREATE, details=told))
    await bump_config_version(tx, cache)
    return scope_id


async def _insert_scope(tx: Transaction, scope_id: str, resource_id: str, name: str, description: str | None) -> None:
    row = {"id": scope_id, "resource_id": resource_id, "name": name, "description": description}
    try:
        await tx.run(INSERT_SCOPE, **row, created_at=tx.now)
    except UniqueViolation:
        raise ScopeNameTaken from None
    except ForeignKeyViolation:
        raise EntityNotFound("resource", resource_id) from None


async def create_management_resource(tx: Transaction, actor: Actor, cache: ConfigCache) -> None:
    """The resource that stands for the tenant's own Management API."""
    actor.require(Permission.MANAGE)
    indicator = management_indicator(actor.tenant_id)
    await _insert(tx, MANAGEMENT_RESOURCE_ID, "Management API", indicator, DEFAULT_ACCESS_TOKEN_TTL)
    description = "Read and change everything in this tenant"
    await _insert_scope(tx, MANAGEMENT_SCOPE_ID, MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE, description)
    await bump_config_version(tx, cache)
