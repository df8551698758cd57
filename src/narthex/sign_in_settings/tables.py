"""The tables `sign_in_settings` (one row a tenant) and `custom_phrases`."""

from sqlalchemy import Column, String

from narthex.kit.database import Json, tenant_table

sign_in_settings = tenant_table("sign_in_settings", Column("experience", Json, nullable=False))

custom_phrases = tenant_table(
    "custom_phrases",
    Column("language", String(16), primary_key=True),
    Column("phrases", Json, nullable=False),
)
