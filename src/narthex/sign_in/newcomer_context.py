"""The newcomer of an interaction, and what the decider says about them."""

from msgspec import Struct

from narthex.interactions import trips
from narthex.interactions.schemas import Newcomer
from narthex.interactions.service import InteractionNotFound
from narthex.kit.database import Reader
from narthex.kit.runtime import Runtime
from narthex.next_step import NewcomerStep, step_of_newcomer
from narthex.registration import newcomers
from narthex.registration.newcomers import ExternalPerson, Outlook
from narthex.sign_in.step_context import StepContext


class NewcomerContext(Struct, frozen=True):
    """Somebody whom a provider vouched for, and what is next for them."""

    newcomer: Newcomer
    outlook: Outlook
    step: NewcomerStep

    def person(self, context: StepContext, username: str | None = None) -> ExternalPerson:
        """Them, as they get an account."""
        known = self.newcomer
        return ExternalPerson(known.external, known.target, known.connection_id, context.application.id, username)


async def load_newcomer(runtime: Runtime, context: StepContext, tenant_id: str) -> NewcomerContext:
    """The newcomer of this interaction; raises `InteractionNotFound` where there is none (any more)."""
    newcomer = trips.newcomer_of(runtime, tenant_id, context.interaction)
    if newcomer is None:
        raise InteractionNotFound
    async with runtime.database.read(tenant_id) as reader:
        return await judged(reader, context, newcomer)


async def judged(reader: Reader, context: StepContext, newcomer: Newcomer) -> NewcomerContext:
    """What is next for this newcomer."""
    found = await newcomers.outlook(
        reader, context.settings, newcomer.external, wants_own_account=newcomer.wants_own_account
    )
    return NewcomerContext(newcomer, found, step_of_newcomer(found))
