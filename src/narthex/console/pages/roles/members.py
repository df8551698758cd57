"""Who has a role: users, or machine-to-machine applications, by the role's type."""

from typing import Any

from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.console.pages.roles.details import find, framed
from narthex.kit.http import Response
from narthex.roles import assigning, members
from narthex.roles.schemas import RoleType


async def show(context: ConsoleContext) -> Response:
    """A page of those who have it, and some who could get it, found by their names."""
    role, query = await find(context), context.query
    search, wanted = (query.get("q") or "").strip(), (query.get("add") or "").strip()
    of_people = role.type is RoleType.USER
    cursors: dict[str, Any] = {"after": query.get("after"), "before": query.get("before"), "size": 20}
    async with context.runtime.database.scan(context.tenant.id) as reader:
        if of_people:
            users = await members.users_of_role(reader, role.id, search, **cursors)
            others = await members.users_without_role(reader, role.id, wanted, size=20)
            shown: dict[str, Any] = {"people": users.items, "others": others}
            moves = turns(context, f"roles/{role.id}/members", users, q=search)
        else:
            machines = await members.applications_of_role(reader, role.id, search, **cursors)
            free = await members.applications_without_role(reader, role.id, wanted, size=20)
            shown = {"people": machines.items, "others": free}
            moves = turns(context, f"roles/{role.id}/members", machines, q=search)
    return framed(context, "members", role, of_people=of_people, search=search, wanted=wanted, **shown, **moves)


async def assign(context: ConsoleContext) -> Response:
    """Give the role to those who were chosen."""
    role, form = await find(context), await context.form()
    chosen = list(form.all("member"))
    if chosen:
        async with context.runtime.database.write(context.tenant.id) as tx:
            if role.type is RoleType.USER:
                await assigning.assign_to_users(tx, context.actor, role.id, chosen)
            else:
                cache = context.runtime.cache
                await assigning.assign_to_applications(tx, context.actor, cache, role.id, chosen)
    return context.go(f"roles/{role.id}/members", said="said.role_given" if chosen else None)


async def take(context: ConsoleContext) -> Response:
    """Take the role from one of them."""
    role, member = await find(context), context.args["member"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        if role.type is RoleType.USER:
            await assigning.take_from_user(tx, context.actor, member, role.id)
        else:
            await assigning.take_from_application(tx, context.actor, context.runtime.cache, member, role.id)
    return context.go(f"roles/{role.id}/members", said="said.role_taken")
