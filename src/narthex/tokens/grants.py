"""Making, reading and revoking grants."""

from sqlalchemy import bindparam, insert, select, update

from narthex.access import Actor
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, statement
from narthex.tokens.liveness import GRANT_COLUMNS, grant_holds, with_user_and_session
from narthex.tokens.schemas import GRANT_TTL, LiveGrant, NewGrant
from narthex.tokens.tables import grants

INSERT = statement(insert(grants))
LIVE = statement(
    select(*GRANT_COLUMNS)
    .select_from(with_user_and_session(grants))
    .where(grants.c.id == bindparam("grant_id"), grant_holds()),
    LiveGrant,
)
REVOKE = statement(
    update(grants)
    .where(grants.c.id == bindparam("grant_id"), grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
REVOKE_OF_SESSION = statement(
    update(grants)
    .where(
        grants.c.session_id == bindparam("of_session"),
        grants.c.application_id == bindparam("of_application"),
        grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)
REVOKE_OF_USER = statement(
    update(grants)
    .where(
        grants.c.user_id == bindparam("of_user"),
        grants.c.application_id == bindparam("of_application"),
        grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)


async def create(tx: Transaction, new: NewGrant) -> str:
    """Write a grant and return its id."""
    grant_id = tx.new_id()
    await tx.run(
        INSERT,
        id=grant_id,
        user_id=new.user_id,
        application_id=new.application_id,
        session_id=new.session_id,
        scopes=new.scopes,
        resources=new.resources,
        is_offline=new.is_offline,
        authenticated_at=new.authenticated_at,
        nonce=new.nonce,
        created_at=tx.now,
        expires_at=tx.now + GRANT_TTL,
        revoked_at=None,
    )
    return grant_id


async def live(reader: Reader, grant_id: str, now: int) -> LiveGrant | None:
    """The grant, if it holds."""
    return await reader.one(LIVE, grant_id=grant_id, now=now)


async def revoke(tx: Transaction, actor: Actor, grant_id: str, application_id: str, reason: str) -> bool:
    """Revoke a grant, and with it every token made from it. Returns whether it was not revoked yet."""
    revoked = bool(await tx.run(REVOKE, grant_id=grant_id, at=tx.now))
    if revoked:
        details = {"grantId": grant_id, "reason": reason}
        event = Event(audit_keys.REVOKE_GRANTS, application_id=application_id, details=details)
        await audit_log.record(tx, actor, event)
    return revoked


async def revoke_of_session(tx: Transaction, actor: Actor, session_id: str, application_id: str, user_id: str) -> int:
    """Revoke what an application was granted in a session, offline use included. Returns how many grants."""
    revoked = await tx.run(REVOKE_OF_SESSION, of_session=session_id, of_application=application_id, at=tx.now)
    return await _record_revoked(tx, actor, revoked, application_id, user_id, "sign-out", session_id)


async def revoke_of_user(tx: Transaction, actor: Actor, user_id: str, application_id: str) -> int:
    """Revoke all that an application was granted by a user, as when a consent is taken back."""
    revoked = await tx.run(REVOKE_OF_USER, of_user=user_id, of_application=application_id, at=tx.now)
    return await _record_revoked(tx, actor, revoked, application_id, user_id, "consent withdrawn")


async def _record_revoked(
    tx: Transaction,
    actor: Actor,
    revoked: int,
    application_id: str,
    user_id: str,
    reason: str,
    session_id: str | None = None,
) -> int:
    if revoked:
        event = Event(
            audit_keys.REVOKE_GRANTS,
            user_id=user_id,
            application_id=application_id,
            session_id=session_id,
            details={"count": revoked, "reason": reason},
        )
        await audit_log.record(tx, actor, event)
    return revoked
