"""Changing a user."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict
from sqlalchemy import bindparam, select
from sqlalchemy import update as update_of

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Transaction, UniqueViolation, statement
from narthex.kit.errors import EntityNotFound
from narthex.users.columns import COLUMNS
from narthex.users.contacts import checked_email, checked_phone
from narthex.users.profile import (
    checked_avatar,
    checked_name,
    checked_object,
    checked_profile,
    merged_profile,
    name_key,
)
from narthex.users.schemas import User, UserChange
from narthex.users.tables import users
from narthex.users.taken import taken
from narthex.users.username import checked_username, username_key

# Two who change one user at once do so one after the other.
HELD = statement(select(*COLUMNS).where(users.c.id == bindparam("user_id")).with_for_update(), User)
WRITTEN = (
    users.c.username,
    users.c.username_key,
    users.c.primary_email,
    users.c.primary_phone,
    users.c.name,
    users.c.name_key,
    users.c.avatar,
    users.c.profile,
    users.c.custom_data,
    users.c.updated_at,
)
UPDATE = statement(
    update_of(users)
    .where(users.c.id == bindparam("user_id"))
    .values({column.name: bindparam(f"new_{column.name}", type_=column.type) for column in WRITTEN})
    .returning(*COLUMNS),
    User,
)
Merge = Callable[[User], UserChange]


async def update(tx: Transaction, actor: Actor, user_id: str, change: UserChange) -> User:
    """Change a user. Raises `EntityNotFound`, `InvalidInput`, `UsernameRefused`, `UsernameTaken`, `EmailTaken`,
    `PhoneTaken`."""
    return await _change(tx, actor, user_id, lambda user: change)


async def merge_custom_data(tx: Transaction, actor: Actor, user_id: str, members: Mapping[str, Any]) -> User:
    """Add members to the custom data of a user, or replace them. Raises `EntityNotFound`, `InvalidInput`."""
    given = checked_object("customData", members)
    return await _change(tx, actor, user_id, lambda user: UserChange(custom_data={**user.custom_data, **given}))


async def merge_profile(tx: Transaction, actor: Actor, user_id: str, members: Mapping[str, Any]) -> User:
    """Add members to the profile of a user, or replace them. Raises `EntityNotFound`, `InvalidInput`."""
    given = checked_profile(members)
    return await _change(tx, actor, user_id, lambda user: UserChange(profile=merged_profile(user.profile, given)))


async def _change(tx: Transaction, actor: Actor, user_id: str, change_of: Merge) -> User:
    actor.require(Permission.MANAGE)
    before = await tx.one(HELD, user_id=user_id)
    if before is None:
        raise EntityNotFound("user", user_id)
    changed = _changed(before, change_of(before))
    different = {name: value for name, value in changed.items() if getattr(before, name) != value}
    if not different:
        return before
    try:
        after = await tx.one(UPDATE, user_id=user_id, **_parameters({**asdict(before), **changed}, tx.now))
    except UniqueViolation as violation:
        raise taken(violation) from None
    details = {"fields": sorted(map(_wire_name, different))}
    await audit_log.record(tx, actor, Event(audit_keys.USER_UPDATE, user_id=user_id, details=details))
    return after or before


def _wire_name(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(map(str.capitalize, others))


def _parameters(columns: Mapping[str, Any], now: int) -> dict[str, object]:
    username = columns["username"]
    keys = {
        "username_key": None if username is None else username_key(username),
        "name_key": name_key(columns["name"]),
        "updated_at": now,
    }
    return {f"new_{column.name}": {**columns, **keys}[column.name] for column in WRITTEN}


def _changed(before: User, change: UserChange) -> dict[str, Any]:
    """The new values by column, checked; a value that is there already is not judged again."""
    checks: dict[str, tuple[object, Callable[[Any], Any]]] = {
        "username": (change.username, _or_none(checked_username)),
        "primary_email": (change.primary_email, _or_none(checked_email)),
        "primary_phone": (change.primary_phone, _or_none(checked_phone)),
        "name": (change.name, checked_name),
        "avatar": (change.avatar, checked_avatar),
        "profile": (change.profile, checked_profile),
        "custom_data": (change.custom_data, lambda value: checked_object("customData", value)),
    }
    return {
        name: value if value == getattr(before, name) else check(value)
        for name, (value, check) in checks.items()
        if value is not UNSET
    }


def _or_none(check: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda value: check(value) if value else None
