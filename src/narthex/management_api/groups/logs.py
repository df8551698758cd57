"""`/api/logs`: the audit log. Wire: management-logs.json."""

from typing import Annotated

from msgspec import Meta, Struct, field

from narthex.audit_log import queries
from narthex.audit_log.schemas import LogEntry, LogFilter
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, PageRequest, Paging

Milliseconds = Annotated[int, Meta(ge=0, le=2**53)]


class LogsQuery(Struct, frozen=True, rename="camel"):
    """Which events; the times are in ms since the epoch, both included. `enableCap` stops counting at 10000."""

    user_id: str | None = None
    application_id: str | None = None
    log_key: str | None = None
    enable_cap: str = "false"
    start_time: Milliseconds | None = field(default=None, name="start_time")
    end_time: Milliseconds | None = field(default=None, name="end_time")


class LogAnswer(Struct, frozen=True, rename="camel"):
    """An event; what its payload holds is in docs/reference/audit-events.md."""

    tenant_id: str
    id: str
    key: str
    payload: dict[str, object]
    created_at: int


async def list_logs(call: Call[LogsQuery, None]) -> Listed:
    """Events, the newest first."""
    query, page = call.query, call.page or PageRequest()
    wanted = LogFilter(
        user_id=query.user_id,
        application_id=query.application_id,
        key=query.log_key,
        start=query.start_time,
        end=query.end_time,
    )
    cap = queries.CAP if query.enable_cap == "true" else None
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await queries.listed(reader, wanted, page.offset, page.size)
        counted = await queries.count(reader, wanted, cap)
    return Listed([_answer(call.tenant.id, one) for one in found], counted.total, counted.is_capped)


async def get_log(call: Call[NoQuery, None]) -> LogAnswer:
    """One event."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        return _answer(call.tenant.id, await queries.get(reader, call.path["id"]))


def _answer(tenant_id: str, entry: LogEntry) -> LogAnswer:
    return LogAnswer(tenant_id, entry.id, entry.key, dict(entry.payload), entry.created_at)


_GROUP = Group("Audit logs")

OPERATIONS = (
    _GROUP.get("/api/logs", "List events", list_logs, list[LogAnswer], query=LogsQuery, paging=Paging.ALWAYS),
    _GROUP.get("/api/logs/{id}", "Get an event", get_log, LogAnswer),
)
