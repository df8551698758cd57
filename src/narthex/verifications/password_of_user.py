"""Checking the password of a known user, for a program. Wire: POST /users/:userId/password/verify."""

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.credentials import attempts
from narthex.credentials import queries as credentials_queries
from narthex.credentials import service as credentials
from narthex.credentials.attempts import Limit
from narthex.credentials.service import PasswordCandidate
from narthex.kit.runtime import Runtime
from narthex.users import queries as users
from narthex.verifications.password import LONGEST_PASSWORD, InvalidCredentials, Locked

PURPOSE = "password-of-user"


async def verify(runtime: Runtime, actor: Actor, user_id: str, password: str, limit: Limit) -> None:
    """Count the attempt and commit, then hash outside. Raises `EntityNotFound`, `Locked`, `InvalidCredentials`."""
    actor.require(Permission.MANAGE)
    async with runtime.database.write(actor.tenant_id) as tx:
        user = await users.get(tx, user_id)
        allowance = await attempts.count(tx, PURPOSE, user_id, limit)
        kept = await credentials_queries.hash_of(tx, user_id)
    if not allowance.allowed:
        await _record(runtime, actor, user_id, "locked")
        raise Locked(allowance.wait)
    found = None if kept is None else PasswordCandidate(user_id, user.is_suspended, kept)
    if not await credentials.matches(runtime, password[:LONGEST_PASSWORD], found):
        await _record(runtime, actor, user_id, "invalid_credentials")
        raise InvalidCredentials
    await _record(runtime, actor, user_id)


async def _record(runtime: Runtime, actor: Actor, user_id: str, error: str | None = None) -> None:
    event = Event(audit_keys.USER_PASSWORD_VERIFY, result="Error" if error else "Success", user_id=user_id, error=error)
    async with runtime.database.write(actor.tenant_id) as tx:
        if error is None:
            await attempts.forget(tx, PURPOSE, user_id)
        await audit_log.record(tx, actor, event)
