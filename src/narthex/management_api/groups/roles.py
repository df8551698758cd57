"""`/api/roles`: roles and the scopes that they give."""

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, PageRequest, Paging
from narthex.management_api.searches import simple_search
from narthex.management_api.wire.resources import ScopeAnswer, scope_answer
from narthex.management_api.wire.roles import (
    ListedRoleAnswer,
    RoleAnswer,
    RoleBody,
    RolePatch,
    RoleScopeAnswer,
    ScopeIds,
    listed_role_answer,
    role_answer,
    role_scope_answer,
)
from narthex.resources.schemas import ScopeDetails
from narthex.roles import queries, role_scopes
from narthex.roles import service as roles
from narthex.roles.schemas import RoleChange, RoleFilter, RoleType


class RolesQuery(Struct, frozen=True, rename="camel"):
    """Which roles: of this type, not had by this user or application, with a part of the name."""

    type: RoleType | None = None
    exclude_user_id: str | None = None
    exclude_application_id: str | None = None
    search: str = ""
    q: str = ""


class NameQuery(Struct, frozen=True):
    """A part of the name."""

    search: str = ""
    q: str = ""


async def list_roles(call: Call[RolesQuery, None]) -> Listed:
    """Roles with how many have them, the newest first."""
    query, page = call.query, call.page or PageRequest()
    wanted = RoleFilter(simple_search(query), query.type, query.exclude_user_id, query.exclude_application_id)
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await queries.listed(reader, wanted, page.offset, page.size)
        total = await queries.count(reader, wanted)
    return Listed([listed_role_answer(call.tenant.id, role) for role in found], total)


async def create_role(call: Call[NoQuery, RoleBody]) -> RoleAnswer:
    """Make a role with its scopes, or nothing of it."""
    body, cache = call.body, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        role_id = await roles.create(
            tx,
            call.actor,
            cache,
            body.name,
            body.description,
            body.type,
            body.scope_ids,
            is_default=body.is_default,
        )
        return role_answer(call.tenant.id, await queries.get(tx, role_id))


async def get_role(call: Call[NoQuery, None]) -> RoleAnswer:
    """One role."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        return role_answer(call.tenant.id, await queries.get(reader, call.path["id"]))


async def update_role(call: Call[NoQuery, RolePatch]) -> RoleAnswer:
    """Change a role."""
    change = RoleChange(call.body.name, call.body.description, call.body.is_default)
    async with call.runtime.database.write(call.tenant.id) as tx:
        return role_answer(
            call.tenant.id, await roles.update(tx, call.actor, call.runtime.cache, call.path["id"], change)
        )


async def delete_role(call: Call[NoQuery, None]) -> None:
    """Delete a role; whoever had it has it no more."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await roles.delete(tx, call.actor, call.runtime.cache, call.path["id"])


async def list_role_scopes(call: Call[NameQuery, None]) -> Listed:
    """The scopes that a role gives, with their resources."""
    role_id, search = call.path["id"], simple_search(call.query)
    offset, limit = (call.page.offset, call.page.size) if call.page else (0, None)
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await queries.get(reader, role_id)
        found = await role_scopes.scopes_of_role(reader, role_id, search, offset, limit)
        total = await role_scopes.count_scopes_of_role(reader, role_id, search) if call.page else len(found)
    return Listed([role_scope_answer(call.tenant.id, scope) for scope in found], total)


async def create_role_scope(call: Call[NoQuery, ScopeIds]) -> list[ScopeAnswer]:
    """Let a role give more scopes; answers all that it gives now."""
    role_id = call.path["id"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        await role_scopes.add_scopes(tx, call.actor, call.runtime.cache, role_id, call.body.scope_ids)
        found = await role_scopes.scopes_of_role(tx, role_id)
    scopes = [ScopeDetails(one.id, one.resource_id, one.name, one.description, one.created_at) for one in found]
    return [scope_answer(call.tenant.id, scope) for scope in scopes]


async def delete_role_scope(call: Call[NoQuery, None]) -> None:
    """Let a role give a scope no more."""
    path = call.path
    async with call.runtime.database.write(call.tenant.id) as tx:
        await role_scopes.remove_scope(tx, call.actor, call.runtime.cache, path["id"], path["scopeId"])


_GROUP = Group("Roles")
_ALL, _ONE, _SCOPES = "/api/roles", "/api/roles/{id}", "/api/roles/{id}/scopes"

OPERATIONS = (
    _GROUP.get(_ALL, "List roles", list_roles, list[ListedRoleAnswer], query=RolesQuery, paging=Paging.ALWAYS),
    _GROUP.operation("POST", _ALL, "Create a role", create_role, body=RoleBody, answer=RoleAnswer),
    _GROUP.get(_ONE, "Get a role", get_role, RoleAnswer),
    _GROUP.operation("PATCH", _ONE, "Change a role", update_role, body=RolePatch, answer=RoleAnswer),
    _GROUP.operation("DELETE", _ONE, "Delete a role", delete_role, status=204),
    _GROUP.get(
        _SCOPES,
        "List the scopes of a role",
        list_role_scopes,
        list[RoleScopeAnswer],
        query=NameQuery,
        paging=Paging.OPTIONAL,
    ),
    _GROUP.operation(
        "POST",
        _SCOPES,
        "Add scopes to a role",
        create_role_scope,
        body=ScopeIds,
        answer=list[ScopeAnswer],
        status=201,
    ),
    _GROUP.operation(
        "DELETE", "/api/roles/{id}/scopes/{scopeId}", "Take a scope from a role", delete_role_scope, status=204
    ),
)
