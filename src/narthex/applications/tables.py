"""The tables `applications` and `application_secrets`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Text

from narthex.kit.database import Json, tenant_reference, tenant_table

applications = tenant_table(
    "applications",
    Column("id", String(21), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("description", Text),
    Column("type", String(32), nullable=False),
    Column("oidc_client_metadata", Json, nullable=False),
    Column("custom_client_metadata", Json, nullable=False),
    Column("custom_data", Json, nullable=False),
    Column("is_third_party", Boolean, nullable=False),
    # The guide that was chosen in the console, so that it can be opened again.
    Column("framework", String(32)),
    Column("created_at", BigInteger, nullable=False),
    Index("applications_by_creation", "tenant_id", "created_at", "id"),
)

application_secrets = tenant_table(
    "application_secrets",
    Column("application_id", String(21), primary_key=True),
    Column("name", String(256), primary_key=True),
    # Compared on every token request, and shown again in the console: so both, and never plain.
    Column("value_hash", String(43), nullable=False),
    Column("value_sealed", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    tenant_reference("application_id", "applications"),
)
