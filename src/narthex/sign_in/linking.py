"""Giving an account that exists another identity: only once its owner has proved that it is theirs (F1), by its
password or by an identity that it has already."""

from msgspec import Struct

from narthex.access import ActorKind
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.credentials import queries as credentials
from narthex.credentials.attempts import remember_browser
from narthex.identities import service as identities
from narthex.interactions import service as interactions
from narthex.interactions import trips
from narthex.interactions.schemas import Authentication, Newcomer
from narthex.kit.database import Reader, Transaction
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.registration import newcomers
from narthex.sign_in.social_failures import social_event
from narthex.sign_in.social_sign_in import EXTERNAL, Arrival, Proved, answer, new_secrets, registering, use
from narthex.sign_in.step_context import StepContext
from narthex.tenants.request import Request
from narthex.users import service as users
from narthex.users.schemas import User
from narthex.verifications.password import PasswordProof, ProvedUser, settle


class LinkNotProved(Refusal):
    """An identity that does not belong to the account that was offered. Wire: `session.verification_failed`."""

    def __init__(self) -> None:
        super().__init__(
            "session.verification_failed",
            status=422,
            text="This identity does not belong to the account in question.",
            phrase="error.link_not_proved",
        )


class OfferedAccount(Struct, frozen=True):
    """The account that has what the provider vouches for, and how it can be proved: by the password of `username`, by
    identities of `targets`. Not at all where it is tied to somebody else at the same provider."""

    user: User
    username: str | None
    targets: tuple[str, ...]
    is_tied: bool


async def offered_account(reader: Reader, newcomer: Newcomer) -> OfferedAccount | None:
    """The account that a newcomer may prove to be theirs."""
    user = await newcomers.known_account(reader, newcomer.external)
    if user is None:
        return None
    targets = tuple(one.target for one in await identities.of_user(reader, user.id))
    is_tied = newcomer.target in targets
    has_password = user.username is not None and await credentials.has_password(reader, user.id)
    return OfferedAccount(user, user.username if has_password and not is_tied else None, targets, is_tied)


async def prove_by_identity(runtime: Runtime, request: Request, arrival: Arrival) -> Response:
    """Link the newcomer of this interaction to the account that they were offered, if whoever came back is its owner.
    Raises `LinkNotProved`, `AccountSuspended`, `ProviderInUse`, `InteractionNotFound`."""
    context, connection = arrival.context, arrival.connection
    newcomer = trips.newcomer_of(runtime, request.tenant.id, context.interaction)
    if newcomer is None:
        raise interactions.InteractionNotFound
    proved = new_secrets(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        user = await _owner(tx, arrival, newcomer)
        is_suspended = user is not None and user.is_suspended
        error = "not_the_account" if user is None else "suspended" if is_suspended else None
        user_id = user.id if user else None
        event = social_event(audit_keys.SIGN_IN_SOCIAL_SUBMIT, connection, context, user_id=user_id, error=error)
        await audit_log.record(tx, request.actor(), event)
        if user is not None and not is_suspended:
            await use(tx, request, arrival, user)
            await _link(tx, request, context, newcomer, user.id)
            authentication = Authentication(user.id, tx.now, EXTERNAL)
            await interactions.authenticate(tx, context.interaction, authentication, context.secret, proved.secret)
    if user is None:
        raise LinkNotProved
    return answer(request, context, Proved(proved.secret, proved.device, user, is_suspended))


async def _owner(tx: Transaction, arrival: Arrival, newcomer: Newcomer) -> User | None:
    """The owner of the identity that came back, where the offered account is theirs."""
    account = await newcomers.known_account(tx, newcomer.external)
    known = await identities.find(tx, arrival.connection.target, arrival.external.id)
    return account if account is not None and known is not None and known.user_id == account.id else None


async def link_by_password(
    runtime: Runtime,
    request: Request,
    context: StepContext,
    newcomer: Newcomer,
    proof: PasswordProof,
    proved_user: ProvedUser,
) -> Response:
    """Link the newcomer to the account whose password was just proved. Raises `LinkNotProved`, `ProviderInUse`."""
    proved = new_secrets(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        user = await users.find(tx, proved_user.user_id)
        account = await newcomers.known_account(tx, newcomer.external)
        if user is None or account is None or account.id != user.id:
            raise LinkNotProved
        await settle(tx, request.actor(ActorKind.USER, user.id), proof, proved_user)
        await remember_browser(tx, proved.device, proved_user.identifier)
        await _link(tx, request, context, newcomer, user.id)
        authentication = Authentication(user.id, tx.now, ("pwd",))
        await interactions.authenticate(tx, context.interaction, authentication, context.secret, proved.secret)
    return answer(request, context, Proved(proved.secret, proved.device, user))


async def _link(tx: Transaction, request: Request, context: StepContext, newcomer: Newcomer, user_id: str) -> None:
    new = newcomers.identity_of(newcomer.target, newcomer.connection_id, newcomer.external)
    await identities.link(tx, registering(request, user_id), user_id, new)
