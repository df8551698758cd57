"""The table `sessions`."""

from sqlalchemy import BigInteger, Column, Index, String

from narthex.kit.database import Json, tenant_reference, tenant_table

sessions = tenant_table(
    "sessions",
    Column("id", String(21), primary_key=True),
    Column("secret_hash", String(43), nullable=False),
    Column("user_id", String(12), nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("methods", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ip", String(64)),
    Column("user_agent", String(512)),
    tenant_reference("user_id", "users"),
    Index("sessions_by_secret", "tenant_id", "secret_hash", unique=True),
    Index("sessions_by_user", "tenant_id", "user_id"),
    Index("sessions_by_expiry", "expires_at"),
)
