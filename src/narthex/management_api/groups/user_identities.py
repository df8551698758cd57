"""`/api/users/:userId/identities`: who somebody is at other providers."""

from typing import Any

from msgspec import Struct

from narthex.identities import service as identities
from narthex.identities.schemas import Identity, NewIdentity
from narthex.kit.database import Reader
from narthex.kit.errors import EntityNotFound
from narthex.management_api.operation import Answer, Call, Group, NoQuery
from narthex.management_api.user_answers import identities_answer, one_user_answer
from narthex.management_api.wire.users import IdentityAnswer, UserAnswer
from narthex.users import queries


class IdentityBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The id of somebody at a provider, and what is known of them there."""

    user_id: str
    details: dict[str, Any] = {}


class OneIdentity(Struct, frozen=True):
    """An identity."""

    identity: IdentityAnswer


class SocialIdentity(Struct, frozen=True):
    """An identity with its target."""

    target: str
    identity: IdentityAnswer


class AllIdentities(Struct, frozen=True, rename="camel"):
    """All identities of a user; enterprise ones do not exist yet."""

    social_identities: list[SocialIdentity]
    sso_identities: list[dict[str, Any]]


async def get_user_identity(call: Call[NoQuery, None]) -> OneIdentity:
    """A user's identity of a target."""
    target = call.path["target"]
    async with call.runtime.database.read(call.tenant.id) as reader:
        found = identities_answer(await _identities(reader, call.path["userId"]))
    if target not in found:
        raise EntityNotFound("identity", target)
    return OneIdentity(found[target])


async def list_user_all_identities(call: Call[NoQuery, None]) -> AllIdentities:
    """All identities of a user."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        found = identities_answer(await _identities(reader, call.path["userId"]))
    return AllIdentities([SocialIdentity(target, identity) for target, identity in found.items()], [])


async def replace_user_identity(call: Call[NoQuery, IdentityBody]) -> Answer:
    """Link an identity to a user, in place of the one of the same target; 201 where there was none."""
    user_id, new = call.path["userId"], NewIdentity(call.path["target"], call.body.user_id, call.body.details)
    async with call.runtime.database.write(call.tenant.id) as tx:
        await queries.get(tx, user_id)
        is_new = await identities.replace(tx, call.actor, user_id, new)
        found = await identities.of_user(tx, user_id)
    return Answer(201 if is_new else 200, identities_answer(found))


async def delete_user_identity(call: Call[NoQuery, None]) -> UserAnswer:
    """Take an identity from a user."""
    user_id = call.path["userId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        user = await queries.get(tx, user_id)
        await identities.unlink(tx, call.actor, user_id, call.path["target"])
        return await one_user_answer(tx, user)


async def _identities(reader: Reader, user_id: str) -> list[Identity]:
    await queries.get(reader, user_id)
    return await identities.of_user(reader, user_id)


_GROUP = Group("Users")
_ONE = "/api/users/{userId}/identities/{target}"

OPERATIONS = (
    _GROUP.get(
        "/api/users/{userId}/all-identities", "List a user's identities", list_user_all_identities, AllIdentities
    ),
    _GROUP.get(_ONE, "Get a user's identity", get_user_identity, OneIdentity),
    _GROUP.operation(
        "PUT",
        _ONE,
        "Link an identity to a user",
        replace_user_identity,
        body=IdentityBody,
        answer=dict[str, IdentityAnswer],
        status=201,
        other_statuses=(200,),
    ),
    _GROUP.operation("DELETE", _ONE, "Unlink an identity", delete_user_identity, answer=UserAnswer),
)
