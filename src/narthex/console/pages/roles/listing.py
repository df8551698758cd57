"""The list of roles, and making one."""

from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.console.rendering import Crumb
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.roles import queries, service
from narthex.roles.schemas import RoleFilter, RoleType
from narthex.sign_in_settings.hosted_page import Problem

TYPES = {"User": RoleType.USER, "MachineToMachine": RoleType.MACHINE_TO_MACHINE}


async def show(context: ConsoleContext) -> Response:
    """A page of roles, newest first."""
    query = context.query
    search, kind = (query.get("q") or "").strip(), query.get("type") or ""
    async with context.runtime.database.scan(context.tenant.id) as reader:
        wanted = RoleFilter(search=search, type=TYPES.get(kind))
        page = await queries.page(reader, wanted, after=query.get("after"), before=query.get("before"), size=20)
    return context.render(
        "console/roles/list.html",
        title=context.text("nav.roles"),
        roles=page.items,
        search=search,
        kind=kind,
        **turns(context, "roles", page, q=search, type=kind),
    )


async def ask(context: ConsoleContext) -> Response:
    """The form of a new role."""
    return _form(context, {"name": "", "description": "", "type": "User"})


async def create(context: ConsoleContext) -> Response:
    """Make a role, and go on to its permissions."""
    form = await context.form()
    typed = {name: (form.get(name) or "").strip() for name in ("name", "description", "type")}
    if typed["type"] not in TYPES:
        wrong = InvalidInput("type", "choose whom the role is for.")
        return _form(context, typed, context.problem(wrong), wrong.status)
    is_default = form.get("is_default") is not None and typed["type"] != "MachineToMachine"
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            made = await service.create(
                tx,
                context.actor,
                context.runtime.cache,
                typed["name"],
                typed["description"],
                TYPES[typed["type"]],
                is_default=is_default,
            )
    except Refusal as refusal:
        field = str(refusal.values.get("field", "name"))
        return _form(context, typed, context.problem(refusal, field), refusal.status)
    return context.go(f"roles/{made}", said="said.role_created")


def _form(
    context: ConsoleContext, typed: dict[str, str], problem: Problem | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/roles/new.html",
        title=context.text("roles.new_title"),
        status=status,
        problems=[problem] if problem else [],
        back=Crumb(context.url("roles"), context.text("nav.roles")),
        typed=typed,
    )
