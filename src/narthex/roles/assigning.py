"""Giving roles to users and machines, and taking them away.

What a user may do is read anew for each token, so it changes at once; what a machine may do is configuration.
"""

from collections.abc import Collection

from sqlalchemy import String, bindparam, select
from sqlalchemy import delete as delete_from

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache
from narthex.kit.database import ForeignKeyViolation, Transaction, insert_or_ignore, is_any, statement
from narthex.kit.errors import EntityNotFound
from narthex.roles import queries
from narthex.roles.checks import each_once, machines_among, roles_among, users_among
from narthex.roles.errors import ApplicationHasRole, RoleHasApplication, RoleHasUser, UserHasRole
from narthex.roles.schemas import RoleType
from narthex.roles.tables import application_roles, roles, user_roles
from narthex.tenants.service import bump_config_version

GIVE_USER = statement(insert_or_ignore(user_roles))
GIVE_APPLICATION = statement(insert_or_ignore(application_roles))
TAKE_USER = statement(
    delete_from(user_roles).where(user_roles.c.user_id == bindparam("who"), is_any(user_roles.c.role_id, "taken"))
)
TAKE_APPLICATION = statement(
    delete_from(application_roles).where(
        application_roles.c.application_id == bindparam("who"), is_any(application_roles.c.role_id, "taken")
    )
)
ROLES_OF_USER = statement(select(user_roles.c.role_id).where(user_roles.c.user_id == bindparam("who")), str)
ROLES_OF_APPLICATION = statement(
    select(application_roles.c.role_id).where(application_roles.c.application_id == bindparam("who")), str
)
GIVE_DEFAULTS = statement(
    insert_or_ignore(user_roles).from_select(
        ["user_id", "role_id"],
        select(bindparam("new_user", type_=String(12)), roles.c.id).where(
            roles.c.is_default.is_(True), roles.c.type == RoleType.USER.value
        ),
    )
)


async def assign_to_user(tx: Transaction, actor: Actor, user_id: str, role_id: str) -> None:
    """Give a user a role. Raises `UserHasRole`, `NotForUsers`, `EntityNotFound`."""
    if not await add_roles_to_user(tx, actor, user_id, [role_id]):
        raise UserHasRole(role_id)


async def add_roles_to_user(tx: Transaction, actor: Actor, user_id: str, role_ids: Collection[str]) -> list[str]:
    """Give a user roles; returns those that they did not have. Raises `NotForUsers`, `EntityNotFound`,
    `InvalidInput`."""
    actor.require(Permission.MANAGE)
    await users_among(tx, [user_id])
    added = [
        role_id for role_id in await roles_among(tx, role_ids, RoleType.USER) if await _give_user(tx, user_id, role_id)
    ]
    await _tell_user(tx, actor, user_id, added=added)
    return added


async def assign_to_users(tx: Transaction, actor: Actor, role_id: str, user_ids: Collection[str]) -> None:
    """Give a role to users, to all or to none. Raises `RoleHasUser`, `NotForUsers`, `EntityNotFound`,
    `InvalidInput`."""
    actor.require(Permission.MANAGE)
    await queries.get(tx, role_id)
    await roles_among(tx, [role_id], RoleType.USER)
    wanted = each_once("userIds", user_ids)
    await users_among(tx, wanted)
    for user_id in wanted:
        if not await _give_user(tx, user_id, role_id):
            raise RoleHasUser(user_id)
        await _tell_user(tx, actor, user_id, added=[role_id])


async def replace_roles_of_user(tx: Transaction, actor: Actor, user_id: str, role_ids: Collection[str]) -> None:
    """Let a user have these roles and no others. Raises `NotForUsers`, `EntityNotFound`, `InvalidInput`."""
    actor.require(Permission.MANAGE)
    await users_among(tx, [user_id])
    wanted = await roles_among(tx, role_ids, RoleType.USER)
    removed = sorted(set(await tx.all(ROLES_OF_USER, who=user_id)) - set(wanted))
    if removed:
        await tx.run(TAKE_USER, who=user_id, taken=removed)
    added = [role_id for role_id in wanted if await _give_user(tx, user_id, role_id)]
    await _tell_user(tx, actor, user_id, added=added, removed=removed)


async def take_from_user(tx: Transaction, actor: Actor, user_id: str, role_id: str) -> None:
    """Take a role from a user; their next token is without it. Raises `EntityNotFound` where they do not have it."""
    actor.require(Permission.MANAGE)
    if not await tx.run(TAKE_USER, who=user_id, taken=[role_id]):
        await users_among(tx, [user_id])
        raise EntityNotFound("role", role_id)
    await _tell_user(tx, actor, user_id, removed=[role_id])


