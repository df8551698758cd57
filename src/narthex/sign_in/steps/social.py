"""Leaving for another identity provider: by a button, or at once where the application asked for it."""

from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.connections import round_trip
from narthex.connections.round_trip import RoundTripFailed
from narthex.connections.schemas import Connection
from narthex.interactions import trips
from narthex.interactions.schemas import Trip, TripPurpose
from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.providers import SOCIAL_STEP
from narthex.sign_in.social_failures import failed_page, social_event
from narthex.sign_in.step_context import StepContext
from narthex.sign_in_settings import social
from narthex.tenants.request import Request

PREFIX = "/sign-in/social/"


class ProviderNotOffered(Refusal):
    """The sign-in page does not offer this identity provider (any more). Wire: `connector.not_enabled`."""

    def __init__(self) -> None:
        super().__init__(
            "connector.not_enabled",
            status=404,
            text="This way of signing in is not offered.",
            phrase="error.provider_not_offered",
        )


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Go at once where the application asked for just this (`direct_sign_in`); else a reload shows the first screen."""
    target = request.path.removeprefix(PREFIX)
    if context.interaction.request.direct_sign_in != f"social:{target}":
        return redirect(context.url("/sign-in"), 303, (NO_STORE,))
    connection = await _offered(runtime, request, target)
    return await _leave(runtime, request, context, connection, TripPurpose.SIGN_IN)


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Go there."""
    form = await request.form()
    purpose = TripPurpose.LINK if form.get("purpose") == "link" else TripPurpose.SIGN_IN
    try:
        check_form(request, form, context.secret, purpose_of(SOCIAL_STEP, context.interaction.id))
    except FormExpired:
        # Somebody signed in in another tab meanwhile: show the buttons anew.
        page = "/sign-in/link" if purpose is TripPurpose.LINK else "/sign-in"
        return redirect(context.url(page), 303, (NO_STORE,))
    connection = await _offered(runtime, request, request.path.removeprefix(PREFIX))
    return await _leave(runtime, request, context, connection, purpose)


async def _offered(runtime: Runtime, request: Request, target: str) -> Connection:
    for one in await social.shown(runtime, request.tenant.id):
        if one.target == target:
            return one
    raise ProviderNotOffered


async def _leave(
    runtime: Runtime, request: Request, context: StepContext, connection: Connection, purpose: TripPurpose
) -> Response:
    key = audit_keys.SIGN_IN_SOCIAL_CREATE
    try:
        way_out = await round_trip.begin(runtime, request.tenant, connection)
    except RoundTripFailed as failed:
        return await failed_page(runtime, request, context, connection, failed, key)
    trip = Trip(connection.id, purpose, way_out.kept, context.page.language)
    async with runtime.database.write(request.tenant.id) as tx:
        await trips.depart(tx, runtime, context.interaction, way_out.state, trip)
        await audit_log.record(tx, request.actor(), social_event(key, connection, context))
    return redirect(way_out.url, 303, (NO_STORE,))
