"""`/api/resources`: API resources."""

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, Paging
from narthex.management_api.wire.resources import (
    IsDefaultBody,
    ResourceAnswer,
    ResourceBody,
    ResourcePatch,
    resource_answer,
)
from narthex.resources import editing, queries
from narthex.resources import service as resources
from narthex.resources.schemas import ResourceChange


class ResourcesQuery(Struct, frozen=True, rename="camel"):
    """Whether each resource comes with its scopes; any value but `false` and `0` means yes, as on the wire."""

    include_scopes: str = "false"


async def list_resources(call: Call[ResourcesQuery, None]) -> Listed:
    """Resources, the newest first."""
    offset, limit = (call.page.offset, call.page.size) if call.page else (0, None)
    wants_scopes = call.query.include_scopes not in {"", "false", "0"}
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await queries.listed(reader, "", offset, limit)
        total = await queries.count(reader) if call.page else len(found)
        scopes = await queries.scopes_of_resources(reader, [one.id for one in found]) if wants_scopes else None
    shown = [(one, None if scopes is None else scopes.get(one.id, [])) for one in found]
    return Listed([resource_answer(call.tenant.id, one, own) for one, own in shown], total)


async def create_resource(call: Call[NoQuery, ResourceBody]) -> ResourceAnswer:
    """Make a resource."""
    body, cache = call.body, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        resource_id = await resources.create(
            tx, call.actor, cache, body.name, body.indicator, access_token_ttl=body.access_token_ttl
        )
        made = await queries.get(tx, resource_id)
    return resource_answer(call.tenant.id, made, [])


async def get_resource(call: Call[NoQuery, None]) -> ResourceAnswer:
    """One resource."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        return resource_answer(call.tenant.id, await queries.get(reader, call.path["id"]))


async def update_resource(call: Call[NoQuery, ResourcePatch]) -> ResourceAnswer:
    """Change a resource."""
    change = ResourceChange(call.body.name, call.body.access_token_ttl)
    async with call.runtime.database.write(call.tenant.id) as tx:
        changed = await editing.update(tx, call.actor, call.runtime.cache, call.path["id"], change)
    return resource_answer(call.tenant.id, changed)


async def set_default_resource(call: Call[NoQuery, IsDefaultBody]) -> ResourceAnswer:
    """Let a resource stand for requests that name none; at most one does."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        is_default = call.body.is_default
        changed = await editing.set_default(tx, call.actor, call.runtime.cache, call.path["id"], is_default)
    return resource_answer(call.tenant.id, changed)


async def delete_resource(call: Call[NoQuery, None]) -> None:
    """Delete a resource with its scopes."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await editing.delete(tx, call.actor, call.runtime.cache, call.path["id"])


_GROUP = Group("Resources")
_ALL, _ONE = "/api/resources", "/api/resources/{id}"

OPERATIONS = (
    _GROUP.get(
        _ALL,
        "List API resources",
        list_resources,
        list[ResourceAnswer],
        query=ResourcesQuery,
        paging=Paging.OPTIONAL,
    ),
    _GROUP.operation(
        "POST",
        _ALL,
        "Create an API resource",
        create_resource,
        body=ResourceBody,
        answer=ResourceAnswer,
        status=201,
    ),
    _GROUP.get(_ONE, "Get an API resource", get_resource, ResourceAnswer),
    _GROUP.operation(
        "PATCH", _ONE, "Change an API resource", update_resource, body=ResourcePatch, answer=ResourceAnswer
    ),
    _GROUP.operation("DELETE", _ONE, "Delete an API resource", delete_resource, status=204),
    _GROUP.operation(
        "PATCH",
        "/api/resources/{id}/is-default",
        "Make an API resource the default",
        set_default_resource,
        body=IsDefaultBody,
        answer=ResourceAnswer,
    ),
)
