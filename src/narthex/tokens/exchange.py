"""Writing what a code or refresh token gave: it is taken, the new ones and the audit event inserted, all or nothing.
With the first of a day goes a note that the user was active.

On PostgreSQL it is one statement of common table expressions, so one round trip; SQLite, which knows neither round
trips nor writing expressions, does the same in one transaction.
"""

from itertools import product
from typing import Literal

from msgspec import Struct
from sqlalchemy import CTE, bindparam, select, update

from narthex.audit_log import service as audit_log
from narthex.insights.activity import RECORD, active_row, insert_active
from narthex.insights.days import day_of
from narthex.kit.database import Statement, insert_row, statement
from narthex.kit.runtime import Runtime
from narthex.tokens import access_tokens, codes, refresh_tokens
from narthex.tokens.tables import access_tokens as access_tokens_table
from narthex.tokens.tables import authorization_codes as codes_table
from narthex.tokens.tables import refresh_tokens as refresh_tokens_table

Row = dict[str, object]
Takes = Literal["code", "refresh_token"]

TAKE = {"code": codes.TAKE, "refresh_token": refresh_tokens.TAKE}


class Exchange(Struct, frozen=True):
    """What is written for a user: what is taken, if anything is, by the hash it is kept under; what comes instead."""

    event: Row
    at: int
    user_id: str
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


def _at_once(takes: Takes | None, has_access: bool, has_refresh: bool, is_first: bool) -> Statement[Written]:
    condition = select(_taken(takes).c.hash).exists() if takes else None
    parts = []
    if has_refresh:
        parts.append(insert_row(refresh_tokens_table, "refresh_", condition).cte("refreshed"))
    if has_access:
        parts.append(insert_row(access_tokens_table, "access_", condition).cte("opened"))
    if is_first:
        parts.append(insert_active(condition).cte("active"))
    return statement(audit_log.insert_event("event_", condition).add_cte(*parts), Written)


KINDS: tuple[Takes | None, ...] = (None, "code", "refresh_token")
AT_ONCE = {key: _at_once(*key) for key in product(KINDS, (False, True), (False, True), (False, True))}


async def write(runtime: Runtime, tenant_id: str, exchange: Exchange) -> bool:
    """Write it; False, and nothing written, where another request took the code or token first."""
    period, key = day_of(exchange.at), (tenant_id, exchange.user_id)
    is_first = not runtime.active_today.has(period, key)
    write_it = _write_at_once if runtime.database.dialect == "postgresql" else _write_in_turn
    written = await write_it(runtime, tenant_id, exchange, is_first)
    if written and is_first:
        runtime.active_today.add(period, key)
    return written


async def _write_at_once(runtime: Runtime, tenant_id: str, exchange: Exchange, is_first: bool) -> bool:
    wanted = AT_ONCE[exchange.takes, exchange.access is not None, exchange.refresh is not None, is_first]
    parameters = _parameters(exchange)
    if is_first:
        parameters |= active_row(exchange.user_id, exchange.at)
    return await runtime.database.one_once(tenant_id, wanted, **parameters) is not None


async def _write_in_turn(runtime: Runtime, tenant_id: str, exchange: Exchange, is_first: bool) -> bool:
    async with runtime.database.write(tenant_id) as tx:
        takes = exchange.takes
        if takes and not await tx.run(TAKE[takes], taken_hash=exchange.taken_hash, at=exchange.at):
            return False
        if exchange.refresh is not None:
            await tx.run(refresh_tokens.INSERT, **exchange.refresh)
        if exchange.access is not None:
            await tx.run(access_tokens.INSERT, **exchange.access)
        if is_first:
            await tx.run(RECORD, **active_row(exchange.user_id, exchange.at))
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
