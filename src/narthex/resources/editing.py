"""Changing and removing resources and scopes."""

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import bindparam, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_of

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache
from narthex.kit.database import Transaction, UniqueViolation, statement
from narthex.kit.errors import EntityNotFound
from narthex.resources import checks, queries
from narthex.resources.checks import ManagementApiStays
from narthex.resources.queries import COLUMNS, SCOPE_COLUMNS
from narthex.resources.schemas import (
    MANAGEMENT_RESOURCE_ID,
    ResourceChange,
    ResourceDetails,
    ScopeChange,
    ScopeDetails,
)
from narthex.resources.service import ScopeNameTaken
from narthex.resources.tables import resources, scopes
from narthex.tenants.service import bump_config_version

WANTED = resources.c.id == bindparam("wanted_id")
WANTED_SCOPE = (scopes.c.resource_id == bindparam("of_resource"), scopes.c.id == bindparam("wanted_id"))
# Two who change different fields at once must not undo each other, so the second reads what the first wrote.
HELD = statement(select(*COLUMNS).where(WANTED).with_for_update(), ResourceDetails)
UPDATE = statement(
    update_of(resources)
    .where(WANTED)
    .values(name=bindparam("new_name"), access_token_ttl=bindparam("new_access_token_ttl"))
)
NO_DEFAULT = statement(update_of(resources).where(resources.c.is_default.is_(True)).values(is_default=False))
SET_DEFAULT = statement(update_of(resources).where(WANTED).values(is_default=bindparam("is_it")))
DELETE = statement(delete_from(resources).where(WANTED))
HELD_SCOPE = statement(select(*SCOPE_COLUMNS).where(*WANTED_SCOPE).with_for_update(), ScopeDetails)
UPDATE_SCOPE = statement(
    update_of(scopes).where(*WANTED_SCOPE).values(name=bindparam("new_name"), description=bindparam("new_description"))
)
DELETE_SCOPE = statement(delete_from(scopes).where(*WANTED_SCOPE))


async def update(
    tx: Transaction, actor: Actor, cache: ConfigCache, resource_id: str, change: ResourceChange
) -> ResourceDetails:
    """Change what `change` names and nothing else. Raises `InvalidInput`, `EntityNotFound`, `ManagementApiFixed`."""
    actor.require(Permission.MANAGE)
    checks.refuse_management_api(resource_id)
    held = await tx.one(HELD, wanted_id=resource_id)
    if held is None:
        raise EntityNotFound("resource", resource_id)
    given = _given(change)
    changed = msgspec.structs.replace(held, **given)
    checks.check_name(changed.name)
    checks.check_access_token_ttl(changed.access_token_ttl)
    if changed != held:
        new = {"new_name": changed.name, "new_access_token_ttl": changed.access_token_ttl}
        await tx.run(UPDATE, wanted_id=resource_id, **new)
        await _tell(tx, actor, cache, audit_keys.RESOURCE_UPDATE, resourceId=resource_id, fields=sorted(given))
    return changed


async def set_default(
    tx: Transaction, actor: Actor, cache: ConfigCache, resource_id: str, is_default: bool
) -> ResourceDetails:
    """Make a resource that of the requests that name none, in place of any other, or take that from it. Raises
    `EntityNotFound`, `ManagementApiFixed`."""
    actor.require(Permission.MANAGE)
    checks.refuse_management_api(resource_id)
    # First, since it holds the tenant's row: of two at once the second sees the default of the first.
    await _tell(tx, actor, cache, audit_keys.RESOURCE_UPDATE, resourceId=resource_id, fields=["is_default"])
    if is_default:
        await tx.run(NO_DEFAULT)
    if not await tx.run(SET_DEFAULT, wanted_id=resource_id, is_it=is_default):
        raise EntityNotFound("resource", resource_id)
    return await queries.get(tx, resource_id)


async def delete(tx: Transaction, actor: Actor, cache: ConfigCache, resource_id: str) -> None:
    """Remove a resource with its scopes; no token is made for it any more. Raises `EntityNotFound`,
    `ManagementApiStays`."""
    actor.require(Permission.MANAGE)
    if resource_id == MANAGEMENT_RESOURCE_ID:
        raise ManagementApiStays
    if not await tx.run(DELETE, wanted_id=resource_id):
        raise EntityNotFound("resource", resource_id)
    await _tell(tx, actor, cache, audit_keys.RESOURCE_DELETE, resourceId=resource_id)


async def update_scope(
    tx: Transaction, actor: Actor, cache: ConfigCache, resource_id: str, scope_id: str, change: ScopeChange
) -> ScopeDetails:
    """Change what `change` names and nothing else. Raises as `service.create_scope`."""
    actor.require(Permission.MANAGE)
    checks.refuse_management_api(resource_id)
    held = await tx.one(HELD_SCOPE, of_resource=resource_id, wanted_id=scope_id)
    if held is None:
        raise EntityNotFound("scope", scope_id)
    given = _given(change)
    changed = msgspec.structs.replace(held, **given)
    checks.check_scope_name(changed.name)
    checks.check_scope_description(changed.description)
    if changed != held:
        await _write_scope(tx, changed)
        told = {"scopeId": scope_id, "resourceId": resource_id, "fields": sorted(given)}
        await _tell(tx, actor, cache, audit_keys.SCOPE_UPDATE, **told)
    return changed


async def _write_scope(tx: Transaction, changed: ScopeDetails) -> None:
    where = {"of_resource": changed.resource_id, "wanted_id": changed.id}
    try:
        await tx.run(UPDATE_SCOPE, **where, new_name=changed.name, new_description=changed.description)
    except UniqueViolation:
        raise ScopeNameTaken from None


async def delete_scope(tx: Transaction, actor: Actor, cache: ConfigCache, resource_id: str, scope_id: str) -> None:
    """Remove a scope from its resource and from every role; it is in no new token. Raises `EntityNotFound`,
    `ManagementApiFixed`."""
    actor.require(Permission.MANAGE)
    checks.refuse_management_api(resource_id)
    if not await tx.run(DELETE_SCOPE, of_resource=resource_id, wanted_id=scope_id):
        raise EntityNotFound("scope", scope_id)
    await _tell(tx, actor, cache, audit_keys.SCOPE_DELETE, scopeId=scope_id, resourceId=resource_id)


def _given(change: Struct) -> dict[str, object]:
    values = ((name, getattr(change, name)) for name in change.__struct_fields__)
    return {name: value for name, value in values if value is not UNSET}


async def _tell(tx: Transaction, actor: Actor, cache: ConfigCache, key: str, **details: object) -> None:
    await audit_log.record(tx, actor, Event(key, details=details))
    await bump_config_version(tx, cache)
