"""Reads and writes of passwords. The hash itself is made and checked outside any transaction."""

from msgspec import Struct
from sqlalchemy import bindparam, delete, select

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.credentials.password_hash import DECOY_HASH, hash_password, verify_password
from narthex.credentials.password_policy import normalise_password
from narthex.credentials.tables import passwords
from narthex.kit.database import Reader, Transaction, statement, upsert
from narthex.kit.randomness import Randomness
from narthex.kit.runtime import Runtime
from narthex.users import service as users_service
from narthex.users.tables import users

SALT_BYTES = 16
MADE_PASSWORD_LENGTH = 20


class PasswordCandidate(Struct, frozen=True):
    """A user whose password is about to be checked."""

    user_id: str
    is_suspended: bool
    password_hash: str


BY_USERNAME = statement(
    select(users.c.id.label("user_id"), users.c.is_suspended, passwords.c.password_hash)
    .select_from(users.join(passwords, passwords.c.user_id == users.c.id))
    .where(users.c.username_key == bindparam("key")),
    PasswordCandidate,
)
PUT = statement(upsert(passwords, ["tenant_id", "user_id"], ["password_hash", "updated_at"]))
DELETE = statement(delete(passwords).where(passwords.c.user_id == bindparam("of_user")))


async def candidate(reader: Reader, username_key: str) -> PasswordCandidate | None:
    """The user of this name that has a password."""
    return await reader.one(BY_USERNAME, key=username_key)


async def hashed(runtime: Runtime, password: str) -> str:
    """The hash of a new password, made in the pool; raises `Busy`."""
    return await runtime.hashing.run(hash_password, normalise_password(password), runtime.randomness.bytes(SALT_BYTES))


async def matches(runtime: Runtime, password: str, found: PasswordCandidate | None) -> bool:
    """Whether the password is that of the candidate; without one, the same work is done for nothing (S2)."""
    typed = normalise_password(password)
    matched = await runtime.hashing.run(verify_password, typed, found.password_hash if found else DECOY_HASH)
    return matched and found is not None


async def put(tx: Transaction, user_id: str, password_hash: str) -> None:
    """Write the password hash of a user, in place of an older one."""
    await tx.run(PUT, user_id=user_id, password_hash=password_hash, created_at=tx.now, updated_at=tx.now)


def made_password(randomness: Randomness) -> str:
    """A password that nobody chose: shown once, to be handed on."""
    return randomness.secret(MADE_PASSWORD_LENGTH)


async def set_password(tx: Transaction, actor: Actor, user_id: str, password_hash: str) -> None:
    """Give a user a new password for somebody else, whoever was signed in by the old one being signed out. Raises
    `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    await users_service.sign_out_everywhere(tx, actor, user_id)
    await put(tx, user_id, password_hash)
    await audit_log.record(tx, actor, Event(audit_keys.USER_PASSWORD_UPDATE, user_id=user_id))


async def remove_password(tx: Transaction, actor: Actor, user_id: str) -> bool:
    """Take the password of a user away; who is signed in stays so. Returns whether there was one."""
    actor.require(Permission.MANAGE)
    removed = bool(await tx.run(DELETE, of_user=user_id))
    if removed:
        await audit_log.record(tx, actor, Event(audit_keys.USER_PASSWORD_DELETE, user_id=user_id))
    return removed
