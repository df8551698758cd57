"""The tables of grants and of the tokens made from them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Text

from narthex.kit.database import Json, tenant_reference, tenant_table

grants = tenant_table(
    "grants",
    Column("id", String(21), primary_key=True),
    Column("user_id", String(12), nullable=False),
    Column("application_id", String(21), nullable=False),
    Column("session_id", String(21), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("resources", Json, nullable=False),
    # With `offline_access` it outlives the session; without, it dies with it.
    Column("is_offline", Boolean, nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("nonce", String(2048)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    tenant_reference("user_id", "users"),
    tenant_reference("application_id", "applications"),
    Index("grants_by_user", "tenant_id", "user_id"),
    Index("grants_by_session", "tenant_id", "session_id"),
    Index("grants_by_expiry", "expires_at"),
)

authorization_codes = tenant_table(
    "authorization_codes",
    Column("code_hash", String(43), primary_key=True),
    Column("grant_id", String(21), nullable=False),
    Column("application_id", String(21), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(43)),
    Column("expires_at", BigInteger, nullable=False),
    Column("consumed_at", BigInteger),
    tenant_reference("grant_id", "grants"),
    Index("authorization_codes_by_grant", "tenant_id", "grant_id"),
    Index("authorization_codes_by_expiry", "expires_at"),
)

refresh_tokens = tenant_table(
    "refresh_tokens",
    Column("token_hash", String(43), primary_key=True),
    Column("grant_id", String(21), nullable=False),
    Column("application_id", String(21), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # When the first token of the chain was made: the whole chain has an end.
    Column("started_at", BigInteger, nullable=False),
    Column("consumed_at", BigInteger),
    tenant_reference("grant_id", "grants"),
    Index("refresh_tokens_by_grant", "tenant_id", "grant_id"),
    Index("refresh_tokens_by_expiry", "expires_at"),
)

access_tokens = tenant_table(
    "access_tokens",
    Column("token_hash", String(43), primary_key=True),
    Column("grant_id", String(21), nullable=False),
    Column("application_id", String(21), nullable=False),
    Column("scope", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    tenant_reference("grant_id", "grants"),
    Index("access_tokens_by_grant", "tenant_id", "grant_id"),
    Index("access_tokens_by_expiry", "expires_at"),
)
