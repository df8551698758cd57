"""Which sessions are live: neither ended nor expired, of a user who may sign in and was not signed out everywhere."""

from sqlalchemy import and_, bindparam

from narthex.sessions.tables import sessions
from narthex.users.tables import users

WITH_USERS = sessions.join(users, users.c.id == sessions.c.user_id)
# At the parameter `now`, of rows of `WITH_USERS`.
LIVE = and_(
    sessions.c.ended_at.is_(None),
    sessions.c.expires_at > bindparam("now"),
    users.c.is_suspended.is_(False),
    sessions.c.authenticated_at > users.c.valid_after,
)
# The columns of a `Session`.
COLUMNS = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.authenticated_at,
    sessions.c.methods,
    sessions.c.created_at,
    sessions.c.expires_at,
)
