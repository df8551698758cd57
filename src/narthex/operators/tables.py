"""The tables `operators`, `operator_tokens` and `console_sessions`."""

from sqlalchemy import BigInteger, Column, Index, String

from narthex.kit.database import Json, tenant_reference, tenant_table

operators = tenant_table(
    "operators",
    Column("user_id", String(12), primary_key=True),
    Column("role", String(32), nullable=False),
    # The tenants that the operator may see; NULL for every one, those that are made later too.
    Column("tenants", Json),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String(12)),
    tenant_reference("user_id", "users"),
)

operator_tokens = tenant_table(
    "operator_tokens",
    Column("id", String(21), primary_key=True),
    Column("token_hash", String(43), nullable=False),
    Column("kind", String(16), nullable=False),
    # Whose password a recovery sets.
    Column("user_id", String(12)),
    # The operator who invited; NULL for the command line.
    Column("created_by", String(12)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("consumed_at", BigInteger),
    tenant_reference("user_id", "users"),
    Index("operator_tokens_by_hash", "tenant_id", "token_hash", unique=True),
    Index("operator_tokens_by_user", "tenant_id", "user_id"),
    Index("operator_tokens_by_expiry", "expires_at"),
)

console_sessions = tenant_table(
    "console_sessions",
    Column("id", String(21), primary_key=True),
    Column("secret_hash", String(43), nullable=False),
    Column("user_id", String(12), nullable=False),
    Column("session_id", String(21), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    tenant_reference("user_id", "operators", key="user_id"),
    tenant_reference("session_id", "sessions"),
    Index("console_sessions_by_secret", "tenant_id", "secret_hash", unique=True),
    Index("console_sessions_by_user", "tenant_id", "user_id"),
    Index("console_sessions_by_session", "tenant_id", "session_id"),
    Index("console_sessions_by_expiry", "expires_at"),
)
