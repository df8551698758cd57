"""Writing what a refresh gave: the old token taken, the new ones and the audit event inserted, all or nothing.

On PostgreSQL it is one statement of common table expressions, so one round trip; SQLite, which knows neither round
trips nor writing expressions, does the same in one transaction.
"""

from msgspec import Struct
from sqlalchemy import bindparam, select, update

from narthex.audit_log import service as audit_log
from narthex.kit.database import Database, Statement, insert_row, statement
from narthex.tokens import access_tokens, refresh_tokens
from narthex.tokens.refresh_tokens import TAKEABLE
from narthex.tokens.tables import access_tokens as access_tokens_table
from narthex.tokens.tables import refresh_tokens as refresh_tokens_table

Row = dict[str, object]


class Exchange(Struct, frozen=True):
    """What a refresh writes. `taken_hash` is the hash of the token that is replaced by the row `refresh`."""

    event: Row
    access: Row | None = None
    taken_hash: str | None = None
    refresh: Row | None = None
    at: int = 0


class Written(Struct, frozen=True):
    """The id of the event, when everything was written."""

    id: str


def _at_once(*, takes: bool, has_access: bool) -> Statement[Written]:
    condition, parts = None, []
    if takes:
        taken = (
            update(refresh_tokens_table)
            .where(*TAKEABLE)
            .values(consumed_at=bindparam("at"))
            .returning(refresh_tokens_table.c.token_hash)
            .cte("taken")
        )
        condition = select(taken.c.token_hash).exists()
        parts.append(insert_row(refresh_tokens_table, "refresh_", condition).cte("refreshed"))
    if has_access:
        parts.append(insert_row(access_tokens_table, "access_", condition).cte("opened"))
    return statement(audit_log.insert_event("event_", condition).add_cte(*parts), Written)


AT_ONCE = {
    (False, False): _at_once(takes=False, has_access=False),
    (False, True): _at_once(takes=False, has_access=True),
    (True, False): _at_once(takes=True, has_access=False),
    (True, True): _at_once(takes=True, has_access=True),
}


async def write(database: Database, tenant_id: str, exchange: Exchange) -> bool:
    """Write it; False, and nothing written, where another request took the token first."""
    if database.dialect == "postgresql":
        wanted = AT_ONCE[exchange.taken_hash is not None, exchange.access is not None]
        return await database.one_once(tenant_id, wanted, **_parameters(exchange)) is not None
    async with database.write(tenant_id) as tx:
        if exchange.taken_hash is not None and exchange.refresh is not None:
            if not await tx.run(refresh_tokens.TAKE, taken_hash=exchange.taken_hash, at=exchange.at):
                return False
            await tx.run(refresh_tokens.INSERT, **exchange.refresh)
        if exchange.access is not None:
            await tx.run(access_tokens.INSERT, **exchange.access)
        await tx.run(audit_log.INSERT, **exchange.event)
    return True


def _parameters(exchange: Exchange) -> Row:
    parameters = {f"event_{name}": value for name, value in exchange.event.items()}
    if exchange.access is not None:
        parameters |= {f"access_{name}": value for name, value in exchange.access.items()}
    if exchange.refresh is not None:
        parameters |= {f"refresh_{name}": value for name, value in exchange.refresh.items()}
        parameters |= {"taken_hash": exchange.taken_hash, "at": exchange.at}
    return parameters
