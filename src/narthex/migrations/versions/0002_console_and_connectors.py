"""What the Admin Console, connectors and the Management API need"""

import sqlalchemy as sa
from alembic import op

from narthex.kit.database import Json
from narthex.migrations.tenant_tables import create_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Console and connectors"""
    create_tenant_table(
        "connections",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("connector_id", sa.String(length=128), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("config_sealed", sa.Text(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.Column("sync_profile", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("connections_by_target", "connections", ["tenant_id", "target"], unique=True)
    create_tenant_table(
        "daily_active_users",
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("previous_day", sa.BigInteger(), nullable=False),
        key=("user_id", "day"),
    )
    op.create_index("daily_active_users_by_age", "daily_active_users", ["day"], unique=False)
    op.create_index(
        "daily_active_users_by_day", "daily_active_users", ["tenant_id", "day", "previous_day"], unique=False
    )
    create_tenant_table(
        "daily_figures",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("active_on_day", sa.Integer(), nullable=False),
        sa.Column("active_in_7_days", sa.Integer(), nullable=False),
        sa.Column("active_in_30_days", sa.Integer(), nullable=False),
        key=("day",),
    )
    create_tenant_table(
        "connection_trials",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("connection_id", sa.String(length=21), nullable=False),
        sa.Column("state_hash", sa.String(length=43), nullable=False),
        sa.Column("kept_sealed", sa.Text(), nullable=True),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("outcome", Json(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        references={"connection_id": "connections.id"},
    )
    op.create_index("connection_trials_by_expiry", "connection_trials", ["expires_at"], unique=False)
    op.create_index("connection_trials_by_state", "connection_trials", ["tenant_id", "state_hash"], unique=True)
    create_tenant_table(
        "operator_tokens",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("token_hash", sa.String(length=43), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=True),
        sa.Column("created_by", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("consumed_at", sa.BigInteger(), nullable=True),
        references={"user_id": "users.id"},
    )
    op.create_index("operator_tokens_by_expiry", "operator_tokens", ["expires_at"], unique=False)
    op.create_index("operator_tokens_by_hash", "operator_tokens", ["tenant_id", "token_hash"], unique=True)
    op.create_index("operator_tokens_by_user", "operator_tokens", ["tenant_id", "user_id"], unique=False)
    create_tenant_table(
        "operators",
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("tenants", Json(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=12), nullable=True),
        key=("user_id",),
        references={"user_id": "users.id"},
    )
    create_tenant_table(
        "user_identities",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=256), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.Column("connection_id", sa.String(length=21), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        key=("target", "external_id"),
        references={"user_id": "users.id"},
    )
    op.create_index("user_identities_by_user", "user_identities", ["tenant_id", "user_id", "target"], unique=True)
    create_tenant_table(
        "console_sessions",
        sa.Column("id", sa.String(length=21), nullable=False),
        sa.Column("secret_hash", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.String(length=12), nullable=False),
        sa.Column("session_id", sa.String(length=21), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        references={"session_id": "sessions.id", "user_id": "operators.user_id"},
    )
    op.create_index("console_sessions_by_expiry", "console_sessions", ["expires_at"], unique=False)
    op.create_index("console_sessions_by_secret", "console_sessions", ["tenant_id", "secret_hash"], unique=True)
    op.create_index("console_sessions_by_session", "console_sessions", ["tenant_id", "session_id"], unique=False)
    op.create_index("console_sessions_by_user", "console_sessions", ["tenant_id", "user_id"], unique=False)
    op.drop_index(op.f("application_roles_by_role"), table_name="application_roles")
    op.create_index(
        "application_roles_by_role", "application_roles", ["tenant_id", "role_id", "application_id"], unique=False
    )
    op.add_column("applications", sa.Column("framework", sa.String(length=32), nullable=True))
    op.create_index("applications_by_creation", "applications", ["tenant_id", "created_at", "id"], unique=False)
    op.drop_index(op.f("audit_log_by_application"), table_name="audit_log")
    op.create_index(
        "audit_log_by_application", "audit_log", ["tenant_id", "application_id", "created_at", "id"], unique=False
    )
    op.drop_index(op.f("audit_log_by_interaction"), table_name="audit_log")
    op.create_index(
        "audit_log_by_interaction", "audit_log", ["tenant_id", "interaction_id", "created_at", "id"], unique=False
    )
    op.drop_index(op.f("audit_log_by_time"), table_name="audit_log")
    op.create_index("audit_log_by_time", "audit_log", ["tenant_id", "created_at", "id"], unique=False)
    op.drop_index(op.f("audit_log_by_user"), table_name="audit_log")
    op.create_index("audit_log_by_user", "audit_log", ["tenant_id", "user_id", "created_at", "id"], unique=False)
    op.create_index("audit_log_by_key", "audit_log", ["tenant_id", "key", "created_at", "id"], unique=False)
    op.add_column("interactions", sa.Column("trip_state_hash", sa.String(length=43), nullable=True))
    op.add_column("interactions", sa.Column("trip_sealed", sa.Text(), nullable=True))
    op.add_column("interactions", sa.Column("newcomer_sealed", sa.Text(), nullable=True))
    op.create_index("resources_by_creation", "resources", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("role_scopes_by_scope", "role_scopes", ["tenant_id", "scope_id"], unique=False)
    op.create_index("roles_by_creation", "roles", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("scopes_by_creation", "scopes", ["tenant_id", "resource_id", "created_at", "id"], unique=False)
    op.drop_index(op.f("user_roles_by_role"), table_name="user_roles")
    op.create_index("user_roles_by_role", "user_roles", ["tenant_id", "role_id", "user_id"], unique=False)
    op.add_column("users", sa.Column("name_key", sa.String(length=128), nullable=True))
    op.drop_index(op.f("users_by_username"), table_name="users")
    op.drop_index(op.f("users_by_creation"), table_name="users")
    op.create_index("users_by_creation", "users", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "users_by_email",
        "users",
        ["tenant_id", "primary_email"],
        unique=True,
        postgresql_ops={"primary_email": "varchar_pattern_ops"},
    )
    op.create_index(
        "users_by_name",
        "users",
        ["tenant_id", "name_key"],
        unique=False,
        postgresql_ops={"name_key": "varchar_pattern_ops"},
    )
    op.create_index(
        "users_by_phone",
        "users",
        ["tenant_id", "primary_phone"],
        unique=True,
        postgresql_ops={"primary_phone": "varchar_pattern_ops"},
    )
    op.create_index(
        "users_by_username_key",
        "users",
        ["tenant_id", "username_key"],
        unique=True,
        postgresql_ops={"username_key": "varchar_pattern_ops"},
    )
    op.create_index(
        "users_suspended",
        "users",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_suspended IS true"),
        sqlite_where=sa.text("is_suspended IS 1"),
    )
    # Names that are there already are found by their beginning as new ones are.
    op.execute("UPDATE users SET name_key = lower(trim(name)) WHERE name IS NOT NULL")
