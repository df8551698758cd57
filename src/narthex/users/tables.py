"""The table `users`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String

from narthex.kit.database import Json, tenant_table

users = tenant_table(
    "users",
    Column("id", String(12), primary_key=True),
    Column("username", String(128)),
    # The form that is compared: two names that fold to one key are one account (S14).
    Column("username_key", String(128)),
    Column("primary_email", String(128)),
    Column("primary_phone", String(128)),
    Column("name", String(128)),
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
    Index("users_by_username", "tenant_id", "username_key", unique=True),
    Index("users_by_creation", "tenant_id", "created_at"),
)
