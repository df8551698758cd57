"""Changing the settings of the hosted pages, with all their rules."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.connections.tables import connections
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings import service, wire
from narthex.sign_in_settings.checks import check
from narthex.sign_in_settings.hosted_page import built_in_catalogue
from narthex.sign_in_settings.schemas import Experience
from narthex.sign_in_settings.tables import sign_in_settings


class StoredExperience(msgspec.Struct, frozen=True):
    """The settings as the transaction has them."""

    experience: Experience


class StoredTarget(msgspec.Struct, frozen=True):
    """The target of a connection."""

    target: str


# Two who change the settings at once do so one after the other.
HELD = statement(select(sign_in_settings.c.experience).with_for_update(), StoredExperience)
STORED = statement(select(sign_in_settings.c.experience), StoredExperience)
TARGETS = statement(select(connections.c.target), StoredTarget)


async def update(tx: Transaction, actor: Actor, runtime: Runtime, change: Mapping[str, object]) -> Experience:
    """Replace the members of the settings that the change has, by their wire names. Raises `ExperienceRefused`,
    `InvalidInput`, `NotPermitted`."""
    actor.require(Permission.MANAGE)
    row = await tx.one(HELD)
    before = row.experience if row else Experience()
    after = await _checked(tx, before, change)
    if after == before:
        return before
    await service.change(tx, actor, runtime, after)
    details = {"fields": sorted(_different(before, after))}
    await audit_log.record(tx, actor, Event(audit_keys.SIGN_IN_EXPERIENCE_UPDATE, details=details))
    return after


async def preview(reader: Reader, change: Mapping[str, object]) -> Experience:
    """What `update` would write, with the same refusals."""
    row = await reader.one(STORED)
    return await _checked(reader, row.experience if row else Experience(), change)


async def rename_target(tx: Transaction, actor: Actor, runtime: Runtime, old: str, new: str | None) -> None:
    """Follow a connection that has another target now, or is gone: the sign-in page shows what is there."""
    row = await tx.one(HELD)
    shown = row.experience.social_sign_in_connector_targets if row else ()
    if row is None or old not in shown:
        return
    kept = tuple(new if one == old else one for one in shown)
    targets = tuple(one for one in kept if one is not None)
    changed = msgspec.structs.replace(row.experience, social_sign_in_connector_targets=targets)
    await service.change(tx, actor, runtime, changed)
    details = {"fields": ["socialSignInConnectorTargets"]}
    await audit_log.record(tx, actor, Event(audit_keys.SIGN_IN_EXPERIENCE_UPDATE, details=details))


async def _checked(reader: Reader, before: Experience, change: Mapping[str, object]) -> Experience:
    after = wire.merged(before, change)
    targets = {row.target for row in await reader.all(TARGETS)}
    own = {row.language: row.phrases for row in await reader.all(service.PHRASES)}
    check(after, targets, built_in_catalogue().customised(own))
    return after


def _different(before: Experience, after: Experience) -> list[str]:
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return [name for name in new if old[name] != new[name]]
