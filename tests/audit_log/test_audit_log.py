"""Audit events: written with what they tell of, whole, and without secrets."""

import pytest

from narthex.access import Actor, ActorKind, system_actor
from narthex.audit_log import keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.audit_log.service import LONGEST_PARAMETER, MASK, SECRET_PARAMETERS
from narthex.kit.errors import Refusal
from tests.fixtures.server import Server
from tests.fixtures.traces import events

ACTOR = Actor(ActorKind.APPLICATION, "default", "an-app", ip="203.0.113.1", user_agent="a client", request_id="r1")


async def recorded(server: Server, event: Event, actor: Actor = ACTOR) -> dict[str, object]:
    async with server.runtime.database.write("default") as tx:
        await audit_log.record(tx, actor, event)
    (row,) = [one for one in await events(server.runtime) if one.key == event.key]
    return row.payload


async def test_an_event_has_all_that_is_known(server: Server) -> None:
    event = Event(
        "Test.Event",
        result="Error",
        user_id="ada",
        application_id="an-app",
        session_id="a-session",
        interaction_id="an-interaction",
        error="a_code",
        params={"scope": "openid"},
        details={"grantId": "a-grant"},
    )
    assert await recorded(server, event) == {
        "key": "Test.Event",
        "result": "Error",
        "ip": "203.0.113.1",
        "userAgent": "a client",
        "requestId": "r1",
        "userId": "ada",
        "applicationId": "an-app",
        "sessionId": "a-session",
        "interactionId": "an-interaction",
        "error": "a_code",
        "params": {"scope": "openid"},
        "grantId": "a-grant",
    }


async def test_an_event_has_nothing_that_is_not_known(server: Server) -> None:
    assert await recorded(server, Event("Test.Event"), system_actor("default")) == {
        "key": "Test.Event",
        "result": "Success",
    }


async def test_a_secret_parameter_is_masked(server: Server) -> None:
    secret = dict.fromkeys(SECRET_PARAMETERS, "a secret")
    payload = await recorded(server, Event("Test.Event", params=secret | {"scope": "openid"}))
    assert payload["params"] == dict.fromkeys(SECRET_PARAMETERS, MASK) | {"scope": "openid"}
    assert {"password", "client_secret", "code", "code_verifier", "refresh_token", "token"} <= SECRET_PARAMETERS


async def test_a_long_parameter_is_cut(server: Server) -> None:
    payload = await recorded(server, Event("Test.Event", params={"scope": "x" * 10_000, "number": 7}))
    assert payload["params"] == {"scope": "x" * LONGEST_PARAMETER, "number": 7}


async def test_odd_text_is_kept_as_it_is(server: Server) -> None:
    odd = "<b> ' \" \\ \u2028 ünï 🔑 {json}"
    payload = await recorded(server, Event("Test.Event", params={"scope": odd}, details={"more": [odd, {"a": odd}]}))
    assert payload["params"] == {"scope": odd}
    assert payload["more"] == [odd, {"a": odd}]


async def test_an_event_stays_with_its_write(server: Server) -> None:
    async def refused() -> None:
        async with server.runtime.database.write("default") as tx:
            await audit_log.record(tx, ACTOR, Event("Test.Event"))
            raise Refusal("refused")

    with pytest.raises(Refusal):
        await refused()
    assert await events(server.runtime, "Test.Event") == []


async def test_a_tenant_has_its_own_events(server: Server) -> None:
    await recorded(server, Event("Test.Event"))
    assert await events(server.runtime, "Test.Event", "admin") == []


def test_the_keys_are_those_of_the_wire() -> None:
    """Keys that logto-api.md 5.7 knows; the others are of ours."""
    wire = {
        "Interaction.Create",
        "Interaction.End",
        "Interaction.SignIn.Submit",
        "Interaction.Register.Submit",
        "Interaction.SignIn.Verification.Password.Submit",
        "Interaction.Register.Verification.NewPasswordIdentity.Submit",
        "ExchangeTokenBy.Unknown",
        "ExchangeTokenBy.AuthorizationCode",
        "ExchangeTokenBy.RefreshToken",
        "ExchangeTokenBy.ClientCredentials",
        "RevokeToken",
        "RevokeGrants",
    }
    named = [value for name, value in vars(keys).items() if name.isupper()]
    written = {key for one in named for key in (one.values() if isinstance(one, dict) else [one])}
    assert wire <= written
    assert all(key.partition(".")[0].isidentifier() and len(key) <= 128 for key in written)
