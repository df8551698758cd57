"""The table `users`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, text

from narthex.kit.database import Json, tenant_table
from narthex.kit.database.prefixes import PREFIX_OPS

users = tenant_table(
    "users",
    Column("id", String(12), primary_key=True),
    Column("username", String(128)),
    # The form that is compared: two names that fold to one key are one account (S14).
    Column("username_key", String(128)),
    Column("primary_email", String(128)),
    Column("primary_phone", String(128)),
    Column("name", String(128)),
    # The form that is searched.
    Column("name_key", String(128)),
    Column("avatar", String(2048)),
    Column("profile", Json, nullable=False),
    Column("custom_data", Json, nullable=False),
    Column("application_id", String(21)),
    Column("is_suspended", Boolean, nullable=False),
    # Sessions and grants from before this moment are dead.
    Column("valid_after", BigInteger, nullable=False),
    Column("last_sign_in_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    # Each is unique, found by itself, and searched by what it begins with, all by one index.
    Index(
        "users_by_username_key",
        "tenant_id",
        "username_key",
        unique=True,
        postgresql_ops={"username_key": PREFIX_OPS},
    ),
    Index("users_by_email", "tenant_id", "primary_email", unique=True, postgresql_ops={"primary_email": PREFIX_OPS}),
    Index("users_by_phone", "tenant_id", "primary_phone", unique=True, postgresql_ops={"primary_phone": PREFIX_OPS}),
    Index("users_by_name", "tenant_id", "name_key", postgresql_ops={"name_key": PREFIX_OPS}),
    Index("users_by_creation", "tenant_id", "created_at", "id"),
    Index(
        "users_suspended",
        "tenant_id",
        "created_at",
        "id",
        postgresql_where=text("is_suspended IS true"),
        sqlite_where=text("is_suspended IS 1"),
    ),
)
