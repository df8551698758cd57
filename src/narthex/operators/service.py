"""Rules, reads and writes of operators and of their console sessions."""

from msgspec import Struct
from sqlalchemy import BigInteger, and_, bindparam, delete, func, insert, or_, select

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import ConfigCache
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.runtime import Runtime
from narthex.operators.schemas import CONSOLE_SESSION_TTL, ListedOperator, Operator, OperatorToken, Role
from narthex.operators.tables import console_sessions, operators
from narthex.sessions.live import LIVE
from narthex.sessions.tables import sessions
from narthex.tenants.schemas import Tenant
from narthex.tenants.service import bump_config_version
from narthex.users.tables import users


class OperatorId(Struct, frozen=True):
    """Whom an operator is."""

    user_id: str


class Rights(Struct, frozen=True):
    """What an operator may do, and in which tenants (None for every one)."""

    role: Role
    tenants: tuple[str, ...] | None


class SignInSession(Struct, frozen=True):
    """When the sign-in session of an operator ends (ms)."""

    expires_at: int


class NotAnOperator(Refusal):
    """The person is signed in, but runs nothing here."""

    def __init__(self) -> None:
        super().__init__(
            "operator.not_an_operator",
            status=403,
            text="This account is not an operator. An operator can invite you.",
            phrase="error.not_an_operator",
        )


class LastOwner(Refusal):
    """Without an owner nobody could run the server."""

    def __init__(self) -> None:
        super().__init__(
            "operator.last_owner",
            status=422,
            text="The last owner cannot be removed. Invite another one first.",
            phrase="error.last_owner",
        )


class RemovesSelf(Refusal):
    """Nobody locks themselves out by a slip; another operator does it."""

    def __init__(self) -> None:
        super().__init__(
            "operator.removes_self",
            status=422,
            text="You cannot remove yourself. Another operator can.",
            phrase="error.removes_self",
        )


NOW = bindparam("now", type_=BigInteger)
ANY = statement(select(operators.c.user_id).limit(1), OperatorId)
CURRENT = statement(
    select(
        operators.c.user_id,
        users.c.username,
        users.c.name,
        users.c.avatar,
        operators.c.role,
        operators.c.tenants,
        console_sessions.c.session_id,
        console_sessions.c.id.label("console_session_id"),
        console_sessions.c.expires_at,
    )
    .select_from(
        console_sessions.join(operators, operators.c.user_id == console_sessions.c.user_id)
        .join(users, users.c.id == console_sessions.c.user_id)
        .join(sessions, and_(sessions.c.id == console_sessions.c.session_id, sessions.c.user_id == users.c.id))
    )
    .where(console_sessions.c.secret_hash == bindparam("secret_hash"), console_sessions.c.expires_at > NOW, LIVE),
    Operator,
)
SIGNED_IN = statement(
    select(sessions.c.expires_at)
    .select_from(
        operators.join(users, users.c.id == operators.c.user_id).join(sessions, sessions.c.user_id == users.c.id)
    )
    .where(operators.c.user_id == bindparam("user_id"), sessions.c.id == bindparam("session_id"), LIVE),
    SignInSession,
)
LISTED = statement(
    select(
        operators.c.user_id,
        users.c.username,
        users.c.name,
        operators.c.role,
        operators.c.tenants,
        users.c.is_suspended,
        users.c.last_sign_in_at,
        operators.c.created_at,
        operators.c.created_by,
    )
    .select_from(operators.join(users, users.c.id == operators.c.user_id))
    .order_by(operators.c.created_at, operators.c.user_id),
    ListedOperator,
)
INSERT = statement(insert(operators))
INSERT_SESSION = statement(insert(console_sessions))
DELETE_SESSION = statement(delete(console_sessions).where(console_sessions.c.id == bindparam("console_session_id")))
OWNERS = operators.alias()
OWNER_COUNT = select(func.count()).select_from(OWNERS).where(OWNERS.c.role == Role.OWNER.value).scalar_subquery()
# One statement: between counting and deleting nobody can come.
REMOVE = statement(
    delete(operators).where(
        operators.c.user_id == bindparam("user_id"), or_(operators.c.role != Role.OWNER.value, OWNER_COUNT > 1)
    )
)
RIGHTS = statement(
    select(operators.c.role, operators.c.tenants).where(operators.c.user_id == bindparam("user_id")), Rights
)


