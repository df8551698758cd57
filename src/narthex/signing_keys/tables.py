"""The table `signing_keys`."""

from sqlalchemy import BigInteger, Column, String, Text

from narthex.kit.database import Json, tenant_table

signing_keys = tenant_table(
    "signing_keys",
    Column("id", String(43), primary_key=True),
    Column("algorithm", String(8), nullable=False),
    Column("private_key", Text, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("signs_from", BigInteger),
)
