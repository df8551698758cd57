"""The columns that reads of users select."""

from narthex.users.tables import users

COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.primary_email,
    users.c.primary_phone,
    users.c.name,
    users.c.avatar,
    users.c.profile,
    users.c.custom_data,
    users.c.application_id,
    users.c.is_suspended,
    users.c.valid_after,
    users.c.last_sign_in_at,
    users.c.created_at,
    users.c.updated_at,
)
SUMMARY_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.primary_email,
    users.c.primary_phone,
    users.c.name,
    users.c.avatar,
    users.c.application_id,
    users.c.is_suspended,
    users.c.last_sign_in_at,
    users.c.created_at,
)
NEWEST_FIRST = (users.c.created_at.desc(), users.c.id.desc())
OLDEST_FIRST = (users.c.created_at, users.c.id)