async def has_operator(reader: Reader) -> bool:
    """Whether the server has been set up."""
    return await reader.one(ANY) is not None


async def current(reader: Reader, secret: str | None, now: int) -> Operator | None:
    """The operator of a console session, by the secret of its cookie; read at every request."""
    return await reader.one(CURRENT, secret_hash=digest(secret), now=now) if secret else None


async def listed(reader: Reader) -> list[ListedOperator]:
    """All operators, in the order in which they came."""
    return await reader.all(LISTED)


async def become_operator(tx: Transaction, actor: Actor, user_id: str, token: OperatorToken) -> None:
    """Make a user an operator, by a link that the same transaction has used up. Whoever was invited may do what the one
    who invited may; who comes by the terminal is an owner. Raises `NotAnOperator` where the inviter just went."""
    rights: Rights | None = Rights(Role.OWNER, None)
    if token.created_by is not None:
        rights = await tx.one(RIGHTS, user_id=token.created_by)
    if rights is None:
        raise NotAnOperator
    await tx.run(
        INSERT,
        user_id=user_id,
        role=rights.role.value,
        tenants=rights.tenants,
        created_at=tx.now,
        created_by=token.created_by,
    )
    details = {"by": token.kind.value} | ({"invitedBy": token.created_by} if token.created_by else {})
    await audit_log.record(tx, actor, Event(audit_keys.OPERATOR_CREATE, user_id=user_id, details=details))


async def take_turn(tx: Transaction, cache: ConfigCache) -> None:
    """Wait until no other transaction changes who the operators are: the row of the tenant is the lock."""
    await bump_config_version(tx, cache)


async def remove(tx: Transaction, actor: Actor, runtime: Runtime, user_id: str) -> None:
    """Take an operator's rights away; console sessions end with them, the user stays. Raises `RemovesSelf`,
    `LastOwner`, `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if actor.id == user_id:
        raise RemovesSelf
    # Two owners who remove each other at the same time: the second one sees what the first did.
    await take_turn(tx, runtime.cache)
    if not await tx.run(REMOVE, user_id=user_id):
        raise LastOwner if await tx.one(RIGHTS, user_id=user_id) else EntityNotFound("operator", user_id)
    await audit_log.record(tx, actor, Event(audit_keys.OPERATOR_REMOVE, user_id=user_id))


async def open_console_session(tx: Transaction, actor: Actor, runtime: Runtime, user_id: str, session_id: str) -> str:
    """A console session on top of a sign-in session of the tenant `admin`; the secret of its cookie. Raises
    `NotAnOperator` where the user is none, or the session has ended meanwhile."""
    session = await tx.one(SIGNED_IN, user_id=user_id, session_id=session_id, now=tx.now)
    if session is None:
        raise NotAnOperator
    secret = runtime.randomness.token()
    await tx.run(
        INSERT_SESSION,
        id=tx.new_id(),
        secret_hash=digest(secret),
        user_id=user_id,
        session_id=session_id,
        created_at=tx.now,
        expires_at=min(tx.now + CONSOLE_SESSION_TTL, session.expires_at),
    )
    return secret


async def end_console_session(tx: Transaction, actor: Actor, operator: Operator) -> None:
    """Sign out of the console; the sign-in session is ended by its own end point."""
    await tx.run(DELETE_SESSION, console_session_id=operator.console_session_id)


def console_url(admin: Tenant) -> str:
    """Where the console is: at the origin of the tenant `admin`."""
    return f"{admin.origin}/console"
