"""Reading events: lists with the newest first, by cursor or by number.

A list follows the order of one index, that of the narrowest thing asked for (interaction, user, application, key, or
time alone), and whatever else is asked for is checked on the way. So the first page of a common thing is found at once,
and that of a rare combination within the reader's time limit.
"""

from itertools import product
from typing import Any, Literal

from msgspec.structs import asdict
from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, func, literal, or_, select
from sqlalchemy.types import NullType

from narthex.audit_log.schemas import Counted, LogEntry, LogFilter
from narthex.audit_log.tables import audit_log as log
from narthex.kit.cursors import END_OF_TIME, beside, chosen
from narthex.kit.database import Reader, statement
from narthex.kit.errors import EntityNotFound
from narthex.kit.pagination import Page, page_of

# As far as the wire counts where it may stop (logto-api.md 2.1, `Total-Number-Is-Capped`).
CAP = 10_000
NO_CAP = 2**62
LONGEST_INTERACTION = 1000
# No event has this key or id.
NOTHING = "-"
ANY = LogFilter()

Lead = Literal["interaction_id", "user_id", "application_id", "key", "time"]
LEADS: tuple[Lead, ...] = ("interaction_id", "user_id", "application_id", "key", "time")
EXACT = {
    "interaction_id": log.c.interaction_id,
    "user_id": log.c.user_id,
    "application_id": log.c.application_id,
    "key": log.c.key,
}
COLUMNS = (log.c.id, log.c.key, log.c.payload, log.c.created_at, log.c.user_id, log.c.application_id)
RESULT = log.c.payload.op("->>", return_type=String())(literal("result", String()))
PREFIX = bindparam("key_prefix", type_=String())


def _conditions(lead: Lead, dialect: str) -> list[ColumnElement[bool]]:
    return [
        log.c.created_at >= bindparam("start", type_=BigInteger),
        log.c.created_at <= bindparam("end", type_=BigInteger),
        *(_leads(column, name, dialect) if name == lead else _fits(column, name) for name, column in EXACT.items()),
        or_(PREFIX.is_(None), func.substr(log.c.key, 1, func.length(PREFIX)) == PREFIX),
        _fits(RESULT, "result"),
    ]


def _leads(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    is_it = column == bindparam(name, type_=String())
    # SQLite knows nothing of how common a value is, and would go by time.
    return func.unlikely(is_it, type_=NullType()) if dialect == "sqlite" else is_it


def _fits(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    value = bindparam(name, type_=String())
    return or_(value.is_(None), column == value)


def _page(lead: Lead, older: bool, dialect: str) -> Select[Any]:
    order = (log.c.created_at.desc(), log.c.id.desc()) if older else (log.c.created_at, log.c.id)
    found = select(*COLUMNS).where(*_conditions(lead, dialect), beside(log.c.created_at, log.c.id, older=older))
    return found.order_by(*order).limit(bindparam("limit"))


def _listed(lead: Lead, dialect: str) -> Select[Any]:
    found = select(*COLUMNS).where(*_conditions(lead, dialect)).order_by(log.c.created_at.desc(), log.c.id.desc())
    return found.limit(bindparam("limit")).offset(bindparam("offset"))


def _counted(lead: Lead, dialect: str) -> Select[Any]:
    found = select(log.c.id).where(*_conditions(lead, dialect)).limit(bindparam("limit")).subquery()
    return select(func.count()).select_from(found)


PAGES = {
    key: statement(_page(*key, "postgresql"), LogEntry, sqlite=_page(*key, "sqlite"))
    for key in product(LEADS, (False, True))
}
LISTED = {lead: statement(_listed(lead, "postgresql"), LogEntry, sqlite=_listed(lead, "sqlite")) for lead in LEADS}
COUNTED = {lead: statement(_counted(lead, "postgresql"), int, sqlite=_counted(lead, "sqlite")) for lead in LEADS}
BY_ID = statement(select(*COLUMNS).where(log.c.id == bindparam("id")), LogEntry)
OF_INTERACTION = statement(
    select(*COLUMNS)
    .where(log.c.interaction_id == bindparam("interaction_id"))
    .order_by(log.c.created_at, log.c.id)
    .limit(LONGEST_INTERACTION),
    LogEntry,
)


async def page(
    reader: Reader,
    filter: LogFilter = ANY,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 20,
) -> Page[LogEntry]:
    """Events, the newest first: those after a cursor, or the ones directly before it. Raises `InvalidInput`."""
    cursor, older = chosen(after, before)
    lead, conditions = _asked(filter)
    # The range of time begins at the cursor, so that a far page is as near as the first.
    nearer, end = (min, "end") if older else (max, "start")
    conditions[end] = nearer(conditions[end], cursor.at)
    rows = await reader.all(PAGES[lead, older], **conditions, **cursor.parameters, limit=size + 1)
    made = page_of(rows, size)
    return made if older else Page(made.items[::-1], made.has_more)


async def listed(reader: Reader, filter: LogFilter, offset: int, limit: int) -> list[LogEntry]:
    """Some of the events, the newest first."""
    lead, conditions = _asked(filter)
    return await reader.all(LISTED[lead], **conditions, offset=offset, limit=limit)


async def count(reader: Reader, filter: LogFilter, cap: int | None = None) -> Counted:
    """How many events there are, or that there are more than `cap`."""
    lead, conditions = _asked(filter)
    found = await reader.one(COUNTED[lead], **conditions, limit=NO_CAP if cap is None else cap + 1) or 0
    return Counted(found, False) if cap is None or found <= cap else Counted(cap, True)


def _asked(filter: LogFilter) -> tuple[Lead, dict[str, Any]]:
    """What leads, and all parameters. A text that no event can have finds nothing."""
    conditions: dict[str, Any] = asdict(filter)
    lead: Lead = next((lead for lead in LEADS if conditions.get(lead) is not None), "time")
    texts = {name: NOTHING if _is_odd(value) else value for name, value in conditions.items()}
    end = END_OF_TIME if filter.end is None else filter.end
    return lead, texts | {"start": _in_time(filter.start or 0), "end": _in_time(end)}


def _in_time(moment: int) -> int:
    return max(-1, min(moment, END_OF_TIME))


def _is_odd(value: object) -> bool:
    return isinstance(value, str) and ("\0" in value or not value.isprintable())


async def get(reader: Reader, log_id: str) -> LogEntry:
    """The event of this id; raises `EntityNotFound`."""
    found = None if _is_odd(log_id) else await reader.one(BY_ID, id=log_id)
    if found is None:
        raise EntityNotFound("log", log_id)
    return found


async def of_interaction(reader: Reader, interaction_id: str) -> list[LogEntry]:
    """What happened in one sign-in, in the order of time."""
    return [] if _is_odd(interaction_id) else await reader.all(OF_INTERACTION, interaction_id=interaction_id)
