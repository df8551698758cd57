"""`/api/roles/:id/users` and `applications`: who has a role."""

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, PageRequest, Paging
from narthex.management_api.searches import advanced_search, simple_search
from narthex.management_api.user_answers import user_answers
from narthex.management_api.wire.applications import ApplicationAnswer, application_answer
from narthex.management_api.wire.roles import ApplicationIds, UserIds
from narthex.management_api.wire.users import UserAnswer
from narthex.roles import assigning, members, queries


class NameQuery(Struct, frozen=True):
    """A part of the name."""

    search: str = ""
    q: str = ""


async def list_role_users(call: Call[NoQuery, None]) -> Listed:
    """The users who have a role."""
    role_id, page = call.path["id"], call.page or PageRequest()
    wanted = advanced_search(call.request.query)
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await queries.get(reader, role_id)
        found = await members.listed_users(reader, role_id, wanted, page.offset, page.size)
        total = await members.count_users(reader, role_id, wanted)
        return Listed(await user_answers(reader, found), total)


async def create_role_user(call: Call[NoQuery, UserIds]) -> UserIds:
    """Give users a role."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await assigning.assign_to_users(tx, call.actor, call.path["id"], call.body.user_ids)
    return call.body


async def delete_role_user(call: Call[NoQuery, None]) -> None:
    """Take a role from a user."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await queries.get(tx, call.path["id"])
        await assigning.take_from_user(tx, call.actor, call.path["userId"], call.path["id"])


async def list_role_applications(call: Call[NameQuery, None]) -> Listed:
    """The applications that have a role."""
    role_id, search, page = call.path["id"], simple_search(call.query), call.page or PageRequest()
    async with call.runtime.database.scan(call.tenant.id) as reader:
        await queries.get(reader, role_id)
        found = await members.listed_applications(reader, role_id, search, page.offset, page.size)
        total = await members.count_applications(reader, role_id, search)
    return Listed([application_answer(call.tenant.id, one) for one in found], total)


async def create_role_application(call: Call[NoQuery, ApplicationIds]) -> ApplicationIds:
    """Give machine-to-machine applications a role."""
    ids, cache = call.body.application_ids, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        await assigning.assign_to_applications(tx, call.actor, cache, call.path["id"], ids)
    return call.body


async def delete_role_application(call: Call[NoQuery, None]) -> None:
    """Take a role from an application."""
    path, cache = call.path, call.runtime.cache
    async with call.runtime.database.write(call.tenant.id) as tx:
        await queries.get(tx, path["id"])
        await assigning.take_from_application(tx, call.actor, cache, path["applicationId"], path["id"])


_GROUP = Group("Roles")
_USERS, _APPLICATIONS = "/api/roles/{id}/users", "/api/roles/{id}/applications"

OPERATIONS = (
    _GROUP.get(
        _USERS,
        "List the users of a role",
        list_role_users,
        list[UserAnswer],
        paging=Paging.ALWAYS,
        is_searched=True,
    ),
    _GROUP.operation("POST", _USERS, "Give users a role", create_role_user, body=UserIds, answer=UserIds, status=201),
    _GROUP.operation(
        "DELETE", "/api/roles/{id}/users/{userId}", "Take a role from a user", delete_role_user, status=204
    ),
    _GROUP.get(
        _APPLICATIONS,
        "List the applications of a role",
        list_role_applications,
        list[ApplicationAnswer],
        query=NameQuery,
        paging=Paging.ALWAYS,
    ),
    _GROUP.operation(
        "POST",
        _APPLICATIONS,
        "Give applications a role",
        create_role_application,
        body=ApplicationIds,
        answer=ApplicationIds,
        status=201,
    ),
    _GROUP.operation(
        "DELETE",
        "/api/roles/{id}/applications/{applicationId}",
        "Take a role from an application",
        delete_role_application,
        status=204,
    ),
)
