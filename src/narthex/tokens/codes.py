"""Authorization codes: written once, taken once (RFC 6749 4.1.2)."""

from sqlalchemy import and_, bindparam, insert, select, update

from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tokens.liveness import GRANT_COLUMNS, grant_holds, session_runs, with_user_and_session
from narthex.tokens.schemas import CODE_TTL, HeldCode
from narthex.tokens.tables import authorization_codes as codes
from narthex.tokens.tables import grants

INSERT = statement(insert(codes))
HELD = statement(
    select(
        *GRANT_COLUMNS,
        # A code in flight dies with its session, whatever it was for; so do tokens that were never given.
        and_(grant_holds(), session_runs()).label("grant_holds"),
        codes.c.redirect_uri.label("code_redirect_uri"),
        codes.c.code_challenge,
        codes.c.expires_at.label("code_expires_at"),
        codes.c.consumed_at.label("code_consumed_at"),
    )
    .select_from(with_user_and_session(codes.join(grants, grants.c.id == codes.c.grant_id)))
    .where(codes.c.code_hash == bindparam("hash"), codes.c.application_id == bindparam("client_id")),
    HeldCode,
)
# What a redemption may take: the code, once, as long as its grant was not revoked in between.
TAKEABLE = (
    codes.c.code_hash == bindparam("taken_hash"),
    codes.c.consumed_at.is_(None),
    select(grants.c.id).where(grants.c.id == codes.c.grant_id, grants.c.revoked_at.is_(None)).exists(),
)
TAKE = statement(update(codes).where(*TAKEABLE).values(consumed_at=bindparam("at")))


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


async def find(reader: Reader, code: str, application_id: str, now: int) -> HeldCode | None:
    """The code of this application, taken or not, with its grant and user."""
    return await reader.one(HELD, hash=digest(code), client_id=application_id, now=now)
