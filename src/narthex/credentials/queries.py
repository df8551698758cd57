"""Who has a password."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import bindparam, select

from narthex.credentials.tables import passwords
from narthex.kit.database import Reader, is_any, statement


class Holder(Struct, frozen=True):
    """A user who has a password."""

    user_id: str


class PasswordHash(Struct, frozen=True):
    """The hash of a password."""

    password_hash: str


AMONG = statement(select(passwords.c.user_id).where(is_any(passwords.c.user_id, "ids")), Holder)
HASH = statement(select(passwords.c.password_hash).where(passwords.c.user_id == bindparam("user_id")), PasswordHash)


async def with_password(reader: Reader, user_ids: Collection[str]) -> frozenset[str]:
    """Those of the users who have a password."""
    found = await reader.all(AMONG, ids=list(user_ids)) if user_ids else []
    return frozenset(row.user_id for row in found)


async def has_password(reader: Reader, user_id: str) -> bool:
    """Whether a user has a password."""
    return user_id in await with_password(reader, (user_id,))


async def hash_of(reader: Reader, user_id: str) -> str | None:
    """The hash of a user's password."""
    found = await reader.one(HASH, user_id=user_id)
    return None if found is None else found.password_hash
