"""Opaque access tokens: for userinfo, where no resource was asked for."""

from sqlalchemy import bindparam, delete, insert, select

from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tokens.liveness import GRANT_COLUMNS, grant_holds, with_user_and_session
from narthex.tokens.schemas import ACCESS_TOKEN_TTL, AccessGrant, NewToken
from narthex.tokens.tables import access_tokens as tokens
from narthex.tokens.tables import grants

INSERT = statement(insert(tokens))
LIVE = statement(
    select(
        *GRANT_COLUMNS,
        tokens.c.scope.label("token_scope"),
        tokens.c.application_id.label("token_application_id"),
        tokens.c.created_at.label("token_created_at"),
        tokens.c.expires_at.label("token_expires_at"),
    )
    .select_from(with_user_and_session(tokens.join(grants, grants.c.id == tokens.c.grant_id)))
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.expires_at > bindparam("now"), grant_holds()),
    AccessGrant,
)
DELETE = statement(
    delete(tokens).where(tokens.c.token_hash == bindparam("hash"), tokens.c.application_id == bindparam("client_id"))
)


def new(runtime: Runtime, grant_id: str, application_id: str, scope: str, now: int) -> NewToken:
    """An opaque access token that lives an hour, still to be written."""
    token = runtime.randomness.token()
    row: dict[str, object] = {
        "token_hash": digest(token),
        "grant_id": grant_id,
        "application_id": application_id,
        "scope": scope,
        "created_at": now,
        "expires_at": now + ACCESS_TOKEN_TTL,
    }
    return NewToken(token, row)


async def live(reader: Reader, token: str, now: int) -> AccessGrant | None:
    """The token with its grant and user, if all of them hold."""
    return await reader.one(LIVE, hash=digest(token), now=now)


async def delete_one(tx: Transaction, token: str, application_id: str) -> bool:
    """Delete a token of this application. Returns whether there was one."""
    return bool(await tx.run(DELETE, hash=digest(token), client_id=application_id))
