"""What applications were granted by a user, as an operator sees and takes it back. Wire: logto-api.md 2.5."""

from msgspec import Struct
from sqlalchemy import bindparam, or_, select, update

from narthex.access import Actor, Permission
from narthex.applications.tables import applications
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.errors import EntityNotFound
from narthex.tokens.liveness import grant_holds, with_user_and_session
from narthex.tokens.tables import grants

MOST = 500
REASON = "revoked by an operator"


class GrantInfo(Struct, frozen=True):
    """A grant that holds, and the application that has it. Times in ms."""

    id: str
    application_id: str
    application_name: str
    is_third_party: bool
    session_id: str
    scopes: tuple[str, ...]
    is_offline: bool
    created_at: int
    expires_at: int


OF_USER = statement(
    select(
        grants.c.id,
        grants.c.application_id,
        applications.c.name.label("application_name"),
        applications.c.is_third_party,
        grants.c.session_id,
        grants.c.scopes,
        grants.c.is_offline,
        grants.c.created_at,
        grants.c.expires_at,
    )
    .select_from(
        with_user_and_session(grants.join(applications, applications.c.id == grants.c.application_id)),
    )
    .where(grants.c.user_id == bindparam("of_user"), grant_holds())
    .order_by(grants.c.created_at.desc(), grants.c.id.desc())
    .limit(MOST),
    GrantInfo,
)
REVOKE_ONE = statement(
    update(grants)
    .where(
        grants.c.id == bindparam("grant_id"),
        grants.c.user_id == bindparam("of_user"),
        grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)
IS_OURS = grants.c.application_id.in_(select(applications.c.id).where(applications.c.is_third_party.is_(False)))
REVOKE_OF_SESSION = statement(
    update(grants)
    .where(
        grants.c.session_id == bindparam("of_session"),
        grants.c.user_id == bindparam("of_user"),
        grants.c.revoked_at.is_(None),
        or_(bindparam("third_party_too"), IS_OURS),
    )
    .values(revoked_at=bindparam("at"))
)


async def of_user(reader: Reader, user_id: str, now: int) -> list[GrantInfo]:
    """The grants of a user that hold, the newest first; at most `MOST`."""
    return await reader.all(OF_USER, of_user=user_id, now=now)


async def revoke_one(tx: Transaction, actor: Actor, user_id: str, grant_id: str) -> None:
    """Revoke a grant of a user, and with it every token made from it. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    if not await tx.run(REVOKE_ONE, grant_id=grant_id, of_user=user_id, at=tx.now):
        raise EntityNotFound("grant", grant_id)
    details = {"grantId": grant_id, "reason": REASON}
    await audit_log.record(tx, actor, Event(audit_keys.REVOKE_GRANTS, user_id=user_id, details=details))


async def revoke_of_session(
    tx: Transaction, actor: Actor, user_id: str, session_id: str, *, first_party_only: bool
) -> int:
    """Revoke what applications were granted in a session of a user, offline use included. Returns how many grants."""
    actor.require(Permission.MANAGE)
    revoked = await tx.run(
        REVOKE_OF_SESSION, of_session=session_id, of_user=user_id, third_party_too=not first_party_only, at=tx.now
    )
    if revoked:
        details = {"count": revoked, "reason": REASON}
        event = Event(audit_keys.REVOKE_GRANTS, user_id=user_id, session_id=session_id, details=details)
        await audit_log.record(tx, actor, event)
    return revoked
