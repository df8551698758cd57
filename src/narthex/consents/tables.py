"""The table `consents`."""

from sqlalchemy import BigInteger, Column, String

from narthex.kit.database import Json, tenant_reference, tenant_table

consents = tenant_table(
    "consents",
    Column("user_id", String(12), primary_key=True),
    Column("application_id", String(21), primary_key=True),
    Column("scopes", Json, nullable=False),
    Column("resource_scopes", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    tenant_reference("user_id", "users"),
    tenant_reference("application_id", "applications"),
)
