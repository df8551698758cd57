"""Deletes what is over, a little at a time, so that no table grows with what nobody can use any more."""

from sqlalchemy import Column, Table, bindparam, delete, select, tuple_

from narthex.connections.tables import connection_trials
from narthex.credentials.tables import attempts, known_browsers
from narthex.insights.settling import KEPT_DAYS
from narthex.insights.tables import daily_active_users
from narthex.interactions.tables import interactions
from narthex.kit.database import Database, Statement, across_tenants
from narthex.operators.tables import console_sessions, operator_tokens
from narthex.sessions.tables import sessions
from narthex.tokens.tables import access_tokens, authorization_codes, grants, refresh_tokens

BATCH = 500
HOUR = 60 * 60 * 1000
DAY = 24 * HOUR


def _older(table: Table, column: Column[int]) -> Statement[None]:
    keys = list(table.primary_key.columns)
    oldest = select(*keys).where(column < bindparam("before")).limit(BATCH)
    return across_tenants(
        delete(table).where(tuple_(*keys).in_(oldest)), reason="clean-up deletes what is over in every tenant"
    )


# Used codes and refresh tokens stay for a while, since a second use of one must still be recognised.
OVER: tuple[tuple[Statement[None], int], ...] = (
    (_older(access_tokens, access_tokens.c.expires_at), 0),
    (_older(authorization_codes, authorization_codes.c.expires_at), 30 * DAY),
    (_older(refresh_tokens, refresh_tokens.c.expires_at), DAY),
    (_older(interactions, interactions.c.expires_at), DAY),
    (_older(connection_trials, connection_trials.c.expires_at), DAY),
    (_older(console_sessions, console_sessions.c.expires_at), 0),
    (_older(operator_tokens, operator_tokens.c.expires_at), DAY),
    (_older(sessions, sessions.c.expires_at), DAY),
    (_older(grants, grants.c.expires_at), DAY),
    (_older(attempts, attempts.c.since), DAY),
    (_older(daily_active_users, daily_active_users.c.day), KEPT_DAYS * DAY),
    (_older(known_browsers, known_browsers.c.used_at), 400 * DAY),
)


async def delete_expired(database: Database, now: int) -> int:
    """One batch of every table. Returns how many rows went."""
    return sum([await database.run_once(None, statement, before=now - kept) for statement, kept in OVER])
