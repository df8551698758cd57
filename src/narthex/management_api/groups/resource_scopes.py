"""`/api/resources/:resourceId/scopes`: the scopes of a resource."""

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, Paging
from narthex.management_api.searches import simple_search
from narthex.management_api.wire.resources import ScopeAnswer, ScopeBody, ScopePatch, scope_answer
from narthex.resources import editing, queries
from narthex.resources import service as resources
from narthex.resources.schemas import ScopeChange


class ScopesQuery(Struct, frozen=True):
    """A part of the name or the description."""

    search: str = ""
    q: str = ""


async def list_resource_scopes(call: Call[ScopesQuery, None]) -> Listed:
    """The scopes of a resource, the newest first."""
    resource_id, search = call.path["resourceId"], simple_search(call.query)
    offset, limit = (call.page.offset, call.page.size) if call.page else (0, None)
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await queries.get(reader, resource_id)
        found = await queries.scopes_of(reader, resource_id, search, offset, limit)
        total = await queries.count_scopes(reader, resource_id, search) if call.page else len(found)
    return Listed([scope_answer(call.tenant.id, scope) for scope in found], total)


async def create_resource_scope(call: Call[NoQuery, ScopeBody]) -> ScopeAnswer:
    """Add a scope to a resource."""
    resource_id, body, cache = call.path["resourceId"], call.body, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        await queries.get(tx, resource_id)
        made = await resources.create_scope(tx, call.actor, cache, resource_id, body.name, body.description)
        return scope_answer(call.tenant.id, await queries.get_scope(tx, resource_id, made))


async def update_resource_scope(call: Call[NoQuery, ScopePatch]) -> ScopeAnswer:
    """Change a scope."""
    path, change = call.path, ScopeChange(call.body.name, call.body.description)
    async with call.runtime.database.write(call.tenant.id) as tx:
        cache = call.runtime.cache
        changed = await editing.update_scope(tx, call.actor, cache, path["resourceId"], path["scopeId"], change)
    return scope_answer(call.tenant.id, changed)


async def delete_resource_scope(call: Call[NoQuery, None]) -> None:
    """Delete a scope; roles that gave it give it no more."""
    path = call.path
    async with call.runtime.database.write(call.tenant.id) as tx:
        await editing.delete_scope(tx, call.actor, call.runtime.cache, path["resourceId"], path["scopeId"])


_GROUP = Group("Resources")
_ALL, _ONE = "/api/resources/{resourceId}/scopes", "/api/resources/{resourceId}/scopes/{scopeId}"

OPERATIONS = (
    _GROUP.get(
        _ALL,
        "List the scopes of an API resource",
        list_resource_scopes,
        list[ScopeAnswer],
        query=ScopesQuery,
        paging=Paging.OPTIONAL,
    ),
    _GROUP.operation(
        "POST",
        _ALL,
        "Add a scope to an API resource",
        create_resource_scope,
        body=ScopeBody,
        answer=ScopeAnswer,
        status=201,
    ),
    _GROUP.operation("PATCH", _ONE, "Change a scope", update_resource_scope, body=ScopePatch, answer=ScopeAnswer),
    _GROUP.operation("DELETE", _ONE, "Delete a scope", delete_resource_scope, status=204),
)
