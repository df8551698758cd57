"""Interactions: begun for one browser, answered step by step, finished once."""

from typing import Any

import pytest

from narthex.access import Actor, ActorKind
from narthex.interactions import service as interactions
from narthex.interactions.schemas import (
    INTERACTION_TTL,
    Authentication,
    AuthorizationRequest,
    ConsentAnswer,
    FirstScreen,
    Interaction,
)
from narthex.interactions.service import InteractionNotFound
from narthex.kit.database import ForeignKeyViolation
from narthex.tenants.request import Request
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import events, rows

ACTOR = Actor(ActorKind.VISITOR, "default", ip="203.0.113.1")
SECRET, OTHER = "s" * 43, "o" * 43
ADA = Authentication("ada", 1, ("pwd",))


def asked(client_id: str = "demo-app", **fields: Any) -> AuthorizationRequest:
    return AuthorizationRequest(client_id, CALLBACK, "query", ("openid", "profile"), **fields)


FULL: dict[str, Any] = {
    "resources": ("https://api.example",),
    "state": "a state",
    "nonce": "a nonce",
    "code_challenge": "c" * 43,
    "prompts": ("login", "consent"),
    "max_age": 60,
    "hinted_subject": "ada",
    "login_hint": "ünï 'code\"",
    "ui_locales": ("ja", "en"),
    "first_screen": FirstScreen.REGISTER,
    "identifiers": ("username",),
    "direct_sign_in": "social:google",
    "organization_id": "org",
}


def of_browser(server: Server, secret: str | None) -> Request:
    async def receive() -> dict[str, object]:
        return {}

    headers = {} if secret is None else {b"cookie": f"interaction.default={secret}".encode()}
    return Request(server.tenant(), "GET", "/", b"", headers, receive, request_id="r1", ip="-")


async def begun(server: Server, request: AuthorizationRequest | None = None, secret: str = SECRET) -> Interaction:
    async with server.runtime.database.write("default") as tx:
        return await interactions.begin(tx, ACTOR, request or asked(), secret)


async def found(server: Server, interaction: Interaction, secret: str | None = SECRET) -> Interaction:
    async with server.runtime.database.read("default") as reader:
        request = of_browser(server, secret)
        return await interactions.find(reader, request, interaction.id, server.clock.now())


@pytest.mark.parametrize("fields", [{}, FULL])
async def test_it_is_read_as_it_was_begun(server: Server, fields: dict[str, Any]) -> None:
    interaction = await begun(server, asked(**fields))
    assert interaction.request == asked(**fields)
    assert await found(server, interaction) == interaction
    assert interaction.expires_at == server.clock.now() + INTERACTION_TTL


async def test_its_begin_is_told_without_what_belongs_to_the_application(server: Server) -> None:
    interaction = await begun(server, asked(**FULL))
    (row,) = await events(server.runtime, "Interaction.Create")
    assert row.payload == {
        "key": "Interaction.Create",
        "result": "Success",
        "ip": "203.0.113.1",
        "applicationId": "demo-app",
        "interactionId": interaction.id,
        "params": {"scope": "openid profile", "prompt": "login consent"},
    }


async def test_it_answers_to_no_other_browser(server: Server) -> None:
    interaction = await begun(server)
    for secret in (None, "", OTHER, "x", SECRET + "s"):
        with pytest.raises(InteractionNotFound):
            await found(server, interaction, secret)


async def test_what_is_not_there_is_not_found(server: Server) -> None:
    await begun(server)
    for interaction_id in (None, "", "nothing", "x" * 5000):
        with pytest.raises(InteractionNotFound) as refused:
            async with server.runtime.database.read("default") as reader:
                await interactions.find(reader, of_browser(server, SECRET), interaction_id, server.clock.now())
        assert (refused.value.code, refused.value.status) == ("session.not_found", 400)


async def test_it_needs_an_application(server: Server) -> None:
    with pytest.raises(ForeignKeyViolation):
        await begun(server, asked("nobody"))
    assert await events(server.runtime, "Interaction.Create") == []


async def test_it_is_over_after_an_hour(server: Server) -> None:
    interaction = await begun(server)
    server.clock.advance(milliseconds=INTERACTION_TTL - 1)
    await found(server, interaction)
    server.clock.advance(milliseconds=1)
    with pytest.raises(InteractionNotFound):
        await found(server, interaction)
    for step in (authenticated, consented, finished):
        with pytest.raises(InteractionNotFound):
            await step(server, interaction)


async def authenticated(server: Server, interaction: Interaction) -> None:
    async with server.runtime.database.write("default") as tx:
        await interactions.authenticate(tx, interaction, ADA, SECRET, OTHER)


async def consented(server: Server, interaction: Interaction) -> None:
    async with server.runtime.database.write("default") as tx:
        await interactions.answer_consent(tx, interaction, ConsentAnswer(True, "ada"))


async def finished(server: Server, interaction: Interaction) -> None:
    async with server.runtime.database.write("default") as tx:
        await interactions.finish(tx, interaction)


async def test_a_proof_is_noted_under_a_new_secret_for_all_that_is_open(server: Server) -> None:
    first, second = await begun(server), await begun(server)
    foreign = await begun(server, secret="f" * 43)
    await authenticated(server, first)
    for interaction in (first, second):
        with pytest.raises(InteractionNotFound):
            await found(server, interaction, SECRET)
    assert (await found(server, first, OTHER)).authentication == ADA
    assert (await found(server, second, OTHER)).authentication is None
    assert (await found(server, foreign, "f" * 43)).authentication is None


async def test_a_new_proof_takes_an_older_consent_back(server: Server) -> None:
    interaction = await begun(server)
    await consented(server, interaction)
    assert (await found(server, interaction)).consent == ConsentAnswer(True, "ada")
    await authenticated(server, interaction)
    assert (await found(server, interaction, OTHER)).consent is None


async def test_it_is_finished_once(server: Server) -> None:
    interaction = await begun(server)
    await finished(server, interaction)
    with pytest.raises(InteractionNotFound):
        await finished(server, interaction)
    for step in (authenticated, consented):
        with pytest.raises(InteractionNotFound):
            await step(server, interaction)
    with pytest.raises(InteractionNotFound):
        await found(server, interaction)


async def test_a_step_that_fails_changes_nothing(server: Server) -> None:
    done, still_open = await begun(server), await begun(server)
    await finished(server, done)
    with pytest.raises(InteractionNotFound):
        await authenticated(server, done)
    await found(server, still_open, SECRET)


async def test_all_of_a_browser_is_closed_at_once(server: Server) -> None:
    mine = [await begun(server), await begun(server)]
    foreign = await begun(server, secret=OTHER)
    async with server.runtime.database.write("default") as tx:
        await interactions.close_all(tx, of_browser(server, SECRET))
        await interactions.close_all(tx, of_browser(server, None))
    for interaction in mine:
        with pytest.raises(InteractionNotFound):
            await found(server, interaction)
    await found(server, foreign, OTHER)
    assert [row["finished_at"] is None for row in await rows(server, "interactions")].count(True) == 1
