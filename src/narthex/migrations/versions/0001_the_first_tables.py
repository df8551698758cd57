"""The first tables"""

import sqlalchemy as sa
from alembic import op

from narthex.kit.database import Json
from narthex.migrations.tenant_tables import create_tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables"""
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=True),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("origin", name=op.f("uq_tenants_origin")),
    )
    create_tenant_table(
        "applications",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("oidc_client_metadata", Json(), nullable=False),
        sa.Column("custom_client_metadata", Json(), nullable=False),
        sa.Column("custom_data", Json(), nullable=False),
        sa.Column("is_third_party", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    create_tenant_table(
        "attempts",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_index("attempts_by_age", "attempts", ["since"], unique=False)
    create_tenant_table(
        "audit_log",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=True),
        sa.Column("application_id", sa.String(length=21), nullable=True),
        sa.Column("session_id", sa.String(length=21), nullable=True),
        sa.Column("interaction_id", sa.String(length=21), nullable=True),
    )
    op.create_index(
        "audit_log_by_application", "audit_log", ["tenant_id", "application_id", "created_at"], unique=False
    )
    op.create_index("audit_log_by_interaction", "audit_log", ["tenant_id", "interaction_id"], unique=False)
    op.create_index("audit_log_by_time", "audit_log", ["tenant_id", "created_at"], unique=False)
    op.create_index("audit_log_by_user", "audit_log", ["tenant_id", "user_id", "created_at"], unique=False)
    create_tenant_table(
        "custom_phrases",
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("phrases", Json(), nullable=False),
        key=("language",),
    )
    create_tenant_table(
        "known_browsers",
        sa.Column("browser_hash", sa.String(length=43), nullable=False),
        sa.Column("identifier_hash", sa.String(length=43), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        key=("browser_hash", "identifier_hash"),
    )
    op.create_index("known_browsers_by_age", "known_browsers", ["used_at"], unique=False)
    create_tenant_table(
        "resources",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("indicator", sa.String(length=2048), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("access_token_ttl", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("resources_by_indicator", "resources", ["tenant_id", "indicator"], unique=True)
    create_tenant_table(
        "roles",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("description", sa.String(length=128), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("roles_by_name", "roles", ["tenant_id", "name"], unique=True)
    create_tenant_table(
        "sign_in_settings",
        sa.Column("experience", Json(), nullable=False),
        key=(),
    )
    create_tenant_table(
        "signing_keys",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("algorithm", sa.String(length=8), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("public_jwk", Json(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("signs_from", sa.BigInteger(), nullable=True),
    )
    create_tenant_table(
        "users",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=True),
        sa.Column("username_key", sa.String(length=128), nullable=True),
        sa.Column("primary_email", sa.String(length=128), nullable=True),
        sa.Column("primary_phone", sa.String(length=128), nullable=True),
        sa.Column("name", sa.String(length=128), nullable=True),
        sa.Column("avatar", sa.String(length=2048), nullable=True),
        sa.Column("profile", Json(), nullable=False),
        sa.Column("custom_data", Json(), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=True),
        sa.Column("is_suspended", sa.Boolean(), nullable=False),
        sa.Column("valid_after", sa.BigInteger(), nullable=False),
        sa.Column("last_sign_in_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("users_by_creation", "users", ["tenant_id", "created_at"], unique=False)
    op.create_index("users_by_username", "users", ["tenant_id", "username_key"], unique=True)
    create_tenant_table(
        "application_roles",
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("role_id", sa.String(length=21), nullable=False),
        key=("application_id", "role_id"),
        references={"application_id": "applications.id", "role_id": "roles.id"},
    )
    op.create_index("application_roles_by_role", "application_roles", ["tenant_id", "role_id"], unique=False)
    create_tenant_table(
        "application_secrets",
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("value_hash", sa.String(length=43), nullable=False),
        sa.Column("value_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        key=("application_id", "name"),
        references={"application_id": "applications.id"},
    )
    create_tenant_table(
        "consents",
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("resource_scopes", Json(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        key=("user_id", "application_id"),
        references={"application_id": "applications.id", "user_id": "users.id"},
    )
    create_tenant_table(
        "grants",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("session_id", sa.String(length=21), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("resources", Json(), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.String(length=2048), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        references={"application_id": "applications.id", "user_id": "users.id"},
    )
    op.create_index("grants_by_expiry", "grants", ["expires_at"], unique=False)
    op.create_index("grants_by_session", "grants", ["tenant_id", "session_id"], unique=False)
    op.create_index("grants_by_user", "grants", ["tenant_id", "user_id"], unique=False)
    create_tenant_table(
        "interactions",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("browser_hash", sa.String(length=43), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("request", Json(), nullable=False),
        sa.Column("authentication", Json(), nullable=True),
        sa.Column("consent", Json(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        references={"application_id": "applications.id"},
    )
    op.create_index("interactions_by_browser", "interactions", ["tenant_id", "browser_hash"], unique=False)
    op.create_index("interactions_by_expiry", "interactions", ["expires_at"], unique=False)
    create_tenant_table(
        "passwords",
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        key=("user_id",),
        references={"user_id": "users.id"},
    )
    create_tenant_table(
        "scopes",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("resource_id", sa.String(length=21), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        references={"resource_id": "resources.id"},
    )
    op.create_index("scopes_by_name", "scopes", ["tenant_id", "resource_id", "name"], unique=True)
    create_tenant_table(
        "sessions",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("secret_hash", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger(), nullable=False),
        sa.Column("methods", Json(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ip", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.String(length=512), nullable=True),
        references={"user_id": "users.id"},
    )
    op.create_index("sessions_by_expiry", "sessions", ["expires_at"], unique=False)
    op.create_index("sessions_by_secret", "sessions", ["tenant_id", "secret_hash"], unique=True)
    op.create_index("sessions_by_user", "sessions", ["tenant_id", "user_id"], unique=False)
    create_tenant_table(
        "user_roles",
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("role_id", sa.String(length=21), nullable=False),
        key=("user_id", "role_id"),
        references={"role_id": "roles.id", "user_id": "users.id"},
    )
    op.create_index("user_roles_by_role", "user_roles", ["tenant_id", "role_id"], unique=False)
    create_tenant_table(
        "access_tokens",
        sa.Column("token_hash", sa.String(length=43), nullable=False),
        sa.Column("grant_id", sa.String(length=21), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        key=("token_hash",),
        references={"grant_id": "grants.id"},
    )
    op.create_index("access_tokens_by_expiry", "access_tokens", ["expires_at"], unique=False)
    op.create_index("access_tokens_by_grant", "access_tokens", ["tenant_id", "grant_id"], unique=False)
    create_tenant_table(
        "authorization_codes",
        sa.Column("code_hash", sa.String(length=43), nullable=False),
        sa.Column("grant_id", sa.String(length=21), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(length=43), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("consumed_at", sa.BigInteger(), nullable=True),
        key=("code_hash",),
        references={"grant_id": "grants.id"},
    )
    op.create_index("authorization_codes_by_expiry", "authorization_codes", ["expires_at"], unique=False)
    op.create_index("authorization_codes_by_grant", "authorization_codes", ["tenant_id", "grant_id"], unique=False)
    create_tenant_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.String(length=43), nullable=False),
        sa.Column("grant_id", sa.String(length=21), nullable=False),
        sa.Column("application_id", sa.String(length=21), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("consumed_at", sa.BigInteger(), nullable=True),
        key=("token_hash",),
        references={"grant_id": "grants.id"},
    )
    op.create_index("refresh_tokens_by_expiry", "refresh_tokens", ["expires_at"], unique=False)
    op.create_index("refresh_tokens_by_grant", "refresh_tokens", ["tenant_id", "grant_id"], unique=False)
    create_tenant_table(
        "role_scopes",
        sa.Column("role_id", sa.String(length=21), nullable=False),
        sa.Column("scope_id", sa.String(length=21), nullable=False),
        key=("role_id", "scope_id"),
        references={"role_id": "roles.id", "scope_id": "scopes.id"},
    )
