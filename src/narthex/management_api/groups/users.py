"""`/api/users`: people."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from narthex.access import ActorKind
from narthex.credentials import service as credentials
from narthex.kit.errors import InvalidInput, Refusal
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, PageRequest, Paging
from narthex.management_api.searches import advanced_search
from narthex.management_api.user_answers import one_user_answer, user_answers
from narthex.management_api.wire.users import Profile, UserAnswer, UserBody, UserPatch
from narthex.registration import service as registration
from narthex.roles import members
from narthex.users import editing, queries, search
from narthex.users import service as users
from narthex.users.schemas import NewUser, UserChange


class UsersQuery(Struct, frozen=True, rename="camel"):
    """Those who do not have this role. The rest is not offered yet, and refused rather than passed over, since it would
    show too many."""

    exclude_role_id: str | None = None
    exclude_organization_id: str | None = None
    include_password_hash: str | None = None


class CannotDeleteSelf(Refusal):
    """Somebody deletes the account that the request is made with. Wire: `user.cannot_delete_self`."""

    def __init__(self) -> None:
        super().__init__("user.cannot_delete_self", status=400, text="You cannot delete your own account here.")


async def list_users(call: Call[UsersQuery, None]) -> Listed:
    """Users, the newest first; searched by fields where `search` asks for it."""
    _check_narrowing(call.query)
    wanted, page, role_id = advanced_search(call.request.query), call.page or PageRequest(), call.query.exclude_role_id
    async with call.runtime.database.scan(call.tenant.id) as reader:
        if role_id is None:
            found = await search.listed(reader, wanted, page.offset, page.size)
            total = await search.count(reader, wanted)
        else:
            found = await members.listed_others(reader, role_id, wanted, page.offset, page.size)
            total = await members.count_others(reader, role_id, wanted)
        return Listed(await user_answers(reader, found), total)


def _check_narrowing(query: UsersQuery) -> None:
    for name in ("excludeOrganizationId", "includePasswordHash"):
        if msgspec.to_builtins(query)[name] is not None:
            raise InvalidInput(name, "this is not supported here.")


async def create_user(call: Call[NoQuery, UserBody]) -> UserAnswer:
    """Make a user, with the default roles; a password is taken as it is, whatever the rules for sign-up say."""
    body, runtime = call.body, call.runtime
    if not (body.username or body.primary_email or body.primary_phone):
        raise InvalidInput("username", "a user needs a username, a primaryEmail or a primaryPhone.")
    password_hash = (
        None if body.password is None else await credentials.hashed(runtime, checked_password(body.password))
    )
    new = NewUser(
        body.username,
        body.primary_email,
        body.primary_phone,
        body.name,
        body.avatar,
        profile_members(body.profile),
        body.custom_data,
    )
    async with runtime.database.write(call.tenant.id) as tx:
        user = await registration.make(tx, call.actor, new, password_hash)
        return await one_user_answer(tx, user)


def checked_password(password: str) -> str:
    """A password that can be kept. Raises `InvalidInput`."""
    longest = 256
    if not 0 < len(password) <= longest:
        raise InvalidInput("password", f"it has 1 to {longest} characters.")
    return password


def profile_members(profile: Profile) -> dict[str, Any]:
    """The members of a profile that were given."""
    members: dict[str, Any] = msgspec.to_builtins(profile)
    return members


async def get_user(call: Call[NoQuery, None]) -> UserAnswer:
    """One user."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        return await one_user_answer(reader, await queries.get(reader, call.path["userId"]))


async def update_user(call: Call[NoQuery, UserPatch]) -> UserAnswer:
    """Change a user."""
    body = call.body
    change = UserChange(
        username=body.username,
        primary_email=body.primary_email,
        primary_phone=body.primary_phone,
        name=body.name,
        avatar=body.avatar,
        profile=UNSET if body.profile is UNSET else profile_members(body.profile),
        custom_data=body.custom_data,
    )
    async with call.runtime.database.write(call.tenant.id) as tx:
        user = await editing.update(tx, call.actor, call.path["userId"], change)
        return await one_user_answer(tx, user)


async def delete_user(call: Call[NoQuery, None]) -> None:
    """Delete a user with all that is theirs; tokens die at once."""
    user_id = call.path["userId"]
    if call.actor.kind is ActorKind.USER and call.actor.id == user_id:
        raise CannotDeleteSelf
    async with call.runtime.database.write(call.tenant.id) as tx:
        await users.delete(tx, call.actor, user_id)


_GROUP = Group("Users")
_ALL, _ONE = "/api/users", "/api/users/{userId}"

OPERATIONS = (
    _GROUP.get(
        _ALL,
        "List or search users",
        list_users,
        list[UserAnswer],
        query=UsersQuery,
        paging=Paging.ALWAYS,
        is_searched=True,
    ),
    _GROUP.operation("POST", _ALL, "Create a user", create_user, body=UserBody, answer=UserAnswer),
    _GROUP.get(_ONE, "Get a user", get_user, UserAnswer),
    _GROUP.operation("PATCH", _ONE, "Change a user", update_user, body=UserPatch, answer=UserAnswer),
    _GROUP.operation("DELETE", _ONE, "Delete a user", delete_user, status=204),
)
