"""Trying a connection: an operator goes to the provider and back and reads what each step did; nobody is signed in."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.connections import trials
from narthex.connections.trials import Trial, TrialStarted, TrialStep
from narthex.kit.errors import EntityNotFound
from tests.fixtures.server import Server, query_of
from tests.fixtures.social import MadeUpProvider, come_back, connect
from tests.fixtures.traces import contents, events, rows

SYSTEM = system_actor("default")
PAGE = "https://console.example/console/default/connectors/x/test/{trial}"


async def begin(server: Server, connection_id: str) -> TrialStarted:
    return await trials.begin_trial(server.runtime, SYSTEM, server.tenant(), connection_id, PAGE)


async def read(server: Server, trial_id: str) -> Trial:
    async with server.runtime.database.read("default") as reader:
        return await trials.read_trial(reader, trial_id)


async def test_a_round_trip_is_shown_step_by_step(server: Server, provider: MadeUpProvider) -> None:
    connection = await connect(server)
    started = await begin(server, connection.id)
    assert (await read(server, started.id)).outcome is None
    sent = query_of(started.url)
    browser = server.browser()
    back = await come_back(browser, sent, provider.vouch("c", "u1", name="Ada"))
    assert back.headers["location"] == PAGE.replace("{trial}", started.id)
    outcome = (await read(server, started.id)).outcome
    assert outcome is not None
    assert outcome.steps == (TrialStep("claims", True, "all is well"),)
    assert outcome.identity is not None
    assert outcome.identity["name"] == "Ada"
    assert await rows(server, "users") == []
    assert "session.default" not in browser.client.cookies
    assert [row.result for row in await events(server.runtime, "Connector.Test")] == ["Success"]
    for secret in (sent["state"], sent["nonce"]):
        assert secret not in await contents(server)


async def test_what_fails_is_shown_with_its_cause(server: Server, provider: MadeUpProvider) -> None:
    connection = await connect(server)
    provider.failures["bent"] = "nonce"
    started = await begin(server, connection.id)
    await come_back(server.browser(), query_of(started.url), "bent")
    outcome = (await read(server, started.id)).outcome
    assert outcome is not None
    assert (outcome.cause, outcome.text, outcome.identity) == ("nonce", "bent: nonce", None)
    provider.failures["begin"] = "unreachable"
    started = await begin(server, connection.id)
    assert started.url == PAGE.replace("{trial}", started.id)
    outcome = (await read(server, started.id)).outcome
    assert outcome is not None
    assert outcome.cause == "unreachable"
    errors = [row.payload["error"] for row in await events(server.runtime, "Connector.Test")]
    assert sorted(errors) == ["nonce", "unreachable"]


async def test_it_happens_once_for_ten_minutes_at_its_own_connection(server: Server, provider: MadeUpProvider) -> None:
    connection, other = await connect(server), await connect(server, "other")
    code = provider.vouch("c", "u1")
    started = await begin(server, connection.id)
    sent = query_of(started.url)
    await come_back(server.browser(), sent, code)
    replayed = await come_back(server.browser(), sent, code)
    assert replayed.status_code == 400
    sent = query_of((late := await begin(server, connection.id)).url)
    server.clock.advance(minutes=11)
    assert (await come_back(server.browser(), sent, code)).status_code == 400
    assert (await read(server, late.id)).outcome is None
    sent = query_of((crossed := await begin(server, connection.id)).url)
    sent["redirect_uri"] = sent["redirect_uri"].replace(connection.id, other.id)
    await come_back(server.browser(), sent, code)
    outcome = (await read(server, crossed.id)).outcome
    assert outcome is not None
    assert outcome.cause == "connection"


async def test_only_who_manages_the_tenant_may_try(server: Server, provider: MadeUpProvider) -> None:
    connection = await connect(server)
    nobody = Actor(ActorKind.USER, "default", "ada")
    with pytest.raises(NotPermitted):
        await trials.begin_trial(server.runtime, nobody, server.tenant(), connection.id, PAGE)
    with pytest.raises(EntityNotFound):
        await begin(server, "unknown")
    with pytest.raises(EntityNotFound):
        await read(server, "unknown")
