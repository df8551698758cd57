"""What it leads to that a provider vouched for somebody: their account, a new one, or a question. One transaction each,
with the events that tell of it."""

from msgspec import Struct

from narthex.access import Actor, ActorKind, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.connections.schemas import Connection
from narthex.connectors.contract import ExternalIdentity
from narthex.identities import service as identities
from narthex.identities.service import IdentityInUse
from narthex.interactions import service as interactions
from narthex.interactions import trips
from narthex.interactions.schemas import Authentication, Newcomer
from narthex.kit.database import Transaction
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.next_step import MakeAccount, OfferLink
from narthex.registration import newcomers
from narthex.registration.newcomers import ExternalPerson
from narthex.sign_in.newcomer_context import judged
from narthex.sign_in.social_failures import social_event
from narthex.sign_in.step_context import DEVICE_COOKIE, StepContext, authenticated_cookies, go_on
from narthex.tenants.request import Request
from narthex.users import editing
from narthex.users import service as users
from narthex.users.schemas import User, UserChange
from narthex.users.taken import EmailTaken, PhoneTaken
from narthex.verifications.password import AccountSuspended

# Proved elsewhere; RFC 8176 has no value for that.
EXTERNAL = ("ext",)


class Arrival(Struct, frozen=True):
    """Who came back, from where, into which interaction."""

    context: StepContext
    connection: Connection
    external: ExternalIdentity


class Proved(Struct, frozen=True):
    """A user who is proved in this interaction; the browser gets these secrets. No user: there is a question first."""

    secret: str
    device: str
    user: User | None = None
    is_suspended: bool = False


async def come_in(runtime: Runtime, request: Request, arrival: Arrival) -> Response:
    """Sign the account of this identity in, or settle what happens to a newcomer. Raises `AccountSuspended`."""
    try:
        proved = await _come_in(runtime, request, arrival)
    except (IdentityInUse, EmailTaken, PhoneTaken):
        # They came in twice at once and the other one was first: now there is an account, so look again.
        proved = await _come_in(runtime, request, arrival)
    return answer(request, arrival.context, proved)


async def _come_in(runtime: Runtime, request: Request, arrival: Arrival) -> Proved:
    context, connection = arrival.context, arrival.connection
    proved = new_secrets(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        known = await identities.find(tx, connection.target, arrival.external.id)
        if known is None:
            return await _newcomer(tx, runtime, request, arrival, proved)
        user = await users.find(tx, known.user_id)
        is_suspended = user is None or user.is_suspended
        error = "suspended" if is_suspended else None
        event = social_event(audit_keys.SIGN_IN_SOCIAL_SUBMIT, connection, context, user_id=known.user_id, error=error)
        await audit_log.record(tx, request.actor(ActorKind.USER, known.user_id), event)
        if user is not None and not is_suspended:
            await use(tx, request, arrival, user)
            authentication = Authentication(user.id, tx.now, EXTERNAL)
            await interactions.authenticate(tx, context.interaction, authentication, context.secret, proved.secret)
    return Proved(proved.secret, proved.device, user, is_suspended)


async def _newcomer(tx: Transaction, runtime: Runtime, request: Request, arrival: Arrival, proved: Proved) -> Proved:
    context, connection = arrival.context, arrival.connection
    newcomer = Newcomer(connection.id, connection.target, arrival.external, tx.now)
    event = social_event(audit_keys.SIGN_IN_SOCIAL_SUBMIT, connection, context)
    await audit_log.record(tx, request.actor(), event)
    return await settle(tx, runtime, request, context, newcomer, proved)


async def settle(
    tx: Transaction, runtime: Runtime, request: Request, context: StepContext, newcomer: Newcomer, proved: Proved
) -> Proved:
    """Make the account of a newcomer where nothing is missing; else keep them until their question is answered. Raises
    `IdentityInUse`, `EmailTaken`, `PhoneTaken` where they are no newcomer any more."""
    found = await judged(tx, context, newcomer)
    if found.step == MakeAccount():
        return await register(tx, request, context, found.person(context), newcomer.at, proved)
    # Of two who came at once the other may have made that account since the identity was looked for.
    if found.step == OfferLink() and await identities.find(tx, newcomer.target, newcomer.external.id) is not None:
        raise IdentityInUse
    await trips.keep_newcomer(tx, runtime, context.interaction, newcomer)
    return proved


async def register(
    tx: Transaction, request: Request, context: StepContext, person: ExternalPerson, proved_at: int, proved: Proved
) -> Proved:
    """Make the account of a newcomer and note that it is theirs."""
    user = await newcomers.register(tx, registering(request), person)
    authentication = Authentication(user.id, proved_at, EXTERNAL, is_new_user=True)
    await interactions.authenticate(tx, context.interaction, authentication, context.secret, proved.secret)
    return Proved(proved.secret, proved.device, user)


def registering(request: Request, user_id: str | None = None) -> Actor:
    """Somebody who may make an account, or add to their own."""
    kind = ActorKind.USER if user_id else ActorKind.VISITOR
    return request.actor(kind, user_id, permissions=frozenset({Permission.REGISTER}))


def new_secrets(runtime: Runtime, request: Request) -> Proved:
    """What the browser gets once somebody is proved in it."""
    return Proved(runtime.randomness.token(), request.secret(DEVICE_COOKIE) or runtime.randomness.token())


def answer(request: Request, context: StepContext, proved: Proved) -> Response:
    """On to what is next. Raises `AccountSuspended`."""
    if proved.is_suspended:
        raise AccountSuspended
    cookies = authenticated_cookies(request, proved.secret, proved.device) if proved.user else ()
    return go_on(request, context.interaction, cookies, context.page.language)


async def use(tx: Transaction, request: Request, arrival: Arrival, user: User) -> None:
    """Note that the identity was used, and what the provider says of its owner where the connection follows that."""
    external, connection = arrival.external, arrival.connection
    await identities.use(tx, newcomers.identity_of(connection.target, connection.id, external))
    if not connection.sync_profile:
        return
    name, avatar = newcomers.name_of(external), newcomers.avatar_of(external)
    # The operator has decided this for everybody, so it is the system that does it.
    actor = request.actor(ActorKind.SYSTEM, permissions=frozenset({Permission.MANAGE}))
    change = UserChange(name=name or user.name, avatar=avatar or user.avatar)
    await editing.update(tx, actor, user.id, change)
