"""Authorization codes: written once, taken once (RFC 6749 4.1.2)."""

from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update

from narthex.kit.database import Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tokens.schemas import CODE_TTL, CodeRow
from narthex.tokens.tables import authorization_codes as codes


class UsedCode(Struct, frozen=True):
    """A code that was taken before."""

    grant_id: str


INSERT = statement(insert(codes))
TAKE = statement(
    update(codes)
    .where(
        codes.c.code_hash == bindparam("hash"),
        codes.c.application_id == bindparam("client_id"),
        codes.c.consumed_at.is_(None),
    )
    .values(consumed_at=bindparam("at"))
    .returning(codes.c.grant_id, codes.c.redirect_uri, codes.c.code_challenge, codes.c.expires_at),
    CodeRow,
)
USED = statement(
    select(codes.c.grant_id).where(
        codes.c.code_hash == bindparam("hash"),
        codes.c.application_id == bindparam("client_id"),
        codes.c.consumed_at.is_not(None),
    ),
    UsedCode,
)


async def issue(
    tx: Transaction,
    runtime: Runtime,
    grant_id: str,
    application_id: str,
    redirect_uri: str,
    code_challenge: str | None,
) -> str:
    """Make a code for a grant; it lives 60 seconds."""
    code = runtime.randomness.token()
    await tx.run(
        INSERT,
        code_hash=digest(code),
        grant_id=grant_id,
        application_id=application_id,
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        expires_at=tx.now + CODE_TTL,
        consumed_at=None,
    )
    return code


async def take(tx: Transaction, code: str, application_id: str) -> CodeRow | None:
    """Consume a code of this application; None where there is none left to take."""
    return await tx.one(TAKE, hash=digest(code), client_id=application_id, at=tx.now)


async def used_for(tx: Transaction, code: str, application_id: str) -> str | None:
    """The grant of a code of this application that was taken before."""
    used = await tx.one(USED, hash=digest(code), client_id=application_id)
    return used.grant_id if used else None
