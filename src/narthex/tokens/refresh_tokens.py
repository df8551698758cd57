"""Refresh tokens and their rotation (RFC 9700 4.14; when to rotate: wire, logto-api.md 1.10)."""

from sqlalchemy import bindparam, insert, select, update

from narthex.applications.schemas import Application
from narthex.kit.database import Reader, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tokens.liveness import GRANT_COLUMNS, grant_holds, with_user_and_session
from narthex.tokens.schemas import LONGEST_CHAIN, REFRESH_TOKEN_TTL, HeldRefreshToken, NewToken
from narthex.tokens.tables import grants
from narthex.tokens.tables import refresh_tokens as tokens

DAY = 24 * 60 * 60 * 1000
ROTATE_AFTER_SHARE = 0.7

INSERT = statement(insert(tokens))
HELD = statement(
    select(
        *GRANT_COLUMNS,
        grant_holds().label("grant_holds"),
        tokens.c.created_at.label("token_created_at"),
        tokens.c.expires_at.label("token_expires_at"),
        tokens.c.started_at.label("token_started_at"),
        tokens.c.consumed_at.label("token_consumed_at"),
    )
    .select_from(with_user_and_session(tokens.join(grants, grants.c.id == tokens.c.grant_id)))
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.application_id == bindparam("client_id")),
    HeldRefreshToken,
)
# What a rotation may take: the token, once, as long as its grant was not revoked in between.
TAKEABLE = (
    tokens.c.token_hash == bindparam("taken_hash"),
    tokens.c.consumed_at.is_(None),
    select(grants.c.id).where(grants.c.id == tokens.c.grant_id, grants.c.revoked_at.is_(None)).exists(),
)
TAKE = statement(update(tokens).where(*TAKEABLE).values(consumed_at=bindparam("at")))


def new(
    runtime: Runtime, grant_id: str, application: Application, now: int, previous: HeldRefreshToken | None = None
) -> NewToken:
    """A refresh token, still to be written: the first of a chain, or the next one after `previous`."""
    token = runtime.randomness.token()
    row: dict[str, object] = {
        "token_hash": digest(token),
        "grant_id": grant_id,
        "application_id": application.id,
        "created_at": now,
        "expires_at": _expiry(application, now, previous),
        "started_at": previous.token_started_at if previous else now,
        "consumed_at": None,
    }
    return NewToken(token, row)


def _expiry(application: Application, now: int, previous: HeldRefreshToken | None) -> int:
    # A rotated token of a single page application lives no longer than its predecessor would have (logto-api.md 1.5).
    if previous is not None and not application.rules.is_confidential and not application.rules.is_native:
        return previous.token_expires_at
    custom = application.custom
    if custom.refresh_token_ttl_in_days:
        return now + custom.refresh_token_ttl_in_days * DAY
    return now + (custom.refresh_token_ttl * 1000 if custom.refresh_token_ttl else REFRESH_TOKEN_TTL)


async def find(reader: Reader, token: str, application_id: str, now: int) -> HeldRefreshToken | None:
    """The refresh token of this application, consumed or not, with its grant and user."""
    return await reader.one(HELD, hash=digest(token), client_id=application_id, now=now)


def is_due_for_rotation(held: HeldRefreshToken, application: Application, now: int) -> bool:
    """Whether the next use of a token must replace it."""
    if not application.custom.rotate_refresh_token or now - held.token_started_at > LONGEST_CHAIN:
        return False
    if not application.rules.is_confidential:
        return True
    age, life = now - held.token_created_at, held.token_expires_at - held.token_created_at
    return age >= life * ROTATE_AFTER_SHARE
