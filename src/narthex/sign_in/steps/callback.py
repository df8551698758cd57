"""Coming back from another identity provider (`/callback/<connection>`): the state finds the interaction, only in the
browser that left, only at the connection it left for, and only once; then the connector finds out who it is."""

from collections.abc import Mapping
from urllib.parse import urlencode

from narthex.connections import round_trip, trials
from narthex.connections import service as connections
from narthex.connections.round_trip import RoundTripFailed, WayBack
from narthex.connections.schemas import Connection
from narthex.connectors.contract import ExternalIdentity, Trace
from narthex.identities.tables import LONGEST_EXTERNAL_ID
from narthex.interactions import trips
from narthex.interactions.schemas import TripPurpose
from narthex.interactions.trips import Returned
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.sign_in.linking import LinkNotProved, prove_by_identity
from narthex.sign_in.social_failures import failed_page, refused_page
from narthex.sign_in.social_sign_in import Arrival, come_in
from narthex.sign_in.step_context import context_of
from narthex.sign_in.steps.social import ProviderNotOffered
from narthex.sign_in_settings.page_of_request import CALLBACK_PREFIX
from narthex.tenants.request import Request

LONGEST_ANSWER = 12 * 1024


async def callback(runtime: Runtime, request: Request) -> Response:
    """Answer the browser that a provider sent back. A POST becomes a GET, so that the Lax cookies of this site come
    along (OAuth 2.0 Form Post Response Mode 4)."""
    connection_id = request.path.removeprefix(CALLBACK_PREFIX)
    if request.method == "POST":
        form = await request.form()
        query = urlencode(form.pairs())
        return redirect(f"{request.tenant.base_url}{CALLBACK_PREFIX}{connection_id}?{query}", 303, (NO_STORE,))
    connection = await connections.get(runtime, request.tenant.id, connection_id)
    state = request.query.get("state")
    # Taken and committed before anything is asked of the provider: a replay finds nothing.
    async with runtime.database.write(request.tenant.id) as tx:
        returned = await trips.take(tx, runtime, request, state)
    if returned is None:
        return await _not_of_a_sign_in(runtime, request, connection)
    context = await context_of(runtime, request, returned.interaction, (returned.trip.language,))
    try:
        external = await _finished(runtime, request, connection, returned)
    except RoundTripFailed as failed:
        return await failed_page(runtime, request, context, connection, failed)
    arrival = Arrival(context, connection, external)
    try:
        if connection.target not in context.settings.experience.social_sign_in_connector_targets:
            raise ProviderNotOffered
        if returned.trip.purpose is TripPurpose.LINK:
            return await prove_by_identity(runtime, request, arrival)
        return await come_in(runtime, request, arrival)
    except Refusal as refusal:
        back = "/sign-in/link" if isinstance(refusal, LinkNotProved) else "/sign-in"
        return await refused_page(runtime, request, context, refusal, back)


async def _not_of_a_sign_in(runtime: Runtime, request: Request, connection: Connection) -> Response:
    """Perhaps an operator tries the connection; else the state is none of this browser's."""
    if (page := await trials.finish_trial(runtime, request, connection.id, _single(request.query))) is not None:
        return redirect(page, 303, (NO_STORE,))
    async with runtime.database.read(request.tenant.id) as reader:
        latest = await trips.latest(reader, request, runtime.clock.now())
    context = await context_of(runtime, request, latest, latest.request.ui_locales) if latest else None
    failed = RoundTripFailed("state", "The state is not one that this browser left with, or it was used before.")
    return await failed_page(runtime, request, context, connection, failed)


async def _finished(runtime: Runtime, request: Request, connection: Connection, returned: Returned) -> ExternalIdentity:
    trip = returned.trip
    if trip.connection_id != connection.id:
        text = "The provider sent the browser to the address of another connector than it had left for."
        raise RoundTripFailed("connection", text)
    if request.query.repeated():
        raise RoundTripFailed("repeated", "The provider gave a parameter twice.")
    if len(request.raw_query) > LONGEST_ANSWER:
        raise RoundTripFailed("garbage", "The provider's answer is too long.")
    back = WayBack(_single(request.query), trip.kept, Trace())
    external = await round_trip.finish(runtime, request.tenant, connection, back)
    if not 0 < len(external.id) <= LONGEST_EXTERNAL_ID or "\0" in external.id:
        raise RoundTripFailed("garbage", f"The provider's id of the person is empty, or above {LONGEST_EXTERNAL_ID}.")
    return external


def _single(query: Form) -> Mapping[str, str]:
    return dict(query.pairs())