async def give_default_roles(tx: Transaction, user_id: str) -> None:
    """Give a new user the roles that every new user has; part of making the user, so it asks for no right of its
    own."""
    await tx.run(GIVE_DEFAULTS, new_user=user_id)


async def assign_to_application(
    tx: Transaction, actor: Actor, cache: ConfigCache, application_id: str, role_id: str
) -> None:
    """Give a machine a role. Raises `ApplicationHasRole`, `NotForMachines`, `NotAMachine`, `EntityNotFound`."""
    if not await add_roles_to_application(tx, actor, cache, application_id, [role_id]):
        raise ApplicationHasRole(role_id)


async def add_roles_to_application(
    tx: Transaction, actor: Actor, cache: ConfigCache, application_id: str, role_ids: Collection[str]
) -> list[str]:
    """Give a machine roles; returns those that it did not have. Raises `NotForMachines`, `NotAMachine`,
    `EntityNotFound`, `InvalidInput`."""
    actor.require(Permission.MANAGE)
    await machines_among(tx, [application_id])
    wanted = await roles_among(tx, role_ids, RoleType.MACHINE_TO_MACHINE)
    added = [role_id for role_id in wanted if await _give_application(tx, application_id, role_id)]
    await _tell_application(tx, actor, application_id, added=added)
    await bump_config_version(tx, cache)
    return added


async def assign_to_applications(
    tx: Transaction, actor: Actor, cache: ConfigCache, role_id: str, application_ids: Collection[str]
) -> None:
    """Give a role to machines, to all or to none. Raises `RoleHasApplication`, `NotForMachines`, `NotAMachine`,
    `EntityNotFound`, `InvalidInput`."""
    actor.require(Permission.MANAGE)
    await roles_among(tx, [role_id], RoleType.MACHINE_TO_MACHINE)
    wanted = each_once("applicationIds", application_ids)
    await machines_among(tx, wanted)
    for application_id in wanted:
        if not await _give_application(tx, application_id, role_id):
            raise RoleHasApplication(application_id)
        await _tell_application(tx, actor, application_id, added=[role_id])
    await bump_config_version(tx, cache)


async def replace_roles_of_application(
    tx: Transaction, actor: Actor, cache: ConfigCache, application_id: str, role_ids: Collection[str]
) -> None:
    """Let a machine have these roles and no others. Raises as `add_roles_to_application`."""
    actor.require(Permission.MANAGE)
    await machines_among(tx, [application_id])
    wanted = await roles_among(tx, role_ids, RoleType.MACHINE_TO_MACHINE)
    removed = sorted(set(await tx.all(ROLES_OF_APPLICATION, who=application_id)) - set(wanted))
    if removed:
        await tx.run(TAKE_APPLICATION, who=application_id, taken=removed)
    added = [role_id for role_id in wanted if await _give_application(tx, application_id, role_id)]
    await _tell_application(tx, actor, application_id, added=added, removed=removed)
    await bump_config_version(tx, cache)


async def take_from_application(
    tx: Transaction, actor: Actor, cache: ConfigCache, application_id: str, role_id: str
) -> None:
    """Take a role from a machine; its next token is without it. Raises `EntityNotFound` where it does not have it."""
    actor.require(Permission.MANAGE)
    if not await tx.run(TAKE_APPLICATION, who=application_id, taken=[role_id]):
        await machines_among(tx, [application_id])
        raise EntityNotFound("role", role_id)
    await _tell_application(tx, actor, application_id, removed=[role_id])
    await bump_config_version(tx, cache)


# What was checked may be gone by now: then somebody else was faster, and nothing stays behind.


async def _give_user(tx: Transaction, user_id: str, role_id: str) -> bool:
    try:
        return bool(await tx.run(GIVE_USER, user_id=user_id, role_id=role_id))
    except ForeignKeyViolation:
        raise EntityNotFound("user or role", user_id) from None


async def _give_application(tx: Transaction, application_id: str, role_id: str) -> bool:
    try:
        return bool(await tx.run(GIVE_APPLICATION, application_id=application_id, role_id=role_id))
    except ForeignKeyViolation:
        raise EntityNotFound("application or role", application_id) from None


async def _tell_user(
    tx: Transaction, actor: Actor, user_id: str, added: Collection[str] = (), removed: Collection[str] = ()
) -> None:
    if added or removed:
        told = {"added": list(added), "removed": list(removed)}
        await audit_log.record(tx, actor, Event(audit_keys.USER_ROLES, user_id=user_id, details=told))


async def _tell_application(
    tx: Transaction, actor: Actor, application_id: str, added: Collection[str] = (), removed: Collection[str] = ()
) -> None:
    if added or removed:
        told = {"added": list(added), "removed": list(removed)}
        event = Event(audit_keys.APPLICATION_ROLES, application_id=application_id, details=told)
        await audit_log.record(tx, actor, event)
