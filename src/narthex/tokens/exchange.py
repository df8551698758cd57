"""Writing what a code or refresh token gave: it is taken, the new ones and the audit event inserted, all or nothing.

On PostgreSQL it is one statement of common table expressions, so one round trip; SQLite, which knows neither round
trips nor writing expressions, does the same in one transaction.
"""

from itertools import product
from typing import Literal

from msgspec import Struct
from sqlalchemy import CTE, bindparam, select, update

from narthex.audit_log import service as audit_log
from narthex.kit.database import Database, Statement, insert_row, statement
from narthex.tokens import access_tokens, codes, refresh_tokens
from narthex.tokens.tables import access_tokens as access_tokens_table
from narthex.tokens.tables import authorization_codes as codes_table
from narthex.tokens.tables import refresh_tokens as refresh_tokens_table

Row = dict[str, object]
Takes = Literal["code", "refresh_token"]

TAKE = {"code": codes.TAKE, "refresh_token": refresh_tokens.TAKE}


class Exchange(Struct, frozen=True):
    """What is written: what is taken and the hash it is kept under, if anything is, and the rows that come instead."""

    event: Row
    at: int
    access: Row | None = None
    refresh: Row | None = None
    takes: Takes | None = None
    taken_hash: str = ""


class Written(Struct, frozen=True):
    """The id of the event, when everything was written."""

    id: str


def _taken(takes: Takes) -> CTE:
    if takes == "code":
        change = update(codes_table).where(*codes.TAKEABLE).returning(codes_table.c.code_hash.label("hash"))
    else:
        hash_of = refresh_tokens_table.c.token_hash.label("hash")
        change = update(refresh_tokens_table).where(*refresh_tokens.TAKEABLE).returning(hash_of)
    return change.values(consumed_at=bindparam("at")).cte("taken")


def _at_once(takes: Takes | None, has_access: bool, has_refresh: bool) -> Statement[Written]:
    condition = select(_taken(takes).c.hash).exists() if takes else None
    parts = []
    if has_refresh:
        parts.append(insert_row(refresh_tokens_table, "refresh_", condition).cte("refreshed"))
    if has_access:
        parts.append(insert_row(access_tokens_table, "access_", condition).cte("opened"))
    return statement(audit_log.insert_event("event_", condition).add_cte(*parts), Written)


KINDS: tuple[Takes | None, ...] = (None, "code", "refresh_token")
AT_ONCE = {key: _at_once(*key) for key in product(KINDS, (False, True), (False, True))}


async def write(database: Database, tenant_id: str, exchange: Exchange) -> bool:
    """Write it; False, and nothing written, where another request took the code or token first."""
    if database.dialect == "postgresql":
        wanted = AT_ONCE[exchange.takes, exchange.access is not None, exchange.refresh is not None]
        return await database.one_once(tenant_id, wanted, **_parameters(exchange)) is not None
    async with database.write(tenant_id) as tx:
        takes = exchange.takes
        if takes and not await tx.run(TAKE[takes], taken_hash=exchange.taken_hash, at=exchange.at):
            return False
        if exchange.refresh is not None:
            await tx.run(refresh_tokens.INSERT, **exchange.refresh)
        if exchange.access is not None:
            await tx.run(access_tokens.INSERT, **exchange.access)
        await tx.run(audit_log.INSERT, **exchange.event)
    return True


def _parameters(exchange: Exchange) -> Row:
    parameters: Row = {f"event_{name}": value for name, value in exchange.event.items()}
    if exchange.access is not None:
        parameters |= {f"access_{name}": value for name, value in exchange.access.items()}
    if exchange.refresh is not None:
        parameters |= {f"refresh_{name}": value for name, value in exchange.refresh.items()}
    if exchange.takes is not None:
        parameters |= {"taken_hash": exchange.taken_hash, "at": exchange.at}
    return parameters
