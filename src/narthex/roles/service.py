"""Making, changing and removing roles, and the reads that the protocol needs."""

from collections.abc import Collection

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import bindparam, insert, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_of

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache, Versioned
from narthex.kit.database import Reader, Transaction, UniqueViolation, statement
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.kit.runtime import Runtime
from narthex.kit.showable import is_showable
from narthex.resources.schemas import MANAGEMENT_SCOPE_ID
from narthex.resources.tables import scopes
from narthex.roles import role_scopes as scopes_of_roles
from narthex.roles.errors import InternalRole, RoleNameTaken
from narthex.roles.queries import ROLE_COLUMNS
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, Role, RoleChange, RoleType
from narthex.roles.tables import application_roles, role_scopes, roles, user_roles
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants

INTERNAL_PREFIX = "#internal:"
LONGEST_NAME = 128
LONGEST_DESCRIPTION = 128


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


WANTED = roles.c.id == bindparam("wanted_id")
INSERT = statement(insert(roles))
# Two who change different fields at once must not undo each other, so the second reads what the first wrote.
HELD = statement(select(*ROLE_COLUMNS).where(WANTED).with_for_update(), Role)
UPDATE = statement(
    update_of(roles)
    .where(WANTED)
    .values(
        name=bindparam("new_name"), description=bindparam("new_description"), is_default=bindparam("new_is_default")
    )
)
DELETE = statement(delete_from(roles).where(WANTED))
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
    scope_ids: Collection[str] = (),
    *,
    is_default: bool = False,
) -> str:
    """Make a role with its scopes and return its id. Raises `InvalidInput`, `RoleNameTaken`, `InternalRole`,
    `ManagementScopesForUsers`, `EntityNotFound` for an unknown scope."""
    actor.require(Permission.MANAGE)
    role = Role(tx.new_id(), name, description, role_type, is_default)
    _check(role)
    await _insert(tx, role)
    await scopes_of_roles.give(tx, role, scope_ids)
    await _tell(tx, actor, cache, audit_keys.ROLE_CREATE, roleId=role.id)
    return role.id


async def create_management_role(tx: Transaction, actor: Actor, cache: ConfigCache) -> None:
    """The built-in role that lets a machine-to-machine application use the Management API."""
    actor.require(Permission.MANAGE)
    name, description = "Management API access", "Everything that the Management API can do in this tenant"
    role = Role(MANAGEMENT_ROLE_ID, name, description, RoleType.MACHINE_TO_MACHINE, False)
    await _insert(tx, role)
    await scopes_of_roles.give(tx, role, (MANAGEMENT_SCOPE_ID,))
    await bump_config_version(tx, cache)


async def _insert(tx: Transaction, role: Role) -> None:
    try:
        await tx.run(
            INSERT,
            id=role.id,
            name=role.name,
            description=role.description,
            type=role.type.value,
            is_default=role.is_default,
            created_at=tx.now,
        )
    except UniqueViolation:
        raise RoleNameTaken from None


async def update(tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str, change: RoleChange) -> Role:
    """Change what `change` names and nothing else. Raises `InvalidInput`, `EntityNotFound`, `RoleNameTaken`,
    `InternalRole`."""
    actor.require(Permission.MANAGE)
    held = await tx.one(HELD, wanted_id=role_id)
    if held is None:
        raise EntityNotFound("role", role_id)
    _refuse_built_in(role_id)
    values = ((name, getattr(change, name)) for name in RoleChange.__struct_fields__)
    given = {name: value for name, value in values if value is not UNSET}
    changed = msgspec.structs.replace(held, **given)
    _check(changed)
    if changed != held:
        await _write(tx, changed)
        await _tell(tx, actor, cache, audit_keys.ROLE_UPDATE, roleId=role_id, fields=sorted(given))
    return changed


async def _write(tx: Transaction, role: Role) -> None:
    new = {"new_name": role.name, "new_description": role.description, "new_is_default": role.is_default}
    try:
        await tx.run(UPDATE, wanted_id=role.id, **new)
    except UniqueViolation:
        raise RoleNameTaken from None


async def delete(tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str) -> None:
    """Remove a role from everybody who has it. Raises `EntityNotFound`, `InternalRole`."""
    actor.require(Permission.MANAGE)
    _refuse_built_in(role_id)
    if not await tx.run(DELETE, wanted_id=role_id):
        raise EntityNotFound("role", role_id)
    await _tell(tx, actor, cache, audit_keys.ROLE_DELETE, roleId=role_id)


def _refuse_built_in(role_id: str) -> None:
    if role_id == MANAGEMENT_ROLE_ID:
        raise InternalRole


def _check(role: Role) -> None:
    if not role.name.strip() or len(role.name) > LONGEST_NAME:
        raise InvalidInput("name", f"1 to {LONGEST_NAME} characters are needed.")
    if not is_showable(role.name):
        raise InvalidInput("name", "it has a character that cannot be shown, or that turns the writing around.")
    if role.name.strip().lower().startswith(INTERNAL_PREFIX):
        raise InternalRole
    if len(role.description) > LONGEST_DESCRIPTION:
        raise InvalidInput("description", f"it is longer than {LONGEST_DESCRIPTION} characters.")
    if role.is_default and role.type is not RoleType.USER:
        raise InvalidInput("isDefault", "only a role for users can be given to every new user.")


async def _tell(tx: Transaction, actor: Actor, cache: ConfigCache, key: str, **details: object) -> None:
    await audit_log.record(tx, actor, Event(key, details=details))
    await bump_config_version(tx, cache)
