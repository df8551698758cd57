"""Rules, reads and writes of interactions."""

import msgspec
from sqlalchemy import bindparam, insert, select, update

from narthex.access import Actor
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.interactions.schemas import (
    INTERACTION_COOKIE,
    INTERACTION_TTL,
    Authentication,
    AuthorizationRequest,
    ConsentAnswer,
    Interaction,
)
from narthex.interactions.tables import interactions
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import Refusal
from narthex.tenants.request import Request

INSERT = statement(insert(interactions))
OPEN = (interactions.c.finished_at.is_(None), interactions.c.expires_at > bindparam("now"))
COLUMNS = (
    interactions.c.id,
    interactions.c.application_id,
    interactions.c.request,
    interactions.c.authentication,
    interactions.c.consent,
    interactions.c.created_at,
    interactions.c.expires_at,
    interactions.c.newcomer_sealed,
)
FIND = statement(
    select(*COLUMNS).where(
        interactions.c.id == bindparam("id"), interactions.c.browser_hash == bindparam("browser_hash"), *OPEN
    ),
    Interaction,
)
AUTHENTICATE = statement(
    update(interactions)
    .where(interactions.c.id == bindparam("interaction_id"), *OPEN)
    .values(
        authentication=bindparam("new_authentication", type_=interactions.c.authentication.type),
        consent=None,
        trip_state_hash=None,
        trip_sealed=None,
        newcomer_sealed=None,
    )
)
REKEY = statement(
    update(interactions)
    .where(interactions.c.browser_hash == bindparam("old_hash"), *OPEN)
    .values(browser_hash=bindparam("new_hash"))
)
ANSWER = statement(
    update(interactions)
    .where(interactions.c.id == bindparam("interaction_id"), *OPEN)
    .values(consent=bindparam("new_consent", type_=interactions.c.consent.type))
)
FINISH = statement(
    update(interactions)
    .where(interactions.c.id == bindparam("interaction_id"), *OPEN)
    .values(finished_at=bindparam("now"))
)

CLOSE_ALL = statement(
    update(interactions)
    .where(interactions.c.browser_hash == bindparam("of_browser"), *OPEN)
    .values(finished_at=bindparam("now"))
)


class InteractionNotFound(Refusal):
    """No such interaction in this browser: over, finished elsewhere, or started in another browser.
    Wire: `session.not_found`."""

    def __init__(self) -> None:
        super().__init__(
            "session.not_found",
            status=400,
            text="This sign-in is over, or was started in another browser. Start again from the application.",
            phrase="error.interaction_not_found",
        )


def browser_secret(request: Request) -> str | None:
    """The secret of this browser, from its cookie."""
    return request.secret(INTERACTION_COOKIE)


async def begin(tx: Transaction, actor: Actor, request: AuthorizationRequest, secret: str) -> Interaction:
    """Store a checked authorization request for the browser that holds `secret`."""
    interaction = Interaction(tx.new_id(), request.client_id, request, None, None, tx.now, tx.now + INTERACTION_TTL)
    await tx.run(
        INSERT,
        id=interaction.id,
        browser_hash=digest(secret),
        application_id=request.client_id,
        request=msgspec.to_builtins(request),
        authentication=None,
        consent=None,
        created_at=interaction.created_at,
        expires_at=interaction.expires_at,
        finished_at=None,
        trip_state_hash=None,
        trip_sealed=None,
        newcomer_sealed=None,
    )
    await audit_log.record(
        tx,
        actor,
        Event(
            audit_keys.INTERACTION_CREATE,
            application_id=request.client_id,
            interaction_id=interaction.id,
            params={"scope": " ".join(request.scopes), "prompt": " ".join(request.prompts)},
        ),
    )
    return interaction


async def find(reader: Reader, request: Request, interaction_id: str | None, now: int) -> Interaction:
    """The interaction of this id in this browser; raises `InteractionNotFound`."""
    secret = browser_secret(request)
    found = None
    if interaction_id and secret:
        found = await reader.one(FIND, id=interaction_id, browser_hash=digest(secret), now=now)
    if found is None:
        raise InteractionNotFound
    return found


async def authenticate(
    tx: Transaction, interaction: Interaction, authentication: Authentication, old_secret: str, new_secret: str
) -> None:
    """Note who was proved, and give the browser a new secret for all it has open: one that was planted in it before
    the sign-in opens nothing afterwards."""
    changed = await tx.run(
        AUTHENTICATE,
        interaction_id=interaction.id,
        new_authentication=msgspec.to_builtins(authentication),
        now=tx.now,
    )
    if not changed:
        raise InteractionNotFound
    await tx.run(REKEY, old_hash=digest(old_secret), new_hash=digest(new_secret), now=tx.now)


async def answer_consent(tx: Transaction, interaction: Interaction, answer: ConsentAnswer) -> None:
    """Note what the person answered to the consent page."""
    if not await tx.run(ANSWER, interaction_id=interaction.id, new_consent=msgspec.to_builtins(answer), now=tx.now):
        raise InteractionNotFound


async def finish(tx: Transaction, interaction: Interaction) -> None:
    """Close an interaction, once; raises `InteractionNotFound` for the second of two tabs."""
    if not await tx.run(FINISH, interaction_id=interaction.id, now=tx.now):
        raise InteractionNotFound


async def close_all(tx: Transaction, request: Request) -> None:
    """Close all that this browser has open, as a sign-out does: none of it may bring the session back."""
    if secret := browser_secret(request):
        await tx.run(CLOSE_ALL, of_browser=digest(secret), now=tx.now)
