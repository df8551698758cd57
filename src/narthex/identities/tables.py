"""The table `user_identities`."""

from sqlalchemy import BigInteger, Column, Index, String

from narthex.connections.tables import LONGEST_TARGET
from narthex.kit.database import Json, tenant_reference, tenant_table

# A subject has at most 255 characters (OpenID Connect Core 2, `sub`).
LONGEST_EXTERNAL_ID = 256

user_identities = tenant_table(
    "user_identities",
    Column("target", String(LONGEST_TARGET), primary_key=True),
    Column("external_id", String(LONGEST_EXTERNAL_ID), primary_key=True),
    Column("user_id", String(12), nullable=False),
    Column("details", Json, nullable=False),
    # Which connection brought it; the connection may be gone, the identity belongs to the target.
    Column("connection_id", String(21)),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
    tenant_reference("user_id", "users"),
    Index("user_identities_by_user", "tenant_id", "user_id", "target", unique=True),
)
