"""The links by which somebody becomes an operator, or comes back as one. Each works once, and only for its kind."""

from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import BigInteger, and_, bindparam, delete, exists, insert, or_, select, update

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.runtime import Runtime
from narthex.operators.schemas import TOKEN_TTL, OperatorToken, TokenKind
from narthex.operators.service import has_operator, take_turn
from narthex.operators.tables import operator_tokens, operators
from narthex.tenants.schemas import Tenant
from narthex.users.tables import users
from narthex.users.username import username_key

SET_UP_PATH = "/set-up"


class FoundOperator(Struct, frozen=True):
    """The operator of a username."""

    user_id: str
    is_suspended: bool


class OperatorExists(Refusal):
    """The door for the first operator is shut."""

    def __init__(self) -> None:
        super().__init__(
            "operator.exists",
            status=409,
            text="There is an operator already. Invite more in the console, or with `narthex admin invite-operator`; "
            "`narthex admin recover` lets one back in.",
        )


class NoOperatorYet(Refusal):
    """Nobody has set the server up."""

    def __init__(self) -> None:
        super().__init__(
            "operator.none_yet",
            status=409,
            text="There is no operator yet. `narthex admin set-up-link` prints the link for the first one.",
        )


class OperatorSuspended(Refusal):
    """A suspension is lifted by somebody else, not by a new password."""

    def __init__(self) -> None:
        super().__init__(
            "operator.suspended",
            status=422,
            text="This operator is suspended. Another operator can lift that in the console; "
            "`narthex admin invite-operator` makes one.",
        )


class TokenDead(Refusal):
    """A link that was used, is over, or never was one of ours; which of them is not told."""

    def __init__(self) -> None:
        super().__init__(
            "operator.link_dead",
            status=410,
            text="This link was used, is over, or is not complete.",
            phrase="error.operator_link",
        )


FIRST = operators.alias()
INVITING, INVITER = operators.alias(), users.alias()
INVITER_HOLDS = exists().where(
    INVITING.c.user_id == operator_tokens.c.created_by,
    INVITER.c.id == INVITING.c.user_id,
    INVITER.c.is_suspended.is_(False),
)
RECOVERED, THEIR_USER = operators.alias(), users.alias()
RECOVERED_HOLDS = exists().where(
    RECOVERED.c.user_id == operator_tokens.c.user_id,
    THEIR_USER.c.id == RECOVERED.c.user_id,
    THEIR_USER.c.is_suspended.is_(False),
)
# Whether a link works is read with whoever stands behind it: an inviter who was removed invites nobody any more.
HOLDS = and_(
    operator_tokens.c.consumed_at.is_(None),
    operator_tokens.c.expires_at > bindparam("now", type_=BigInteger),
    or_(
        and_(operator_tokens.c.kind == TokenKind.SET_UP.value, ~exists().where(FIRST.c.user_id.is_not(None))),
        and_(
            operator_tokens.c.kind == TokenKind.INVITATION.value,
            or_(operator_tokens.c.created_by.is_(None), INVITER_HOLDS),
        ),
        and_(operator_tokens.c.kind == TokenKind.RECOVERY.value, RECOVERED_HOLDS),
    ),
)
INSERT = statement(insert(operator_tokens))
FIND = statement(
    select(
        operator_tokens.c.id,
        operator_tokens.c.kind,
        operator_tokens.c.user_id,
        users.c.username,
        operator_tokens.c.created_by,
        operator_tokens.c.expires_at,
    )
    .select_from(operator_tokens.outerjoin(users, users.c.id == operator_tokens.c.user_id))
    .where(operator_tokens.c.token_hash == bindparam("token_hash"), HOLDS),
    OperatorToken,
)
CONSUME = statement(
    update(operator_tokens)
    .where(operator_tokens.c.id == bindparam("token_id"), HOLDS)
    .values(consumed_at=bindparam("now", type_=BigInteger))
)
FORGET_RECOVERIES = statement(
    delete(operator_tokens).where(
        operator_tokens.c.user_id == bindparam("of_user"), operator_tokens.c.kind == TokenKind.RECOVERY.value
    )
)
BY_USERNAME = statement(
    select(operators.c.user_id, users.c.is_suspended)
    .select_from(operators.join(users, users.c.id == operators.c.user_id))
    .where(users.c.username_key == bindparam("key")),
    FoundOperator,
)


async def issue_set_up(tx: Transaction, actor: Actor, runtime: Runtime) -> str:
    """A link for the first operator. Raises `OperatorExists`. Older ones go on as long as they last: a restart must not
    break the link that somebody has just opened, and the first that is used shuts the door for all."""
    actor.require(Permission.MANAGE)
    if await has_operator(tx):
        raise OperatorExists
    return await _issue(tx, runtime, TokenKind.SET_UP)


async def issue_invitation(tx: Transaction, actor: Actor, runtime: Runtime) -> str:
    """A link for one more operator, who may do what the one who invites may. Raises `NoOperatorYet`."""
    actor.require(Permission.MANAGE)
    if not await has_operator(tx):
        raise NoOperatorYet
    token = await _issue(tx, runtime, TokenKind.INVITATION, created_by=actor.id)
    await audit_log.record(tx, actor, Event(audit_keys.OPERATOR_INVITE, user_id=actor.id))
    return token


async def issue_recovery(tx: Transaction, actor: Actor, runtime: Runtime, username: str) -> str:
    """A link by which an operator sets a new password, in place of an older one. Raises `EntityNotFound`,
    `OperatorSuspended`."""
    actor.require(Permission.MANAGE)
    found = await tx.one(BY_USERNAME, key=username_key(username))
    if found is None:
        raise EntityNotFound("operator", username)
    if found.is_suspended:
        raise OperatorSuspended
    await tx.run(FORGET_RECOVERIES, of_user=found.user_id)
    token = await _issue(tx, runtime, TokenKind.RECOVERY, user_id=found.user_id, created_by=actor.id)
    event = Event(audit_keys.OPERATOR_RECOVER, user_id=found.user_id, details={"step": "link"})
    await audit_log.record(tx, actor, event)
    return token


async def _issue(
    tx: Transaction, runtime: Runtime, kind: TokenKind, *, user_id: str | None = None, created_by: str | None = None
) -> str:
    token = runtime.randomness.token()
    await tx.run(
        INSERT,
        id=tx.new_id(),
        token_hash=digest(token),
        kind=kind.value,
        user_id=user_id,
        created_by=created_by,
        created_at=tx.now,
        expires_at=tx.now + TOKEN_TTL[kind],
        consumed_at=None,
    )
    return token


async def find_token(reader: Reader, token: str | None, now: int) -> OperatorToken:
    """The link of this secret, which looking at does not use up. Raises `TokenDead`."""
    found = await reader.one(FIND, token_hash=digest(token), now=now) if token else None
    if found is None:
        raise TokenDead
    return found


async def consume(tx: Transaction, runtime: Runtime, token: OperatorToken) -> None:
    """Use a link up, by one statement that at most one of many can win. Raises `TokenDead`."""
    if token.kind is TokenKind.SET_UP:
        # Two set-up links at once: the second waits here, and then sees the operator whom the first one made.
        await take_turn(tx, runtime.cache)
    if not await tx.run(CONSUME, token_id=token.id, now=tx.now):
        raise TokenDead


def link_of(admin: Tenant, token: str) -> str:
    """The address that somebody opens; the one place where a secret of ours stands in an address."""
    return f"{admin.base_url}{SET_UP_PATH}?{urlencode({'token': token})}"
