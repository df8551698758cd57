"""The list of users: searched by the beginning of what they are called, so that it is quick with a million of them."""

from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.kit.http import Response
from narthex.users import queries
from narthex.users.schemas import UserFilter

STATES = {"active": False, "suspended": True}


async def show(context: ConsoleContext) -> Response:
    """A page of users, newest first."""
    query = context.query
    search, state = (query.get("q") or "").strip(), query.get("state") or ""
    async with context.runtime.database.scan(context.tenant.id) as reader:
        wanted = UserFilter(search=search, suspended=STATES.get(state))
        page = await queries.page(reader, wanted, after=query.get("after"), before=query.get("before"), size=20)
    return context.render(
        "console/users/list.html",
        title=context.text("nav.users"),
        users=page.items,
        search=search,
        state=state,
        states=tuple(STATES),
        **turns(context, "users", page, q=search, state=state),
    )
