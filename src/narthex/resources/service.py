"""Rules, reads and writes of resources."""

from urllib.parse import urlsplit

from sqlalchemy import bindparam, insert, select

from narthex.access import Actor, Permission
from narthex.kit.cache import ConfigCache, Versioned
from narthex.kit.database import Transaction, UniqueViolation, is_any, statement
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
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
LONGEST_INDICATOR = 2048

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


class ResourceInvalid(Refusal):
    """A resource indicator that is no absolute URI without fragment (RFC 8707 2), or a scope name with spaces."""

    def __init__(self, text: str) -> None:
        super().__init__("guard.invalid_input", status=400, text=text)


async def find_by_indicator(runtime: Runtime, tenant_id: str, indicator: str) -> Resource | None:
    """The resource of this indicator, from the cache."""
    return await runtime.cache.get(
        tenant_id, ("resource", indicator), _load_by_indicator, runtime, tenant_id, indicator
    )


async def _load_by_indicator(runtime: Runtime, tenant_id: str, indicator: str) -> Versioned[Resource] | None:
    async with runtime.database.read(tenant_id) as reader:
        row = await reader.one(BY_INDICATOR, indicator=indicator)
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
    given_id: str | None = None,
    access_token_ttl: int = DEFAULT_ACCESS_TOKEN_TTL,
) -> str:
    """Make a resource and return its id. Raises `ResourceInvalid`, `ResourceIndicatorTaken`."""
    actor.require(Permission.MANAGE)
    if not _is_absolute_uri(indicator):
        raise ResourceInvalid("The resource indicator must be an absolute URI without a fragment.")
    resource_id = given_id or tx.new_id()
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
    await bump_config_version(tx, cache)
    return resource_id


def _is_absolute_uri(text: str) -> bool:
    # A comma stands between two indicators in one parameter (logto-api.md 1.2).
    if len(text) > LONGEST_INDICATOR or any(not "!" <= character <= "~" or character in "#," for character in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))


async def create_scope(
    tx: Transaction,
    actor: Actor,
    cache: ConfigCache,
    resource_id: str,
    name: str,
    description: str | None = None,
    *,
    given_id: str | None = None,
) -> str:
    """Add a scope to a resource and return its id. Raises `ResourceInvalid`."""
    actor.require(Permission.MANAGE)
    if not name or any(character.isspace() for character in name):
        raise ResourceInvalid("A scope name has no spaces.")
    scope_id = given_id or tx.new_id()
    await tx.run(
        INSERT_SCOPE, id=scope_id, resource_id=resource_id, name=name, description=description, created_at=tx.now
    )
    await bump_config_version(tx, cache)
    return scope_id


async def create_management_resource(tx: Transaction, actor: Actor, cache: ConfigCache) -> None:
    """The resource that stands for the tenant's own Management API."""
    indicator = management_indicator(actor.tenant_id)
    await create(tx, actor, cache, "Management API", indicator, given_id=MANAGEMENT_RESOURCE_ID)
    description = "Read and change everything in this tenant"
    await create_scope(
        tx, actor, cache, MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE, description, given_id=MANAGEMENT_SCOPE_ID
    )
