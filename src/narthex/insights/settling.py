"""Settling days that are past: what was counted for them is written down, once, whichever node does it."""

from collections.abc import Iterable

from msgspec.structs import asdict
from sqlalchemy import func, select

from narthex.insights.counting import counted, settled
from narthex.insights.days import DAY, day_of
from narthex.insights.tables import daily_active_users as active
from narthex.insights.tables import daily_figures
from narthex.kit.database import Database, insert_or_ignore, statement

# Tokens that were asked for before midnight may be written a little after it.
GRACE = 10 * 60 * 1000
# For how long what is counted is kept: two months and a bit, so that a server that was off for a while catches up.
KEPT_DAYS = 65
OLDEST = statement(select(func.min(active.c.day)), int)
WRITE = statement(insert_or_ignore(daily_figures, ("tenant_id", "day")))


class Settling:
    """Settles the days of all tenants; remembers how far it got, so that most of its turns do nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done_until = 0

    async def settle(self, tenant_ids: Iterable[str], now: int) -> int:
        """Settle every day that is over and was not settled. Returns how many there were."""
        last = day_of(now - GRACE) - DAY
        if last <= self._done_until:
            return 0
        days = sum([await self._settle_tenant(tenant_id, last) for tenant_id in tenant_ids])
        self._done_until = last
        return days

    async def _settle_tenant(self, tenant_id: str, last: int) -> int:
        async with self._database.scan(tenant_id) as reader:
            oldest = await reader.one(OLDEST)
            if not oldest:
                return 0
            first = max(oldest, last - (KEPT_DAYS - 1) * DAY)
            known = await settled(reader, first, last)
            figures = [await counted(reader, day) for day in range(first, last + 1, DAY) if day not in known]
        for day in figures:
            await self._database.run_once(tenant_id, WRITE, **asdict(day))
        return len(figures)
