"""The way out to another identity provider and back, as far as an interaction knows it: what is kept for the way back
lies sealed, is found by the state that the browser brings, answers to this browser only, and is taken once."""

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select, update

from narthex.interactions.schemas import Interaction, Newcomer, Trip
from narthex.interactions.service import COLUMNS, OPEN, InteractionNotFound, browser_secret
from narthex.interactions.tables import interactions
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.tenants.request import Request

OF_BROWSER = interactions.c.browser_hash == bindparam("browser_hash")
OF_STATE = interactions.c.trip_state_hash == bindparam("state_hash")


class SealedTrip(Struct, frozen=True):
    """A trip as it lies in the database, and the interaction that it belongs to."""

    id: str
    trip_sealed: str


class Taken(Struct, frozen=True):
    """The id of the interaction whose trip was taken."""

    id: str


DEPART = statement(
    update(interactions)
    .where(interactions.c.id == bindparam("interaction_id"), *OPEN)
    .values(trip_state_hash=bindparam("new_state_hash"), trip_sealed=bindparam("new_trip"))
)
SEALED = statement(select(interactions.c.id, interactions.c.trip_sealed).where(OF_STATE, OF_BROWSER, *OPEN), SealedTrip)
TAKE = statement(
    update(interactions)
    .where(OF_STATE, OF_BROWSER, *OPEN)
    .values(trip_state_hash=None, trip_sealed=None)
    .returning(*COLUMNS),
    Interaction,
)
LATEST = statement(
    select(*COLUMNS).where(OF_BROWSER, *OPEN).order_by(interactions.c.created_at.desc()).limit(1), Interaction
)
KEEP_NEWCOMER = statement(
    update(interactions)
    .where(interactions.c.id == bindparam("interaction_id"), *OPEN)
    .values(newcomer_sealed=bindparam("new_newcomer"), authentication=None, consent=None)
)


class Returned(Struct, frozen=True):
    """A browser that came back from where its interaction sent it."""

    interaction: Interaction
    trip: Trip


async def depart(tx: Transaction, runtime: Runtime, interaction: Interaction, state: str, trip: Trip) -> None:
    """Keep what the way back needs, in place of an earlier trip. Raises `InteractionNotFound`."""
    sealed = runtime.cipher.seal(msgspec.json.encode(trip), _context("trip", tx.tenant_id, interaction.id))
    changed = await tx.run(
        DEPART, interaction_id=interaction.id, new_state_hash=digest(state), new_trip=sealed, now=tx.now
    )
    if not changed:
        raise InteractionNotFound


async def take(tx: Transaction, runtime: Runtime, request: Request, state: str | None) -> Returned | None:
    """The trip that this state belongs to, in this browser, once; the caller commits before it goes on."""
    secret = browser_secret(request)
    if not state or not secret:
        return None
    keys = {"state_hash": digest(state), "browser_hash": digest(secret), "now": tx.now}
    found = await tx.one(SEALED, **keys)
    interaction = await tx.one(TAKE, **keys) if found else None
    if found is None or interaction is None:
        return None
    opened = runtime.cipher.open(found.trip_sealed, _context("trip", tx.tenant_id, found.id))
    return Returned(interaction, msgspec.json.decode(opened, type=Trip))


async def latest(reader: Reader, request: Request, now: int) -> Interaction | None:
    """The newest interaction of this browser: where a way back that belongs to none leads to."""
    secret = browser_secret(request)
    return await reader.one(LATEST, browser_hash=digest(secret), now=now) if secret else None


async def keep_newcomer(tx: Transaction, runtime: Runtime, interaction: Interaction, newcomer: Newcomer) -> None:
    """Keep who a provider says somebody is, until it is settled whose account that is. Raises `InteractionNotFound`."""
    sealed = runtime.cipher.seal(msgspec.json.encode(newcomer), _context("newcomer", tx.tenant_id, interaction.id))
    if not await tx.run(KEEP_NEWCOMER, interaction_id=interaction.id, new_newcomer=sealed, now=tx.now):
        raise InteractionNotFound


def newcomer_of(runtime: Runtime, tenant_id: str, interaction: Interaction) -> Newcomer | None:
    """Whom a provider vouched for in this interaction, as long as they have no account."""
    if interaction.newcomer_sealed is None:
        return None
    opened = runtime.cipher.open(interaction.newcomer_sealed, _context("newcomer", tenant_id, interaction.id))
    return msgspec.json.decode(opened, type=Newcomer)


def _context(what: str, tenant_id: str | None, interaction_id: str) -> str:
    return f"interaction_{what}:{tenant_id}:{interaction_id}"
