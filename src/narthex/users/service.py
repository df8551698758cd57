"""Rules and writes of users."""

from sqlalchemy import BigInteger, bindparam, select, update
from sqlalchemy import delete as delete_from

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.errors import EntityNotFound
from narthex.users.columns import COLUMNS
from narthex.users.contacts import email_key, phone_key
from narthex.users.schemas import User
from narthex.users.tables import users
from narthex.users.taken import UsernameTaken
from narthex.users.username import username_key

BY_ID = statement(select(*COLUMNS).where(users.c.id == bindparam("id")), User)
BY_USERNAME = statement(select(*COLUMNS).where(users.c.username_key == bindparam("key")), User)
BY_EMAIL = statement(select(*COLUMNS).where(users.c.primary_email == bindparam("email")), User)
BY_PHONE = statement(select(*COLUMNS).where(users.c.primary_phone == bindparam("phone")), User)
SIGNED_IN = statement(
    update(users)
    .where(
        users.c.id == bindparam("user_id"),
        users.c.is_suspended.is_(False),
        users.c.valid_after < bindparam("proved_at", type_=BigInteger),
    )
    .values(last_sign_in_at=bindparam("at"), updated_at=bindparam("at"))
)
SUSPEND = statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(is_suspended=bindparam("suspended"), valid_after=bindparam("at"), updated_at=bindparam("at"))
)
SIGN_OUT = statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(valid_after=bindparam("at"), updated_at=bindparam("at"))
)
DELETE = statement(delete_from(users).where(users.c.id == bindparam("user_id")))

__all__ = ["COLUMNS", "UsernameTaken"]


async def find(reader: Reader, user_id: str) -> User | None:
    """The user of this id."""
    return await reader.one(BY_ID, id=user_id)


async def find_by_username(reader: Reader, username: str) -> User | None:
    """The user whose username is the same as this one, however it is typed."""
    return await reader.one(BY_USERNAME, key=username_key(username))


async def find_by_email(reader: Reader, email: str) -> User | None:
    """The user whose mail address is the same as this one, however it is typed."""
    return await reader.one(BY_EMAIL, email=email_key(email))


async def find_by_phone(reader: Reader, phone: str) -> User | None:
    """The user whose phone number is the same as this one, however it is typed."""
    return await reader.one(BY_PHONE, phone=phone_key(phone))


async def record_sign_in(tx: Transaction, user_id: str, proved_at: int) -> bool:
    """Note the time of a sign-in that was proved at `proved_at`; the audit event is the session's. False where the user
    was deleted, suspended or signed out everywhere meanwhile: then the proof holds no more."""
    return bool(await tx.run(SIGNED_IN, user_id=user_id, proved_at=proved_at, at=tx.now))


async def set_suspended(tx: Transaction, actor: Actor, user_id: str, suspended: bool) -> bool:
    """Suspend a user or lift it; sessions, grants and tokens die at their next read. Returns whether there is one."""
    actor.require(Permission.MANAGE)
    if not await tx.run(SUSPEND, user_id=user_id, suspended=suspended, at=tx.now):
        return False
    key = audit_keys.USER_SUSPEND if suspended else audit_keys.USER_RESUME
    await audit_log.record(tx, actor, Event(key, user_id=user_id))
    return True


async def sign_out_everywhere(tx: Transaction, actor: Actor, user_id: str) -> None:
    """End every session of a user and all that applications hold of theirs. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if not await tx.run(SIGN_OUT, user_id=user_id, at=tx.now):
        raise EntityNotFound("user", user_id)
    await audit_log.record(tx, actor, Event(audit_keys.USER_SIGN_OUT, user_id=user_id))


async def delete(tx: Transaction, actor: Actor, user_id: str) -> None:
    """Delete a user with all that is theirs; what applications hold dies with it. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if not await tx.run(DELETE, user_id=user_id):
        raise EntityNotFound("user", user_id)
    await audit_log.record(tx, actor, Event(audit_keys.USER_DELETE, user_id=user_id))
