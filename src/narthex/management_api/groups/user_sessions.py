"""`/api/users/:userId/sessions` and `grants`: where somebody is signed in, and what applications were given."""

from typing import Literal

from msgspec import Struct

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.wire.users import (
    GrantsAnswer,
    SessionAnswer,
    SessionsAnswer,
    grant_answer,
    session_answer,
)
from narthex.sessions import queries as sessions_queries
from narthex.sessions import service as sessions
from narthex.tokens import grants_of_user
from narthex.users import queries as users_queries


class EndSessionQuery(Struct, frozen=True, rename="camel"):
    """Whose grants of the session are taken back too."""

    revoke_grants_target: Literal["all", "firstParty"] | None = None


class GrantsQuery(Struct, frozen=True, rename="camel"):
    """Grants of one's own applications, or of third parties'."""

    app_type: Literal["firstParty", "thirdParty"] | None = None


async def list_user_sessions(call: Call[NoQuery, None]) -> SessionsAnswer:
    """The live sessions of a user, the newest sign-in first."""
    user_id, now = call.path["userId"], call.runtime.clock.now()
    async with call.runtime.database.read(call.tenant.id) as reader:
        await users_queries.get(reader, user_id)
        found = await sessions_queries.of_user(reader, user_id, now)
        grants = await grants_of_user.of_user(reader, user_id, now)
    return SessionsAnswer([session_answer(session, grants) for session in found])


async def get_user_session(call: Call[NoQuery, None]) -> SessionAnswer:
    """One live session of a user."""
    user_id, now = call.path["userId"], call.runtime.clock.now()
    async with call.runtime.database.read(call.tenant.id) as reader:
        session = await sessions_queries.get(reader, user_id, call.path["sessionId"], now)
        return session_answer(session, await grants_of_user.of_user(reader, user_id, now))


async def delete_user_session(call: Call[EndSessionQuery, None]) -> None:
    """End a session of a user."""
    user_id, session_id, target = call.path["userId"], call.path["sessionId"], call.query.revoke_grants_target
    async with call.runtime.database.write(call.tenant.id) as tx:
        await sessions.end_by_id(tx, call.actor, user_id, session_id)
        if target is not None:
            only_own = target == "firstParty"
            await grants_of_user.revoke_of_session(tx, call.actor, user_id, session_id, first_party_only=only_own)


async def list_user_grants(call: Call[GrantsQuery, None]) -> GrantsAnswer:
    """The live grants of a user."""
    user_id, app_type = call.path["userId"], call.query.app_type
    async with call.runtime.database.read(call.tenant.id) as reader:
        await users_queries.get(reader, user_id)
        found = await grants_of_user.of_user(reader, user_id, call.runtime.clock.now())
    wanted = [one for one in found if app_type is None or one.is_third_party == (app_type == "thirdParty")]
    return GrantsAnswer([grant_answer(user_id, grant) for grant in wanted])


async def delete_user_grant(call: Call[NoQuery, None]) -> None:
    """Take a grant back; its tokens die at once."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await grants_of_user.revoke_one(tx, call.actor, call.path["userId"], call.path["grantId"])


_GROUP = Group("Users")
_SESSION = "/api/users/{userId}/sessions/{sessionId}"

OPERATIONS = (
    _GROUP.get("/api/users/{userId}/sessions", "List a user's sessions", list_user_sessions, SessionsAnswer),
    _GROUP.get(_SESSION, "Get a session", get_user_session, SessionAnswer),
    _GROUP.operation("DELETE", _SESSION, "End a session", delete_user_session, query=EndSessionQuery, status=204),
    _GROUP.get("/api/users/{userId}/grants", "List a user's grants", list_user_grants, GrantsAnswer, query=GrantsQuery),
    _GROUP.operation(
        "DELETE", "/api/users/{userId}/grants/{grantId}", "Take a grant back", delete_user_grant, status=204
    ),
)
