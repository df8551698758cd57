"""The tables `passwords`, `attempts` and `known_browsers`."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Text

from narthex.kit.database import tenant_reference, tenant_table

passwords = tenant_table(
    "passwords",
    Column("user_id", String(12), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    tenant_reference("user_id", "users"),
)

attempts = tenant_table(
    "attempts",
    Column("id", String(43), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("attempts_by_age", "since"),
)

known_browsers = tenant_table(
    "known_browsers",
    Column("browser_hash", String(43), primary_key=True),
    Column("identifier_hash", String(43), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
    Index("known_browsers_by_age", "used_at"),
)
