"""The list of events, with filters whose state is in the address."""

from typing import Literal

from msgspec import Struct

from narthex.applications import queries as applications
from narthex.applications.schemas import ApplicationSummary
from narthex.audit_log import queries
from narthex.audit_log.known_keys import KNOWN_KEYS
from narthex.audit_log.schemas import LogEntry, LogFilter
from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.kit.database import Reader
from narthex.kit.http import Response
from narthex.users import queries as users
from narthex.users.schemas import UserSummary

HOUR = 60 * 60 * 1000
RESULTS: dict[str, Literal["Success", "Error"]] = {"Success": "Success", "Error": "Error"}
SPANS = {"hour": HOUR, "day": 24 * HOUR, "week": 7 * 24 * HOUR, "month": 30 * 24 * HOUR}
# Newest applications in the filter; another one is reached by its own page.
CHOICES = 100
FILTERS = ("key", "result", "user", "application", "span")


class Names(Struct, frozen=True):
    """The names of the people and applications on one page of the log."""

    users: dict[str, UserSummary]
    applications: dict[str, ApplicationSummary]

    def user(self, user_id: str | None) -> str | None:
        """What to call a user; the id of one who is gone."""
        found = self.users.get(user_id or "")
        return found.display_name if found else user_id

    def application(self, application_id: str | None) -> str | None:
        """The name of an application; the id of one that is gone."""
        found = self.applications.get(application_id or "")
        return found.name if found else application_id


async def show(context: ConsoleContext) -> Response:
    """A page of events, newest first."""
    query = context.query
    given = {name: value for name in FILTERS if (value := query.get(name))}
    async with context.runtime.database.scan(context.tenant.id) as reader:
        page = await queries.page(
            reader, _filter(context, given), after=query.get("after"), before=query.get("before"), size=20
        )
        names = await names_of(reader, page.items)
        choices = await applications.page(reader, size=CHOICES)
    return context.render(
        "console/audit_log/list.html",
        title=context.text("nav.audit_log"),
        entries=page.items,
        names=names,
        given=given,
        keys=KNOWN_KEYS,
        spans=tuple(SPANS),
        applications=sorted(((one.id, one.name) for one in choices.items), key=lambda choice: choice[1].lower()),
        **turns(context, "audit-log", page, **given),
    )


async def names_of(reader: Reader, entries: tuple[LogEntry, ...]) -> Names:
    """The names that a page of events needs, by two reads."""
    user_ids = {entry.user_id for entry in entries if entry.user_id}
    application_ids = {entry.application_id for entry in entries if entry.application_id}
    return Names(await users.by_ids(reader, user_ids), await applications.by_ids(reader, application_ids))


def _filter(context: ConsoleContext, given: dict[str, str]) -> LogFilter:
    span = SPANS.get(given.get("span", ""))
    key = given.get("key", "")
    return LogFilter(
        key=key if key and not key.endswith("*") else None,
        key_prefix=key.removesuffix("*") if key.endswith("*") else None,
        result=RESULTS.get(given.get("result", "")),
        user_id=given.get("user"),
        application_id=given.get("application"),
        start=context.runtime.clock.now() - span if span else None,
    )
