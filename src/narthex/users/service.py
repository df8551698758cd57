"""Rules and writes of users."""

from sqlalchemy import BigInteger, bindparam, insert, select, update

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, UniqueViolation, statement
from narthex.kit.errors import Refusal
from narthex.users.schemas import User
from narthex.users.tables import users
from narthex.users.username import checked_username, username_key

COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.primary_email,
    users.c.primary_phone,
    users.c.name,
    users.c.avatar,
    users.c.profile,
    users.c.custom_data,
    users.c.application_id,
    users.c.is_suspended,
    users.c.valid_after,
    users.c.last_sign_in_at,
    users.c.created_at,
    users.c.updated_at,
)
INSERT = statement(insert(users))
BY_ID = statement(select(*COLUMNS).where(users.c.id == bindparam("id")), User)
BY_USERNAME = statement(select(*COLUMNS).where(users.c.username_key == bindparam("key")), User)
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


class UsernameTaken(Refusal):
    """Another user has the name. Wire: logto-api.md 2.1."""

    def __init__(self) -> None:
        super().__init__(
            "user.username_already_in_use",
            status=422,
            text="This username is in use.",
            phrase="error.username_taken",
        )


async def create(
    tx: Transaction, actor: Actor, username: str, *, application_id: str | None = None, name: str | None = None
) -> User:
    """Make a user with a username. Raises `UsernameRefused`, `UsernameTaken`, `NotPermitted`."""
    actor.require(Permission.REGISTER)
    kept = checked_username(username)
    user = User(tx.new_id(12), kept, None, None, name, None, {}, {}, application_id, False, 0, None, tx.now, tx.now)
    columns = {column.name: getattr(user, column.name) for column in COLUMNS}
    try:
        await tx.run(INSERT, **columns, username_key=username_key(kept))
    except UniqueViolation:
        raise UsernameTaken from None
    await audit_log.record(tx, actor, Event(audit_keys.USER_CREATE, user_id=user.id, application_id=application_id))
    return user


async def find(reader: Reader, user_id: str) -> User | None:
    """The user of this id."""
    return await reader.one(BY_ID, id=user_id)


async def find_by_username(reader: Reader, username: str) -> User | None:
    """The user whose username is the same as this one, however it is typed."""
    return await reader.one(BY_USERNAME, key=username_key(username))


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
