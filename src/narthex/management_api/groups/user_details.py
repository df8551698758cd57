"""`/api/users/:userId/…`: custom data, profile, password, suspension."""

from typing import Any

from narthex.credentials import queries as credentials_queries
from narthex.credentials import service as credentials
from narthex.kit.errors import EntityNotFound
from narthex.management_api.groups.users import checked_password, profile_members
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.user_answers import one_user_answer
from narthex.management_api.wire.users import (
    CustomDataBody,
    HasPassword,
    PasswordBody,
    ProfileBody,
    SuspensionBody,
    UserAnswer,
)
from narthex.sign_in_settings import service as settings
from narthex.sign_in_settings.policies import password_attempts
from narthex.users import editing, queries
from narthex.users import service as users
from narthex.verifications import password_of_user


async def get_user_custom_data(call: Call[NoQuery, None]) -> dict[str, Any]:
    """A user's custom data."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        return (await queries.get(reader, call.path["userId"])).custom_data


async def update_user_custom_data(call: Call[NoQuery, CustomDataBody]) -> dict[str, Any]:
    """Set members of a user's custom data; the others stay."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        members = call.body.custom_data
        return (await editing.merge_custom_data(tx, call.actor, call.path["userId"], members)).custom_data


async def update_user_profile(call: Call[NoQuery, ProfileBody]) -> dict[str, Any]:
    """Set members of a user's profile; the others stay."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        members = profile_members(call.body.profile)
        return (await editing.merge_profile(tx, call.actor, call.path["userId"], members)).profile


async def has_user_password(call: Call[NoQuery, None]) -> HasPassword:
    """Whether a user has a password."""
    user_id = call.path["userId"]
    async with call.runtime.database.read(call.tenant.id) as reader:
        await queries.get(reader, user_id)
        return HasPassword(await credentials_queries.has_password(reader, user_id))


async def update_user_password(call: Call[NoQuery, PasswordBody]) -> UserAnswer:
    """Give a user another password, which ends all their sessions."""
    password_hash = await credentials.hashed(call.runtime, checked_password(call.body.password))
    user_id = call.path["userId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        await credentials.set_password(tx, call.actor, user_id, password_hash)
        return await one_user_answer(tx, await queries.get(tx, user_id))


async def verify_user_password(call: Call[NoQuery, PasswordBody]) -> None:
    """Whether a password is a user's; wrong ones count as they do at the sign-in."""
    limit = password_attempts(await settings.read(call.runtime, call.tenant.id))
    await password_of_user.verify(call.runtime, call.actor, call.path["userId"], call.body.password, limit)


async def update_user_is_suspended(call: Call[NoQuery, SuspensionBody]) -> UserAnswer:
    """Suspend a user, which ends all their sessions, or lift it."""
    user_id = call.path["userId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        if not await users.set_suspended(tx, call.actor, user_id, call.body.is_suspended):
            raise EntityNotFound("user", user_id)
        return await one_user_answer(tx, await queries.get(tx, user_id))


_GROUP = Group("Users")
_CUSTOM_DATA = "/api/users/{userId}/custom-data"

OPERATIONS = (
    _GROUP.get(_CUSTOM_DATA, "Get a user's custom data", get_user_custom_data, dict[str, Any]),
    _GROUP.operation(
        "PATCH",
        _CUSTOM_DATA,
        "Set members of a user's custom data",
        update_user_custom_data,
        body=CustomDataBody,
        answer=dict[str, Any],
    ),
    _GROUP.operation(
        "PATCH",
        "/api/users/{userId}/profile",
        "Set members of a user's profile",
        update_user_profile,
        body=ProfileBody,
        answer=dict[str, Any],
    ),
    _GROUP.get("/api/users/{userId}/has-password", "Ask for a user's password", has_user_password, HasPassword),
    _GROUP.operation(
        "PATCH",
        "/api/users/{userId}/password",
        "Set a user's password",
        update_user_password,
        body=PasswordBody,
        answer=UserAnswer,
    ),
    _GROUP.operation(
        "POST",
        "/api/users/{userId}/password/verify",
        "Check a user's password",
        verify_user_password,
        body=PasswordBody,
        status=204,
    ),
    _GROUP.operation(
        "PATCH",
        "/api/users/{userId}/is-suspended",
        "Suspend a user",
        update_user_is_suspended,
        body=SuspensionBody,
        answer=UserAnswer,
    ),
)
