"""Proof by username and password: two transactions with the hash between them (S1 to S4)."""

from msgspec import Struct

from narthex.access import Actor
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.credentials import attempts
from narthex.credentials import service as credentials
from narthex.credentials.attempts import Limit
from narthex.kit.database import Transaction
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.users.username import username_key

PURPOSE = "password"
MINUTE = 60 * 1000
# Nothing longer is hashed: it cannot be anybody's password, and hashing it would only cost.
LONGEST_PASSWORD = 4096


class InvalidCredentials(Refusal):
    """The name or the password is wrong; which of them is not told. Wire: `session.invalid_credentials`."""

    def __init__(self) -> None:
        super().__init__(
            "session.invalid_credentials",
            status=422,
            text="The username or the password is wrong.",
            phrase="error.invalid_credentials",
        )


class Locked(Refusal):
    """Too many attempts on this identifier. Wire: `session.verification_blocked_too_many_attempts`."""

    def __init__(self, wait: int) -> None:
        minutes = max(1, -(-wait // MINUTE))
        super().__init__(
            "session.verification_blocked_too_many_attempts",
            status=429,
            text=f"Too many attempts. Try again in {minutes} minutes.",
            phrase="error.locked",
            values={"minutes": minutes},
            headers=((b"retry-after", str(-(-wait // 1000)).encode()),),
        )


class AccountSuspended(Refusal):
    """The right password of a suspended account. Wire: `user.suspended`."""

    def __init__(self) -> None:
        super().__init__(
            "user.suspended", status=403, text="This account is suspended.", phrase="error.account_suspended"
        )


class PasswordProof(Struct, frozen=True):
    """What a person typed, and the browser it was typed in (its device secret, empty for a new one)."""

    username: str
    password: str
    browser: str
    interaction_id: str
    application_id: str


class ProvedUser(Struct, frozen=True):
    """The user that was proved."""

    user_id: str
    identifier: str


async def verify(runtime: Runtime, actor: Actor, proof: PasswordProof, limit: Limit) -> ProvedUser:
    """Count the attempt and commit, hash outside, then return the user. Raises `Locked`, `InvalidCredentials`,
    `AccountSuspended`, each with its audit event written."""
    key = username_key(proof.username)
    async with runtime.database.write(actor.tenant_id) as tx:
        counter = await _counter(tx, key, proof.browser)
        allowance = await attempts.count(tx, PURPOSE, counter, limit)
        found = await credentials.candidate(tx, key)
    if not allowance.allowed:
        await _record(runtime, actor, proof, "locked", found.user_id if found else None)
        raise Locked(allowance.wait)
    matched = await credentials.matches(runtime, proof.password[:LONGEST_PASSWORD], found)
    if not matched or found is None:
        await _record(runtime, actor, proof, "invalid_credentials", found.user_id if found else None)
        raise InvalidCredentials
    if found.is_suspended:
        await _record(runtime, actor, proof, "suspended", found.user_id)
        raise AccountSuspended
    return ProvedUser(found.user_id, key)


async def _counter(tx: Transaction, key: str, browser: str) -> str:
    # A browser that signed in under this name before has a counter of its own: a stranger cannot lock its owner out.
    known = await attempts.is_known(tx, browser or "-", key)
    return f"{key}\n{browser}" if known else key


async def settle(tx: Transaction, actor: Actor, proof: PasswordProof, proved: ProvedUser) -> None:
    """After a success, in the transaction that records it: start the counters anew and write the event."""
    await attempts.forget(tx, PURPOSE, await _counter(tx, proved.identifier, proof.browser))
    await audit_log.record(tx, actor, _event(proof, proved.user_id))


async def forget_attempts(tx: Transaction, identifier: str, browser: str) -> None:
    """Open a locked identifier again, for this browser and for those that nobody knows."""
    await attempts.forget(tx, PURPOSE, identifier)
    await attempts.forget(tx, PURPOSE, f"{identifier}\n{browser}")


async def _record(runtime: Runtime, actor: Actor, proof: PasswordProof, error: str, user_id: str | None) -> None:
    async with runtime.database.write(actor.tenant_id) as tx:
        await audit_log.record(tx, actor, _event(proof, user_id, error))


def _event(proof: PasswordProof, user_id: str | None, error: str | None = None) -> Event:
    return Event(
        audit_keys.SIGN_IN_PASSWORD,
        result="Error" if error else "Success",
        user_id=user_id,
        application_id=proof.application_id,
        interaction_id=proof.interaction_id,
        error=error,
        params={"identifier": proof.username[:128]},
    )
