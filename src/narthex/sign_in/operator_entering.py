"""What the form of an operator's link does, in one transaction: the link is used up, the account is made or gets its
new password, and the browser is signed in. Two people with one link: exactly one gets in."""

from msgspec import Struct

from narthex.access import ActorKind, Permission
from narthex.applications.schemas import ADMIN_CONSOLE_APPLICATION_ID
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.credentials import service as credentials
from narthex.credentials.attempts import remember_browser
from narthex.kit.database import Transaction
from narthex.kit.runtime import Runtime
from narthex.operators import service as operators
from narthex.operators import tokens
from narthex.operators.schemas import OperatorToken
from narthex.registration import service as registration
from narthex.registration.service import NewPerson
from narthex.sessions import service as sessions
from narthex.sessions.service import OpenedSession
from narthex.tenants.request import Request
from narthex.users import service as users
from narthex.users.username import username_key
from narthex.verifications.password import forget_attempts

METHODS = ("pwd",)


class Entering(Struct, frozen=True):
    """What was typed, checked, with the hash of the password already made, and the browser it was typed in."""

    token: OperatorToken
    username: str
    password_hash: str
    device: str


async def enter(runtime: Runtime, request: Request, entering: Entering) -> OpenedSession:
    """Do all of it, or nothing. Raises `TokenDead`, `UsernameTaken`."""
    async with runtime.database.write(request.tenant.id) as tx:
        await tokens.consume(tx, runtime, entering.token)
        if entering.token.user_id is None:
            user_id, at = await _new_operator(tx, request, entering), tx.now
        else:
            # All that was before ends with this millisecond; what follows begins with the next.
            user_id, at = await _new_password(tx, request, entering, entering.token.user_id), tx.now + 1
        actor = request.actor(ActorKind.USER, user_id)
        await users.record_sign_in(tx, user_id, at)
        await remember_browser(tx, entering.device, username_key(entering.username))
        # Read now: a session of the one who recovers is over, and one of somebody else is to end.
        previous = await sessions.current(tx, request, tx.now)
        opened = await sessions.open_session(tx, actor, runtime, previous, user_id, METHODS, at)
        await audit_log.record(tx, actor, _signed_in(entering.token, opened))
    return opened


async def _new_operator(tx: Transaction, request: Request, entering: Entering) -> str:
    visitor = request.actor(permissions=frozenset({Permission.REGISTER}))
    person = NewPerson(entering.username, entering.password_hash, ADMIN_CONSOLE_APPLICATION_ID)
    user = await registration.register(tx, visitor, person)
    await operators.become_operator(tx, request.actor(ActorKind.USER, user.id), user.id, entering.token)
    return user.id


async def _new_password(tx: Transaction, request: Request, entering: Entering, user_id: str) -> str:
    actor = request.actor(ActorKind.OPERATOR, user_id, permissions=frozenset({Permission.MANAGE}))
    await credentials.set_password(tx, actor, user_id, entering.password_hash)
    await forget_attempts(tx, username_key(entering.username), entering.device)
    await audit_log.record(tx, actor, Event(audit_keys.OPERATOR_RECOVER, user_id=user_id, details={"step": "password"}))
    return user_id


def _signed_in(token: OperatorToken, opened: OpenedSession) -> Event:
    key = audit_keys.REGISTER_SUBMIT if token.user_id is None else audit_keys.SIGN_IN_SUBMIT
    return Event(
        key,
        user_id=opened.session.user_id,
        application_id=ADMIN_CONSOLE_APPLICATION_ID,
        session_id=opened.session.id,
    )
