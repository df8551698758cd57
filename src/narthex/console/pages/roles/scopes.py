"""What a role gives: scopes of API resources."""

from narthex.console.context import ConsoleContext
from narthex.console.pages.roles.details import find, framed
from narthex.kit.http import Response
from narthex.resources import queries as resources
from narthex.roles import role_scopes
from narthex.roles.schemas import RoleType

# More than this many APIs are found by their own pages.
CHOICES = 100


async def show(context: ConsoleContext) -> Response:
    """The scopes that the role gives, and those that it could give besides."""
    role = await find(context)
    async with context.runtime.database.scan(context.tenant.id) as reader:
        given = await role_scopes.scopes_of_role(reader, role.id)
        found = await resources.page(reader, size=CHOICES)
        scopes = await resources.scopes_of_resources(reader, [one.id for one in found.items])
    had = {one.id for one in given}
    for_people = role.type is RoleType.USER
    open_ones = [
        (resource, free)
        for resource in found.items
        if not (for_people and resource.is_management_api)
        and (free := [scope for scope in scopes.get(resource.id, []) if scope.id not in had])
    ]
    return framed(context, "scopes", role, given=given, choices=open_ones)


async def add(context: ConsoleContext) -> Response:
    """Give the role more scopes."""
    role, form = await find(context), await context.form()
    chosen = list(form.all("scope"))
    if chosen:
        async with context.runtime.database.write(context.tenant.id) as tx:
            await role_scopes.add_scopes(tx, context.actor, context.runtime.cache, role.id, chosen)
    return context.go(f"roles/{role.id}", said="said.saved" if chosen else None)


async def remove(context: ConsoleContext) -> Response:
    """Take a scope from the role."""
    role_id = context.args["id"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        await role_scopes.remove_scope(tx, context.actor, context.runtime.cache, role_id, context.args["scope"])
    return context.go(f"roles/{role_id}", said="said.scope_removed")
