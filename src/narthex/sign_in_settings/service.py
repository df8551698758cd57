"""Reads and writes of the settings of the hosted pages."""

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select, update

from narthex.access import Actor, Permission
from narthex.kit.cache import Versioned
from narthex.kit.database import Json, Transaction, statement
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings.schemas import Experience, SignInSettings
from narthex.sign_in_settings.tables import custom_phrases, sign_in_settings
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants


class ExperienceRow(Struct, frozen=True):
    """The row of `sign_in_settings` with the version of the tenant's configuration."""

    experience: Experience
    config_version: int


class PhrasesRow(Struct, frozen=True):
    """A row of `custom_phrases`."""

    language: str
    phrases: dict[str, str]


INSERT = statement(insert(sign_in_settings))
UPDATE = statement(update(sign_in_settings).values(experience=bindparam("experience", type_=Json)))
READ = statement(
    select(sign_in_settings.c.experience, tenants.c.config_version).join_from(
        sign_in_settings, tenants, sign_in_settings.c.tenant_id == tenants.c.tenant_id
    ),
    ExperienceRow,
)
PHRASES = statement(select(custom_phrases.c.language, custom_phrases.c.phrases), PhrasesRow)
INSERT_PHRASES = statement(insert(custom_phrases))
DELETE_PHRASES = statement(delete(custom_phrases).where(custom_phrases.c.language == bindparam("language")))


async def read(runtime: Runtime, tenant_id: str) -> SignInSettings:
    """The tenant's settings, from the cache."""
    found = await runtime.cache.get(tenant_id, "sign_in_settings", _load, runtime, tenant_id)
    return found or SignInSettings(Experience())


async def _load(runtime: Runtime, tenant_id: str) -> Versioned[SignInSettings] | None:
    async with runtime.database.read(tenant_id) as reader:
        row = await reader.one(READ)
        phrases = await reader.all(PHRASES)
    if row is None:
        return None
    return row.config_version, SignInSettings(row.experience, {one.language: one.phrases for one in phrases})


async def read_in(tx: Transaction) -> SignInSettings:
    """The tenant's settings as the transaction has them."""
    row = await tx.one(READ)
    phrases = {one.language: one.phrases for one in await tx.all(PHRASES)}
    return SignInSettings(row.experience if row else Experience(), phrases)


async def create(tx: Transaction, actor: Actor, experience: Experience) -> None:
    """The settings of a new tenant."""
    actor.require(Permission.MANAGE)
    await tx.run(INSERT, experience=msgspec.to_builtins(experience))


async def change(tx: Transaction, actor: Actor, runtime: Runtime, experience: Experience) -> None:
    """Replace the tenant's settings."""
    actor.require(Permission.MANAGE)
    await tx.run(UPDATE, experience=msgspec.to_builtins(experience))
    await bump_config_version(tx, runtime.cache)


async def put_phrases(tx: Transaction, actor: Actor, runtime: Runtime, language: str, phrases: dict[str, str]) -> None:
    """Replace the tenant's own phrases of a language; an empty set takes them away."""
    actor.require(Permission.MANAGE)
    await tx.run(DELETE_PHRASES, language=language)
    if phrases:
        await tx.run(INSERT_PHRASES, language=language, phrases=phrases)
    await bump_config_version(tx, runtime.cache)
