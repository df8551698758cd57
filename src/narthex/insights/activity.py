"""Noting that a user was active on a day: a clause for the statement that writes their tokens, and one by itself."""

from sqlalchemy import BigInteger, ColumnElement, Insert, String, bindparam, func, insert, select, true

from narthex.insights.days import day_of
from narthex.insights.tables import daily_active_users as active
from narthex.kit.database import statement
from narthex.kit.database.constructs import OnConflict

KEY = ("tenant_id", "user_id", "day")


def insert_active(condition: ColumnElement[bool] | None = None) -> Insert:
    """The part of a larger statement that notes an active user; its parameters are those of `active_row`."""
    user_id = bindparam("active_user_id", type_=String())
    day = bindparam("active_day", type_=BigInteger)
    before = select(func.coalesce(func.max(active.c.day), 0)).where(active.c.user_id == user_id, active.c.day < day)
    row = select(user_id, day, before.scalar_subquery()).where(true() if condition is None else condition)
    return insert(active).from_select(["user_id", "day", "previous_day"], row).ext(OnConflict(active, KEY, {}))


RECORD = statement(insert_active())


def active_row(user_id: str, now: int) -> dict[str, object]:
    """The parameters of `RECORD` and `insert_active`."""
    return {"active_user_id": user_id, "active_day": day_of(now)}
