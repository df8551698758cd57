"""The tables `resources` and `scopes`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String

from narthex.kit.database import tenant_reference, tenant_table

resources = tenant_table(
    "resources",
    Column("id", String(21), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("indicator", String(2048), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("access_token_ttl", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("resources_by_indicator", "tenant_id", "indicator", unique=True),
    Index("resources_by_creation", "tenant_id", "created_at", "id"),
)

scopes = tenant_table(
    "scopes",
    Column("id", String(21), primary_key=True),
    Column("resource_id", String(21), nullable=False),
    Column("name", String(256), nullable=False),
    Column("description", String(256)),
    Column("created_at", BigInteger, nullable=False),
    tenant_reference("resource_id", "resources"),
    Index("scopes_by_name", "tenant_id", "resource_id", "name", unique=True),
    Index("scopes_by_creation", "tenant_id", "resource_id", "created_at", "id"),
)
