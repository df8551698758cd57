"""The tables `connections` and `connection_trials`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Text

from narthex.kit.database import Json, tenant_reference, tenant_table

LONGEST_TARGET = 64

connections = tenant_table(
    "connections",
    Column("id", String(21), primary_key=True),
    Column("connector_id", String(128), nullable=False),
    Column("target", String(LONGEST_TARGET), nullable=False),
    # The client secret is in it.
    Column("config_sealed", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("sync_profile", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("connections_by_target", "tenant_id", "target", unique=True),
)

connection_trials = tenant_table(
    "connection_trials",
    Column("id", String(21), primary_key=True),
    Column("connection_id", String(21), nullable=False),
    Column("state_hash", String(43), nullable=False),
    # What the connector has to remember: state, nonce and verifier; gone once the browser came back.
    Column("kept_sealed", Text),
    Column("return_to", Text, nullable=False),
    Column("outcome", Json),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    tenant_reference("connection_id", "connections"),
    Index("connection_trials_by_state", "tenant_id", "state_hash", unique=True),
    Index("connection_trials_by_expiry", "expires_at"),
)
