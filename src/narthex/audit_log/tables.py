"""The table `audit_log`."""

from sqlalchemy import BigInteger, Column, Index, String

from narthex.kit.database import Json, tenant_table

audit_log = tenant_table(
    "audit_log",
    Column("id", String(21), primary_key=True),
    Column("key", String(128), nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("user_id", String(12)),
    Column("application_id", String(21)),
    Column("session_id", String(21)),
    Column("interaction_id", String(21)),
    Index("audit_log_by_time", "tenant_id", "created_at", "id"),
    Index("audit_log_by_user", "tenant_id", "user_id", "created_at", "id"),
    Index("audit_log_by_application", "tenant_id", "application_id", "created_at", "id"),
    Index("audit_log_by_key", "tenant_id", "key", "created_at", "id"),
    Index("audit_log_by_interaction", "tenant_id", "interaction_id", "created_at", "id"),
)
