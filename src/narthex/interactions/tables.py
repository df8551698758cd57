"""The table `interactions`."""

from sqlalchemy import BigInteger, Column, Index, String

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
    tenant_reference("application_id", "applications"),
    Index("interactions_by_browser", "tenant_id", "browser_hash"),
    Index("interactions_by_expiry", "expires_at"),
)
