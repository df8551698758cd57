"""One role: its settings, and deleting it."""

from collections.abc import Iterable
from typing import Any

from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.http import Response
from narthex.roles import queries, service
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, Role, RoleChange, RoleType
from narthex.sign_in_settings.hosted_page import Problem


async def show(context: ConsoleContext) -> Response:
    """Name, description, and whether new people get it."""
    role = await find(context)
    return framed(context, "settings", role, name=role.name, description=role.description)


async def save(context: ConsoleContext) -> Response:
    """Change the settings."""
    role, form = await find(context), await context.form()
    name, description = (form.get("name") or "").strip(), (form.get("description") or "").strip()
    is_default = form.get("is_default") is not None and role.type is RoleType.USER
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            change = RoleChange(name=name, description=description, is_default=is_default)
            await service.update(tx, context.actor, context.runtime.cache, role.id, change)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        problems = [context.problem(refusal, str(refusal.values.get("field", "name")))]
        return framed(
            context, "settings", role, status=refusal.status, problems=problems, name=name, description=description
        )
    return context.go(f"roles/{role.id}/settings", said="said.saved")


async def ask_deletion(context: ConsoleContext) -> Response:
    """Ask before a role is deleted."""
    return framed(context, "delete", await find(context))


async def delete(context: ConsoleContext) -> Response:
    """Delete a role whose name was typed."""
    role, form = await find(context), await context.form()
    if (wrong := unconfirmed(form, role.name)) is not None:
        return framed(context, "delete", role, status=wrong.status, problems=[context.problem(wrong, "confirm")])
    async with context.runtime.database.write(context.tenant.id) as tx:
        await service.delete(tx, context.actor, context.runtime.cache, role.id)
    return context.go("roles", said="said.role_deleted")


async def find(context: ConsoleContext) -> Role:
    """The role of the address; raises `EntityNotFound`."""
    async with context.runtime.database.read(context.tenant.id) as reader:
        return await queries.get(reader, context.args["id"])


def framed(
    context: ConsoleContext,
    template: str,
    role: Role,
    /,
    *,
    status: int = 200,
    problems: Iterable[Problem] = (),
    **shown: Any,
) -> Response:
    """One of the pages about a role."""
    return context.render(
        f"console/roles/{template}.html",
        title=role.name,
        status=status,
        problems=problems,
        back=Crumb(context.url("roles"), context.text("nav.roles")),
        role=role,
        is_built_in=role.id == MANAGEMENT_ROLE_ID,
        part=template,
        **shown,
    )
