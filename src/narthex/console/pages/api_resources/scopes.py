"""The scopes of a resource: what an access token for it may allow."""

from narthex.console.context import ConsoleContext
from narthex.console.lists import turns
from narthex.console.pages.api_resources.details import framed
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.http import Response
from narthex.resources import editing, queries, service
from narthex.resources.schemas import ScopeChange
from narthex.sign_in_settings.hosted_page import Problem


async def show(context: ConsoleContext) -> Response:
    """A page of the scopes, and the form of another one."""
    return await _list(context, "", "")


async def create(context: ConsoleContext) -> Response:
    """Add a scope."""
    form = await context.form()
    name, description = (form.get("name") or "").strip(), (form.get("description") or "").strip()
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            await service.create_scope(
                tx, context.actor, context.runtime.cache, context.args["id"], name, description or None
            )
    except EntityNotFound:
        raise
    except Refusal as refusal:
        field = "description" if refusal.values.get("field") == "description" else "name"
        return await _list(context, name, description, context.problem(refusal, field), refusal.status)
    return context.go(f"api-resources/{context.args['id']}", said="said.scope_created")


async def edit(context: ConsoleContext) -> Response:
    """The form of one scope."""
    resource_id, scope_id = context.args["id"], context.args["scope"]
    async with context.runtime.database.read(context.tenant.id) as reader:
        resource = await queries.get(reader, resource_id)
        scope = await queries.get_scope(reader, resource_id, scope_id)
    return framed(context, "scope", resource, scope=scope, name=scope.name, description=scope.description or "")


async def save(context: ConsoleContext) -> Response:
    """Change name and description of a scope."""
    resource_id, scope_id = context.args["id"], context.args["scope"]
    form = await context.form()
    name, description = (form.get("name") or "").strip(), (form.get("description") or "").strip()
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            change = ScopeChange(name=name, description=description or None)
            await editing.update_scope(tx, context.actor, context.runtime.cache, resource_id, scope_id, change)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        async with context.runtime.database.read(context.tenant.id) as reader:
            resource = await queries.get(reader, resource_id)
            scope = await queries.get_scope(reader, resource_id, scope_id)
        field = "description" if refusal.values.get("field") == "description" else "name"
        problems = [context.problem(refusal, field)]
        shown = {"scope": scope, "name": name, "description": description}
        return framed(context, "scope", resource, status=refusal.status, problems=problems, **shown)
    return context.go(f"api-resources/{resource_id}", said="said.saved")


async def delete(context: ConsoleContext) -> Response:
    """Take a scope away; roles lose it with it."""
    resource_id, scope_id = context.args["id"], context.args["scope"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        await editing.delete_scope(tx, context.actor, context.runtime.cache, resource_id, scope_id)
    return context.go(f"api-resources/{resource_id}", said="said.scope_deleted")


async def _list(
    context: ConsoleContext, name: str, description: str, problem: Problem | None = None, status: int = 200
) -> Response:
    resource_id, query = context.args["id"], context.query
    search = (query.get("q") or "").strip()
    async with context.runtime.database.scan(context.tenant.id) as reader:
        resource = await queries.get(reader, resource_id)
        page = await queries.scopes_page(
            reader, resource_id, search, after=query.get("after"), before=query.get("before"), size=50
        )
    return framed(
        context,
        "scopes",
        resource,
        status=status,
        problems=[problem] if problem else [],
        scopes=page.items,
        search=search,
        name=name,
        description=description,
        **turns(context, f"api-resources/{resource_id}", page, q=search),
    )
