"""Rules, reads and writes of sessions."""

from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound
from narthex.kit.runtime import Runtime
from narthex.sessions.live import COLUMNS, LIVE, WITH_USERS
from narthex.sessions.schemas import SESSION_COOKIE, SESSION_TTL, Session
from narthex.sessions.tables import sessions
from narthex.tenants.request import Request

INSERT = statement(insert(sessions))
CURRENT = statement(
    select(*COLUMNS).select_from(WITH_USERS).where(sessions.c.secret_hash == bindparam("secret_hash"), LIVE), Session
)
RENEW = statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.ended_at.is_(None))
    .values(
        secret_hash=bindparam("new_hash"),
        authenticated_at=bindparam("at"),
        methods=bindparam("new_methods", type_=sessions.c.methods.type),
        expires_at=bindparam("until"),
    )
)
END = statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"))
)

END_OF_USER = statement(
    update(sessions)
    .where(
        sessions.c.id == bindparam("session_id"),
        sessions.c.user_id == bindparam("of_user"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("at"),
    )
    .values(ended_at=bindparam("at"))
)


class OpenedSession(Struct, frozen=True):
    """A session that was just opened or renewed, and the secret that the browser gets."""

    session: Session
    secret: str


async def current(reader: Reader, request: Request, now: int) -> Session | None:
    """The live session of this browser."""
    secret = request.secret(SESSION_COOKIE)
    if secret is None:
        return None
    return await reader.one(CURRENT, secret_hash=digest(secret), now=now)


async def open_session(
    tx: Transaction,
    actor: Actor,
    runtime: Runtime,
    previous: Session | None,
    user_id: str,
    methods: tuple[str, ...],
    authenticated_at: int,
) -> OpenedSession:
    """Sign a user who was proved at `authenticated_at` (ms) in to this browser, under a new secret. The same user's
    session goes on (its old secret is dead); a session of another user ends."""
    secret = runtime.randomness.token()
    until = tx.now + SESSION_TTL
    if previous is not None and previous.user_id == user_id:
        renewed = await tx.run(
            RENEW,
            session_id=previous.id,
            new_hash=digest(secret),
            at=authenticated_at,
            new_methods=methods,
            until=until,
        )
        if renewed:
            session = Session(previous.id, user_id, authenticated_at, methods, previous.created_at, until)
            return OpenedSession(session, secret)
    elif previous is not None:
        await end(tx, actor, previous)
    session = Session(tx.new_id(), user_id, authenticated_at, methods, tx.now, until)
    await tx.run(
        INSERT,
        id=session.id,
        secret_hash=digest(secret),
        user_id=user_id,
        authenticated_at=authenticated_at,
        methods=methods,
        created_at=tx.now,
        expires_at=until,
        ended_at=None,
        ip=actor.ip,
        user_agent=actor.user_agent,
    )
    return OpenedSession(session, secret)


async def end(tx: Transaction, actor: Actor, session: Session) -> bool:
    """End a session; what hangs on it dies at its next read. Returns whether it was still running."""
    ended = bool(await tx.run(END, session_id=session.id, at=tx.now))
    if ended:
        event = Event(audit_keys.SESSION_END, user_id=session.user_id, session_id=session.id)
        await audit_log.record(tx, actor, event)
    return ended


async def end_by_id(tx: Transaction, actor: Actor, user_id: str, session_id: str) -> None:
    """End a running session of a user for somebody else. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if not await tx.run(END_OF_USER, session_id=session_id, of_user=user_id, at=tx.now):
        raise EntityNotFound("session", session_id)
    await audit_log.record(tx, actor, Event(audit_keys.SESSION_END, user_id=user_id, session_id=session_id))
