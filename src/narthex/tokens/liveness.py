"""When a grant holds: written once, as a condition that every read of a token is joined with."""

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, bindparam, or_

from narthex.sessions.tables import sessions
from narthex.tokens.tables import grants
from narthex.users.tables import users

GRANT_COLUMNS = (
    grants.c.id.label("grant_id"),
    grants.c.user_id,
    grants.c.application_id,
    grants.c.session_id,
    grants.c.scopes,
    grants.c.resources,
    grants.c.is_offline,
    grants.c.authenticated_at,
    grants.c.nonce,
    grants.c.created_at,
    users.c.username,
    users.c.primary_email,
    users.c.primary_phone,
    users.c.name,
    users.c.avatar,
    users.c.profile,
    users.c.custom_data,
    users.c.created_at.label("user_created_at"),
    users.c.updated_at.label("user_updated_at"),
)


def with_user_and_session(source: FromClause) -> FromClause:
    """`source` (grants, or grants joined with a token) joined with the grant's user and session."""
    return source.join(users, users.c.id == grants.c.user_id).outerjoin(sessions, sessions.c.id == grants.c.session_id)


def grant_holds() -> ColumnElement[bool]:
    """Not revoked, not over, its user neither suspended nor signed out everywhere since, and its session running unless
    it was given for offline use. Needs the parameter `now`."""
    now = bindparam("now", type_=BigInteger)
    return and_(
        grants.c.revoked_at.is_(None),
        grants.c.expires_at > now,
        users.c.is_suspended.is_(False),
        grants.c.created_at > users.c.valid_after,
        or_(grants.c.is_offline.is_(True), session_runs()),
    )


def session_runs() -> ColumnElement[bool]:
    """The session that the grant was given in has neither ended nor run out. Needs the parameter `now`."""
    now = bindparam("now", type_=BigInteger)
    return and_(sessions.c.id.is_not(None), sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
