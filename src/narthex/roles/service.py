"""Rules, reads and writes of roles."""

from enum import StrEnum

from msgspec import Struct
from sqlalchemy import bindparam, insert, select

from narthex.access import Actor, Permission
from narthex.kit.cache import ConfigCache, Versioned
from narthex.kit.database import Reader, Transaction, UniqueViolation, statement
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.resources.schemas import MANAGEMENT_SCOPE_ID
from narthex.resources.tables import scopes
from narthex.roles.tables import application_roles, role_scopes, roles, user_roles
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants

MANAGEMENT_ROLE_ID = "management-api-access"


class RoleType(StrEnum):
    """Whom a role is for."""

    USER = "User"
    MACHINE_TO_MACHINE = "MachineToMachine"


class ScopeName(Struct, frozen=True):
    """The name of a scope that a role gives."""

    name: str


class ScopeNameVersioned(Struct, frozen=True):
    """The same, with the version of the tenant's configuration."""

    name: str
    config_version: int


class RoleName(Struct, frozen=True):
    """The name of a role."""

    name: str


class RoleNameTaken(Refusal):
    """Another role has the name. Wire: logto-api.md 2.1."""

    def __init__(self) -> None:
        super().__init__("role.name_in_use", status=422, text="This role name is in use.")


INSERT = statement(insert(roles))
INSERT_SCOPE = statement(insert(role_scopes))
ASSIGN_APPLICATION = statement(insert(application_roles))
ASSIGN_USER = statement(insert(user_roles))
GIVEN = role_scopes.join(
    scopes, (scopes.c.tenant_id == role_scopes.c.tenant_id) & (scopes.c.id == role_scopes.c.scope_id)
)
SCOPES_OF_APPLICATION = statement(
    select(scopes.c.name, tenants.c.config_version)
    .select_from(
        GIVEN.join(application_roles, application_roles.c.role_id == role_scopes.c.role_id).join(
            tenants, tenants.c.tenant_id == role_scopes.c.tenant_id
        )
    )
    .where(
        application_roles.c.application_id == bindparam("application_id"),
        scopes.c.resource_id == bindparam("resource_id"),
    )
    .distinct(),
    ScopeNameVersioned,
)
SCOPES_OF_USER = statement(
    select(scopes.c.name)
    .select_from(GIVEN.join(user_roles, user_roles.c.role_id == role_scopes.c.role_id))
    .where(user_roles.c.user_id == bindparam("user_id"), scopes.c.resource_id == bindparam("resource_id"))
    .distinct(),
    ScopeName,
)
ROLES_OF_USER = statement(
    select(roles.c.name)
    .select_from(roles.join(user_roles, user_roles.c.role_id == roles.c.id))
    .where(user_roles.c.user_id == bindparam("user_id"))
    .order_by(roles.c.name),
    RoleName,
)


async def scopes_of_application(
    runtime: Runtime, tenant_id: str, application_id: str, resource_id: str
) -> frozenset[str]:
    """The scopes on a resource that an application's roles give it, from the cache."""
    found = await runtime.cache.get(
        tenant_id,
        ("application_scopes", application_id, resource_id),
        _load_scopes,
        runtime,
        tenant_id,
        application_id,
        resource_id,
    )
    return found or frozenset()


async def _load_scopes(
    runtime: Runtime, tenant_id: str, application_id: str, resource_id: str
) -> Versioned[frozenset[str]] | None:
    async with runtime.database.read(tenant_id) as reader:
        rows = await reader.all(SCOPES_OF_APPLICATION, application_id=application_id, resource_id=resource_id)
    return (rows[0].config_version, frozenset(row.name for row in rows)) if rows else None


async def scopes_of_user(reader: Reader, user_id: str, resource_id: str) -> frozenset[str]:
    """The scopes on a resource that a user's roles give; never cached, so that taking a role away acts at once."""
    return frozenset(row.name for row in await reader.all(SCOPES_OF_USER, user_id=user_id, resource_id=resource_id))


async def names_of_user(reader: Reader, user_id: str) -> list[str]:
    """The names of a user's roles: the claim `roles`."""
    return [row.name for row in await reader.all(ROLES_OF_USER, user_id=user_id)]


async def create(
    tx: Transaction,
    actor: Actor,
    cache: ConfigCache,
    name: str,
    description: str,
    role_type: RoleType,
    scope_ids: tuple[str, ...] = (),
    *,
    given_id: str | None = None,
) -> str:
    """Make a role with its scopes and return its id. Raises `RoleNameTaken`."""
    actor.require(Permission.MANAGE)
    role_id = given_id or tx.new_id()
    try:
        await tx.run(
            INSERT,
            id=role_id,
            name=name,
            description=description,
            type=role_type.value,
            is_default=False,
            created_at=tx.now,
        )
    except UniqueViolation:
        raise RoleNameTaken from None
    for scope_id in scope_ids:
        await tx.run(INSERT_SCOPE, role_id=role_id, scope_id=scope_id)
    await bump_config_version(tx, cache)
    return role_id


async def create_management_role(tx: Transaction, actor: Actor, cache: ConfigCache) -> None:
    """The built-in role that lets a machine-to-machine application use the Management API."""
    name, description = "Management API access", "Everything that the Management API can do in this tenant"
    kind = RoleType.MACHINE_TO_MACHINE
    await create(tx, actor, cache, name, description, kind, (MANAGEMENT_SCOPE_ID,), given_id=MANAGEMENT_ROLE_ID)


async def assign_to_application(
    tx: Transaction, actor: Actor, cache: ConfigCache, application_id: str, role_id: str
) -> None:
    """Give an application a role."""
    actor.require(Permission.MANAGE)
    await tx.run(ASSIGN_APPLICATION, application_id=application_id, role_id=role_id)
    await bump_config_version(tx, cache)


async def assign_to_user(tx: Transaction, actor: Actor, user_id: str, role_id: str) -> None:
    """Give a user a role."""
    actor.require(Permission.MANAGE)
    await tx.run(ASSIGN_USER, user_id=user_id, role_id=role_id)
