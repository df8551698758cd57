"""The table `interactions`."""

from sqlalchemy import BigInteger, Column, Index, String, Text

from narthex.kit.database import Json, tenant_reference, tenant_table

interactions = tenant_table(
    "interactions",
    Column("id", String(21), primary_key=True),
    Column("browser_hash", String(43), nullable=False),
    Column("application_id", String(21), nullable=False),
    Column("request", Json, nullable=False),
    Column("authentication", Json),
    Column("consent", Json),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    # The way out to another identity provider: what the browser has to come back with, and what we need then. It is
    # found by the browser, which has few of them open.
    Column("trip_state_hash", String(43)),
    Column("trip_sealed", Text),
    # Somebody whom a provider vouched for, and who has no account yet.
    Column("newcomer_sealed", Text),
    tenant_reference("application_id", "applications"),
    Index("interactions_by_browser", "tenant_id", "browser_hash"),
    Index("interactions_by_expiry", "expires_at"),
)
