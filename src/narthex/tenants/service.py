"""Rules and writes of tenants."""

import re

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy import delete as delete_from

from narthex.access import Actor, Permission
from narthex.kit.addresses import normal_origin
from narthex.kit.cache import ConfigCache
from narthex.kit.database import Database, Transaction, UniqueViolation, across_tenants, statement
from narthex.kit.errors import Refusal
from narthex.tenants.schemas import TenantRow
from narthex.tenants.tables import tenants

INSERT = across_tenants(insert(tenants), reason="a new tenant has no world yet that it could be written from")
ALL = across_tenants(
    select(tenants.c.tenant_id, tenants.c.name, tenants.c.origin, tenants.c.config_version),
    TenantRow,
    reason="the directory finds the tenant of a request before there is one, and polls every config_version",
)


BUMP = statement(
    update(tenants)
    .values(config_version=tenants.c.config_version + 1)
    .returning(tenants.c.tenant_id, tenants.c.name, tenants.c.origin, tenants.c.config_version),
    TenantRow,
)
DELETE = across_tenants(
    delete_from(tenants).where(tenants.c.tenant_id == bindparam("gone")),
    reason="a tenant is deleted from outside of it",
)
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


class TenantInvalid(Refusal):
    """A tenant id or origin that cannot be used, or is taken."""

    def __init__(self, text: str) -> None:
        super().__init__("tenant.invalid", status=422, text=text, phrase="error.invalid_request")


async def create(tx: Transaction, actor: Actor, tenant_id: str, name: str, origin: str | None = None) -> None:
    """Write a new tenant. Raises `TenantInvalid` where id or origin is malformed or taken."""
    actor.require(Permission.MANAGE)
    if not ID.fullmatch(tenant_id):
        raise TenantInvalid("A tenant id is 1 to 32 small letters, digits and inner hyphens.")
    origin = None if origin is None else _checked_origin(origin)
    try:
        await tx.run(INSERT, tenant_id=tenant_id, name=name, origin=origin, config_version=1, created_at=tx.now)
    except UniqueViolation:
        raise TenantInvalid(f"The tenant {tenant_id!r} or its origin is there already.") from None


def _checked_origin(origin: str) -> str:
    try:
        return normal_origin(origin)
    except ValueError as error:
        raise TenantInvalid(f"The origin {error}. It is written as in https://login.example.com.") from None


async def every(database: Database) -> list[TenantRow]:
    """All tenants, with their config versions."""
    async with database.read(None) as reader:
        return await reader.all(ALL)


async def bump_config_version(tx: Transaction, cache: ConfigCache) -> None:
    """Say in the same transaction that configuration changed: this node sees it at commit, the others at their poll."""
    row = await tx.one(BUMP)
    if row is not None:
        tx.after_commit(lambda: cache.advance(row.tenant_id, row.config_version))


async def delete(tx: Transaction, actor: Actor, tenant_id: str) -> bool:
    """Delete a tenant with everything in it. Returns whether it was there."""
    actor.require(Permission.MANAGE)
    return bool(await tx.run(DELETE, gone=tenant_id))
