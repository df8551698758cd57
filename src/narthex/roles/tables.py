"""The tables of roles and of who has them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String

from narthex.kit.database import tenant_reference, tenant_table

roles = tenant_table(
    "roles",
    Column("id", String(21), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("description", String(128), nullable=False),
    Column("type", String(32), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("roles_by_name", "tenant_id", "name", unique=True),
    Index("roles_by_creation", "tenant_id", "created_at", "id"),
)

role_scopes = tenant_table(
    "role_scopes",
    Column("role_id", String(21), primary_key=True),
    Column("scope_id", String(21), primary_key=True),
    tenant_reference("role_id", "roles"),
    tenant_reference("scope_id", "scopes"),
    Index("role_scopes_by_scope", "tenant_id", "scope_id"),
)

user_roles = tenant_table(
    "user_roles",
    Column("user_id", String(12), primary_key=True),
    Column("role_id", String(21), primary_key=True),
    tenant_reference("user_id", "users"),
    tenant_reference("role_id", "roles"),
    Index("user_roles_by_role", "tenant_id", "role_id", "user_id"),
)

application_roles = tenant_table(
    "application_roles",
    Column("application_id", String(21), primary_key=True),
    Column("role_id", String(21), primary_key=True),
    tenant_reference("application_id", "applications"),
    tenant_reference("role_id", "roles"),
    Index("application_roles_by_role", "tenant_id", "role_id", "application_id"),
)
