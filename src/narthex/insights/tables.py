"""The tables `daily_active_users` and `daily_figures`. A day is the moment at which it begins, in ms, UTC."""

from sqlalchemy import BigInteger, Column, Index, Integer, String

from narthex.kit.database import tenant_table

# No reference to `users`: whoever was active stays counted when the account is gone.
daily_active_users = tenant_table(
    "daily_active_users",
    Column("user_id", String(12), primary_key=True),
    Column("day", BigInteger, primary_key=True),
    # The last day before this one on which the user was active, 0 for none: what was first in a window is counted once.
    Column("previous_day", BigInteger, nullable=False),
    Index("daily_active_users_by_day", "tenant_id", "day", "previous_day"),
    Index("daily_active_users_by_age", "day"),
)

daily_figures = tenant_table(
    "daily_figures",
    Column("day", BigInteger, primary_key=True),
    Column("active_on_day", Integer, nullable=False),
    Column("active_in_7_days", Integer, nullable=False),
    Column("active_in_30_days", Integer, nullable=False),
)
