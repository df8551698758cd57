"""Rules, reads and writes of identities."""

from collections.abc import Collection, Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, select, update

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.connections.checks import TARGET
from narthex.identities.schemas import Identity, NewIdentity
from narthex.identities.tables import LONGEST_EXTERNAL_ID, user_identities
from narthex.kit.database import (
    ForeignKeyViolation,
    Json,
    Reader,
    Transaction,
    UniqueViolation,
    is_any,
    statement,
)
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.users.profile import checked_object

LONGEST_DETAIL = 2048
COLUMNS = (
    user_identities.c.user_id,
    user_identities.c.target,
    user_identities.c.external_id,
    user_identities.c.details,
    user_identities.c.connection_id,
    user_identities.c.created_at,
    user_identities.c.last_used_at,
)


class IdentityCount(Struct, frozen=True):
    """How many identities there are."""

    count: int


class IdentityOwner(Struct, frozen=True):
    """Whose an identity is."""

    user_id: str


INSERT = statement(insert(user_identities))
OF_EXTERNAL = (
    user_identities.c.target == bindparam("target_is"),
    user_identities.c.external_id == bindparam("external_id_is"),
)
OF_USER_TARGET = (user_identities.c.user_id == bindparam("of_user"), user_identities.c.target == bindparam("target_is"))
FIND = statement(select(*COLUMNS).where(*OF_EXTERNAL), Identity)
OF_USER = statement(
    select(*COLUMNS).where(user_identities.c.user_id == bindparam("of_user")).order_by(user_identities.c.target),
    Identity,
)
OF_USERS = statement(
    select(*COLUMNS).where(is_any(user_identities.c.user_id, "of_users")).order_by(user_identities.c.target), Identity
)
USE = statement(
    update(user_identities)
    .where(*OF_EXTERNAL)
    .values(
        details=bindparam("new_details", type_=Json),
        connection_id=bindparam("new_connection_id"),
        last_used_at=bindparam("at"),
    )
)
DELETE = statement(delete(user_identities).where(*OF_USER_TARGET))
COUNT = statement(
    select(func.count().label("count"))
    .select_from(user_identities)
    .where(user_identities.c.target == bindparam("target_is")),
    IdentityCount,
)
ANY = statement(
    select(user_identities.c.user_id.label("user_id"))
    .where(user_identities.c.target == bindparam("target_is"))
    .limit(1),
    IdentityOwner,
)


class IdentityInUse(Refusal):
    """Another user has this identity. Wire: `user.identity_already_in_use`."""

    def __init__(self) -> None:
        super().__init__(
            "user.identity_already_in_use",
            status=422,
            text="Another account has this identity.",
            phrase="error.identity_in_use",
        )


class ProviderInUse(Refusal):
    """The user already has an identity at this provider. Wire: `user.social_account_exists_in_profile`."""

    def __init__(self) -> None:
        super().__init__(
            "user.social_account_exists_in_profile",
            status=422,
            text="This account already has another identity of this provider; take that one away first.",
            phrase="error.provider_in_use",
        )


async def find(reader: Reader, target: str, external_id: str) -> Identity | None:
    """The identity that a provider calls by this id."""
    return await reader.one(FIND, target_is=target, external_id_is=external_id)


async def of_user(reader: Reader, user_id: str) -> list[Identity]:
    """The identities of a user, by target."""
    return await reader.all(OF_USER, of_user=user_id)


async def of_users(reader: Reader, user_ids: Collection[str]) -> dict[str, list[Identity]]:
    """The identities of each of these users."""
    found: dict[str, list[Identity]] = {user_id: [] for user_id in user_ids}
    for one in await reader.all(OF_USERS, of_users=list(user_ids)):
        found[one.user_id].append(one)
    return found


async def count(reader: Reader, target: str) -> int:
    """How many identities a target has; a scan."""
    row = await reader.one(COUNT, target_is=target)
    return row.count if row else 0


async def any_of_target(reader: Reader, target: str) -> bool:
    """Whether a target has identities."""
    return await reader.one(ANY, target_is=target) is not None


async def link(tx: Transaction, actor: Actor, user_id: str, new: NewIdentity) -> Identity:
    """Give a user an identity. Raises `IdentityInUse`, `ProviderInUse`, `EntityNotFound`, `InvalidInput`."""
    actor.require(Permission.REGISTER)
    _check(new)
    made = Identity(user_id, new.target, new.external_id, storable(new.details), new.connection_id, tx.now, tx.now)
    if await tx.one(FIND, target_is=new.target, external_id_is=new.external_id) is not None:
        raise IdentityInUse
    try:
        await tx.run(INSERT, **msgspec.structs.asdict(made))
    except UniqueViolation as violation:
        raise (ProviderInUse if "user_id" in violation.columns else IdentityInUse)() from None
    except ForeignKeyViolation:
        raise EntityNotFound("user", user_id) from None
    await _record(tx, actor, audit_keys.USER_IDENTITY_LINK, user_id, new.target)
    return made


async def replace(tx: Transaction, actor: Actor, user_id: str, new: NewIdentity) -> bool:
    """Give a user an identity in place of the one that they have of the same target; returns whether they had none.
    Raises as `link` does."""
    actor.require(Permission.MANAGE)
    had = await tx.run(DELETE, of_user=user_id, target_is=new.target)
    await link(tx, _registering(actor), user_id, new)
    return not had


async def unlink(tx: Transaction, actor: Actor, user_id: str, target: str) -> None:
    """Take an identity from a user. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if not await tx.run(DELETE, of_user=user_id, target_is=target):
        raise EntityNotFound("identity", target)
    await _record(tx, actor, audit_keys.USER_IDENTITY_UNLINK, user_id, target)


async def use(tx: Transaction, new: NewIdentity) -> None:
    """Note that an identity was used to sign in, and what the provider says of the person now."""
    await tx.run(
        USE,
        target_is=new.target,
        external_id_is=new.external_id,
        new_details=storable(new.details),
        new_connection_id=new.connection_id,
        at=tx.now,
    )


def storable(details: Mapping[str, object]) -> dict[str, object]:
    """What is kept of the details: all of them, or, where a provider says too much or what no database holds, only what
    we use ourselves."""
    try:
        return checked_object("details", details)
    except InvalidInput:
        plain = {name: value for name, value in details.items() if isinstance(value, str)}
    kept = {name: value[:LONGEST_DETAIL] for name, value in plain.items() if value.isprintable()}
    return checked_object("details", kept)


def _check(new: NewIdentity) -> None:
    if not TARGET.fullmatch(new.target):
        raise InvalidInput("target", "small letters, digits, hyphens and underscores are needed.")
    if not 0 < len(new.external_id) <= LONGEST_EXTERNAL_ID or "\0" in new.external_id:
        raise InvalidInput("userId", f"1 to {LONGEST_EXTERNAL_ID} characters are needed.")


def _registering(actor: Actor) -> Actor:
    return msgspec.structs.replace(actor, permissions=actor.permissions | {Permission.REGISTER})


async def _record(tx: Transaction, actor: Actor, key: str, user_id: str, target: str) -> None:
    await audit_log.record(tx, actor, Event(key, user_id=user_id, details={"target": target}))
