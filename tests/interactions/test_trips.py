"""Trips of an interaction: kept sealed, taken once by the browser that left, forgotten by a sign-in."""

from typing import Any

import pytest

from narthex.connectors.contract import ExternalIdentity
from narthex.interactions import service as interactions
from narthex.interactions import trips
from narthex.interactions.schemas import Authentication, Newcomer, Trip, TripPurpose
from narthex.interactions.service import InteractionNotFound
from narthex.interactions.trips import Returned
from tests.fixtures.server import Server
from tests.fixtures.traces import contents, rows
from tests.interactions.test_interactions import OTHER, SECRET, begun, found, of_browser

TRIP = Trip("connection", TripPurpose.LINK, {"nonce": "a-nonce-nobody-sees", "code_verifier": "v"}, "ja")
STATE = "a-state-that-nobody-guesses"
NEWCOMER = Newcomer("connection", "oidc", ExternalIdentity(id="u1", email="ada@example.com", raw={"a": [1]}), 7)


async def depart(server: Server, interaction: Any, state: str = STATE, trip: Trip = TRIP) -> None:
    async with server.runtime.database.write("default") as tx:
        await trips.depart(tx, server.runtime, interaction, state, trip)


async def take(server: Server, state: str | None = STATE, secret: str | None = SECRET) -> Returned | None:
    async with server.runtime.database.write("default") as tx:
        return await trips.take(tx, server.runtime, of_browser(server, secret), state)


async def test_a_trip_is_taken_once_as_it_was_kept(server: Server) -> None:
    interaction = await begun(server)
    await depart(server, interaction)
    for secret in (STATE, "a-nonce-nobody-sees"):
        assert secret not in await contents(server)
    assert await take(server, secret=OTHER) is None
    assert await take(server, secret=None) is None
    assert await take(server, "another") is None
    assert await take(server, None) is None
    returned = await take(server)
    assert returned is not None
    assert (returned.interaction.id, returned.trip) == (interaction.id, TRIP)
    assert await take(server) is None
    (row,) = await rows(server, "interactions")
    assert (row["trip_sealed"], row["trip_state_hash"]) == (None, None)


async def test_a_trip_is_of_an_open_interaction(server: Server) -> None:
    interaction = await begun(server)
    await depart(server, interaction)
    server.clock.advance(minutes=61)
    assert await take(server) is None
    with pytest.raises(InteractionNotFound):
        await depart(server, interaction)
    with pytest.raises(InteractionNotFound):
        async with server.runtime.database.write("default") as tx:
            await trips.keep_newcomer(tx, server.runtime, interaction, NEWCOMER)


async def test_a_newcomer_is_kept_sealed_until_somebody_is_proved(server: Server) -> None:
    interaction = await begun(server)
    assert trips.newcomer_of(server.runtime, "default", interaction) is None
    async with server.runtime.database.write("default") as tx:
        await trips.keep_newcomer(tx, server.runtime, interaction, NEWCOMER)
    await depart(server, interaction)
    assert "ada@example.com" not in await contents(server)
    kept = await found(server, interaction)
    assert trips.newcomer_of(server.runtime, "default", kept) == NEWCOMER
    async with server.runtime.database.write("default") as tx:
        await interactions.authenticate(tx, kept, Authentication("ada", 1, ("pwd",)), SECRET, OTHER)
    proved = await found(server, interaction, OTHER)
    assert trips.newcomer_of(server.runtime, "default", proved) is None
    assert await take(server, secret=OTHER) is None


async def test_the_newest_interaction_of_a_browser_is_found(server: Server) -> None:
    await begun(server)
    server.clock.advance(seconds=1)
    newest = await begun(server)
    async with server.runtime.database.read("default") as reader:
        now = server.clock.now()
        assert await trips.latest(reader, of_browser(server, SECRET), now) == newest
        assert await trips.latest(reader, of_browser(server, OTHER), now) is None
        assert await trips.latest(reader, of_browser(server, None), now) is None
