"""The roles of one user."""

from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.kit.http import Response
from narthex.roles import assigning
from narthex.roles import queries as roles
from narthex.roles.schemas import RoleFilter, RoleType
from narthex.users import queries

# More roles than this are given from the role's own page.
CHOICES = 100


async def show(context: ConsoleContext) -> Response:
    """Which roles the user has, and which they could have."""
    user_id = context.args["id"]
    async with context.runtime.database.scan(context.tenant.id) as reader:
        user = await queries.get(reader, user_id)
        had = await roles.roles_of_user(reader, user_id)
        free = await roles.page(reader, RoleFilter(type=RoleType.USER, exclude_user_id=user_id), size=CHOICES)
    return context.render(
        "console/users/roles.html",
        title=user.display_name,
        back=Crumb(context.url("users"), context.text("nav.users")),
        user=user,
        had=had,
        free=free.items,
        part="roles",
    )


async def save(context: ConsoleContext) -> Response:
    """Give the chosen roles, or take one away."""
    user_id, form = context.args["id"], await context.form()
    async with context.runtime.database.write(context.tenant.id) as tx:
        await queries.get(tx, user_id)
        if taken := form.get("take"):
            await assigning.take_from_user(tx, context.actor, user_id, taken)
        elif chosen := list(form.all("role")):
            await assigning.add_roles_to_user(tx, context.actor, user_id, chosen)
    return context.go(f"users/{user_id}/roles", said="said.saved")
