"""Sessions as an operator sees them."""

from msgspec import Struct
from sqlalchemy import bindparam, select

from narthex.kit.database import Reader, statement
from narthex.kit.errors import EntityNotFound
from narthex.sessions.live import COLUMNS, LIVE, WITH_USERS
from narthex.sessions.tables import sessions

MOST = 500


class SessionInfo(Struct, frozen=True):
    """A live session, and where it was opened. Times in ms."""

    id: str
    user_id: str
    authenticated_at: int
    methods: tuple[str, ...]
    created_at: int
    expires_at: int
    ip: str | None
    user_agent: str | None


LIVE_OF_USER = (
    select(*COLUMNS, sessions.c.ip, sessions.c.user_agent)
    .select_from(WITH_USERS)
    .where(sessions.c.user_id == bindparam("user_id"), LIVE)
)
OF_USER = statement(
    LIVE_OF_USER.order_by(sessions.c.authenticated_at.desc(), sessions.c.id.desc()).limit(MOST), SessionInfo
)
ONE_OF_USER = statement(LIVE_OF_USER.where(sessions.c.id == bindparam("session_id")), SessionInfo)


async def of_user(reader: Reader, user_id: str, now: int) -> list[SessionInfo]:
    """The live sessions of a user, the last sign-in first; at most `MOST`."""
    return await reader.all(OF_USER, user_id=user_id, now=now)


async def get(reader: Reader, user_id: str, session_id: str, now: int) -> SessionInfo:
    """A live session of this user; raises `EntityNotFound`."""
    found = await reader.one(ONE_OF_USER, user_id=user_id, session_id=session_id, now=now)
    if found is None:
        raise EntityNotFound("session", session_id)
    return found
