"""Refresh tokens and their rotation (RFC 9700 4.14; when to rotate: wire, logto-api.md 1.10)."""

from sqlalchemy import bindparam, insert, select, update

from narthex.applications.schemas import Application
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tokens.schemas import LONGEST_CHAIN, REFRESH_TOKEN_TTL, RefreshRow
from narthex.tokens.tables import refresh_tokens as tokens

DAY = 24 * 60 * 60 * 1000
ROTATE_AFTER_SHARE = 0.7

ROW = (
    tokens.c.grant_id,
    tokens.c.application_id,
    tokens.c.created_at,
    tokens.c.expires_at,
    tokens.c.started_at,
    tokens.c.consumed_at,
)
INSERT = statement(insert(tokens))
FIND = statement(
    select(*ROW).where(tokens.c.token_hash == bindparam("hash"), tokens.c.application_id == bindparam("client_id")),
    RefreshRow,
)
TAKE = statement(
    update(tokens)
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.consumed_at.is_(None))
    .values(consumed_at=bindparam("at"))
)


async def issue(
    tx: Transaction, runtime: Runtime, grant_id: str, application: Application, previous: RefreshRow | None = None
) -> str:
    """Make a refresh token for a grant: the first of a chain, or the next one after `previous`."""
    token = runtime.randomness.token()
    started_at = previous.started_at if previous else tx.now
    await tx.run(
        INSERT,
        token_hash=digest(token),
        grant_id=grant_id,
        application_id=application.id,
        created_at=tx.now,
        expires_at=_expiry(application, tx.now, previous),
        started_at=started_at,
        consumed_at=None,
    )
    return token


def _expiry(application: Application, now: int, previous: RefreshRow | None) -> int:
    # A rotated token of a single page application lives no longer than its predecessor would have (logto-api.md 1.5).
    if previous is not None and not application.rules.is_confidential and not application.rules.is_native:
        return previous.expires_at
    custom = application.custom
    if custom.refresh_token_ttl_in_days:
        return now + custom.refresh_token_ttl_in_days * DAY
    return now + (custom.refresh_token_ttl * 1000 if custom.refresh_token_ttl else REFRESH_TOKEN_TTL)


async def find(reader: Reader, token: str, application_id: str) -> RefreshRow | None:
    """The refresh token of this application, consumed or not."""
    return await reader.one(FIND, hash=digest(token), client_id=application_id)


def is_due_for_rotation(row: RefreshRow, application: Application, now: int) -> bool:
    """Whether the next use of a token must replace it."""
    if not application.custom.rotate_refresh_token or now - row.started_at > LONGEST_CHAIN:
        return False
    if not application.rules.is_confidential:
        return True
    return now - row.created_at >= (row.expires_at - row.created_at) * ROTATE_AFTER_SHARE


async def take(tx: Transaction, token: str) -> bool:
    """Consume a token; False where another request was first."""
    return bool(await tx.run(TAKE, hash=digest(token), at=tx.now))
