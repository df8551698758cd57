"""The table `tenants`. Its `tenant_id` is what every other table's first key column points to."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from narthex.kit.database import metadata

tenants = Table(
    "tenants",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("origin", String(255), unique=True),
    Column("config_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
