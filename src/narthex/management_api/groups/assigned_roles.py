"""`/api/users/:userId/roles` and `/api/applications/:applicationId/roles`: the roles that somebody has."""

from msgspec import Struct

from narthex.applications import queries as applications_queries
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, PageRequest, Paging
from narthex.management_api.searches import simple_search
from narthex.management_api.wire.roles import AddedRoles, RoleAnswer, RoleIds, role_answer
from narthex.roles import assigning, queries
from narthex.users import queries as users_queries


class NameQuery(Struct, frozen=True):
    """A part of the name."""

    search: str = ""
    q: str = ""


async def list_user_roles(call: Call[NameQuery, None]) -> Listed:
    """The roles of a user, by name."""
    user_id, search, page = call.path["userId"], simple_search(call.query), call.page or PageRequest()
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await users_queries.get(reader, user_id)
        found = await queries.roles_of_user(reader, user_id, search, page.offset, page.size)
        total = await queries.count_roles_of_user(reader, user_id, search)
    return Listed([role_answer(call.tenant.id, role) for role in found], total)


async def assign_user_roles(call: Call[NoQuery, RoleIds]) -> AddedRoles:
    """Give a user roles; those that they have already are passed over."""
    ids = call.body.role_ids
    async with call.runtime.database.write(call.tenant.id) as tx:
        return AddedRoles(ids, await assigning.add_roles_to_user(tx, call.actor, call.path["userId"], ids))


async def replace_user_roles(call: Call[NoQuery, RoleIds]) -> RoleIds:
    """Let a user have these roles and no others."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await assigning.replace_roles_of_user(tx, call.actor, call.path["userId"], call.body.role_ids)
    return call.body


async def delete_user_role(call: Call[NoQuery, None]) -> None:
    """Take a role from a user."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await users_queries.get(tx, call.path["userId"])
        await assigning.take_from_user(tx, call.actor, call.path["userId"], call.path["roleId"])


async def list_application_roles(call: Call[NameQuery, None]) -> Listed:
    """The roles of an application, by name."""
    application_id, search = call.path["applicationId"], simple_search(call.query)
    page = call.page or PageRequest()
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await applications_queries.get(reader, application_id)
        found = await queries.roles_of_application(reader, application_id, search, page.offset, page.size)
        total = await queries.count_roles_of_application(reader, application_id, search)
    return Listed([role_answer(call.tenant.id, role) for role in found], total)


async def assign_application_roles(call: Call[NoQuery, RoleIds]) -> AddedRoles:
    """Give a machine-to-machine application roles; those that it has already are passed over."""
    ids, cache, application_id = call.body.role_ids, call.runtime.cache, call.path["applicationId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        return AddedRoles(ids, await assigning.add_roles_to_application(tx, call.actor, cache, application_id, ids))


async def replace_application_roles(call: Call[NoQuery, RoleIds]) -> RoleIds:
    """Let an application have these roles and no others."""
    ids, cache, application_id = call.body.role_ids, call.runtime.cache, call.path["applicationId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        await assigning.replace_roles_of_application(tx, call.actor, cache, application_id, ids)
    return call.body


async def delete_application_role(call: Call[NoQuery, None]) -> None:
    """Take a role from an application."""
    path, cache = call.path, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        await applications_queries.get(tx, path["applicationId"])
        await assigning.take_from_application(tx, call.actor, cache, path["applicationId"], path["roleId"])


_USERS, _USER_ROLES = Group("Users"), "/api/users/{userId}/roles"
_APPLICATIONS, _APPLICATION_ROLES = Group("Applications"), "/api/applications/{applicationId}/roles"

OPERATIONS = (
    _USERS.get(
        _USER_ROLES,
        "List the roles of a user",
        list_user_roles,
        list[RoleAnswer],
        query=NameQuery,
        paging=Paging.ALWAYS,
    ),
    _USERS.operation(
        "POST", _USER_ROLES, "Give a user roles", assign_user_roles, body=RoleIds, answer=AddedRoles, status=201
    ),
    _USERS.operation(
        "PUT", _USER_ROLES, "Replace the roles of a user", replace_user_roles, body=RoleIds, answer=RoleIds
    ),
    _USERS.operation(
        "DELETE", "/api/users/{userId}/roles/{roleId}", "Take a role from a user", delete_user_role, status=204
    ),
    _APPLICATIONS.get(
        _APPLICATION_ROLES,
        "List the roles of an application",
        list_application_roles,
        list[RoleAnswer],
        query=NameQuery,
        paging=Paging.ALWAYS,
    ),
    _APPLICATIONS.operation(
        "POST",
        _APPLICATION_ROLES,
        "Give an application roles",
        assign_application_roles,
        body=RoleIds,
        answer=AddedRoles,
        status=201,
    ),
    _APPLICATIONS.operation(
        "PUT",
        _APPLICATION_ROLES,
        "Replace the roles of an application",
        replace_application_roles,
        body=RoleIds,
        answer=RoleIds,
    ),
    _APPLICATIONS.operation(
        "DELETE",
        "/api/applications/{applicationId}/roles/{roleId}",
        "Take a role from an application",
        delete_application_role,
        status=204,
    ),
)
