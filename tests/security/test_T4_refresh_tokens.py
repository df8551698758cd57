"""T4: a refresh token works for its client, once where it rotates, and as long as everything that it hangs on."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import asyncio
from collections import Counter

import pytest

from narthex.access import system_actor
from narthex.applications import editing
from narthex.applications.schemas import CustomClientMetadata
from narthex.applications.types import ApplicationType
from narthex.consents import service as consents
from narthex.roles import assigning
from narthex.tokens import grants
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.traces import rows
from tests.fixtures.walk import returned
from tests.oidc.relying_party import (
    RelyingParty,
    answered,
    api_with_scope,
    claims_of,
    delete_user,
    machine,
    refused,
    relying_party,
    suspend,
)

API = "https://api.example.com"
PUBLIC = [ApplicationType.SPA, ApplicationType.NATIVE]
GRACE_SECONDS = 3


@pytest.mark.parametrize("kind", PUBLIC)
async def test_T4_a_token_that_comes_again_takes_the_family_down(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    first = answered(await party.redeem(await party.sign_up()))
    second = answered(await party.refresh(first["refresh_token"]))
    third = answered(await party.refresh(second["refresh_token"]))
    server.clock.advance(seconds=GRACE_SECONDS, milliseconds=1)
    refused(await party.refresh(first["refresh_token"]))
    refused(await party.refresh(third["refresh_token"]))
    for tokens in (first, second, third):
        assert (await party.userinfo(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize("kind", PUBLIC)
async def test_T4_a_token_that_comes_again_at_once_gives_nothing_and_costs_nothing(
    server: Server, kind: ApplicationType
) -> None:
    party = await relying_party(server, kind)
    first = answered(await party.redeem(await party.sign_up()))
    second = answered(await party.refresh(first["refresh_token"]))
    server.clock.advance(seconds=GRACE_SECONDS)
    refused(await party.refresh(first["refresh_token"]))
    answered(await party.refresh(second["refresh_token"]))


async def test_T4_a_replaced_token_of_a_confidential_client_is_dead_too(server: Server) -> None:
    party = await relying_party(server)
    first = answered(await party.redeem(await party.sign_up()))
    server.clock.advance(days=10)
    second = answered(await party.refresh(first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    server.clock.advance(seconds=GRACE_SECONDS, milliseconds=1)
    refused(await party.refresh(first["refresh_token"]))
    refused(await party.refresh(second["refresh_token"]))


async def nodes_of(new_server: NewServer, kind: ApplicationType) -> tuple[list[RelyingParty], str]:
    """One application at three servers on one database, and a refresh token that is due for rotation."""
    server = await new_server()
    party = await relying_party(server, kind)
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    if kind is ApplicationType.TRADITIONAL:
        server.clock.advance(days=10)
    others = [await new_server(), await new_server()]
    return [party, *(RelyingParty(other, party.credentials, party.browser) for other in others)], token


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.TRADITIONAL])
async def test_T4_one_of_fifty_parallel_refreshes_wins(new_server: NewServer, kind: ApplicationType) -> None:
    nodes, token = await nodes_of(new_server, kind)
    answers = await asyncio.gather(*(nodes[number % 3].refresh(token) for number in range(50)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 49}
    for answer in answers:
        if answer.status_code != 200:
            refused(answer)
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    # A client that was too eager stays signed in.
    assert (await nodes[1].userinfo(won["access_token"])).status_code == 200
    answered(await nodes[2].refresh(won["refresh_token"]))


@pytest.mark.long
async def test_T4_races_of_fifty_a_hundred_times(new_server: NewServer) -> None:
    nodes, token = await nodes_of(new_server, ApplicationType.SPA)
    for _ in range(100):
        answers = await asyncio.gather(*(nodes[number % 3].refresh(token) for number in range(50)))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 49}
        token = next(answer.json() for answer in answers if answer.status_code == 200)["refresh_token"]


async def test_T4_a_race_with_the_revocation_leaves_nothing(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    answers = await asyncio.gather(*(party.refresh(token) for _ in range(5)), party.revoke(token))
    for answer in answers[:-1]:
        if answer.status_code == 200:
            assert (await party.userinfo(answer.json()["access_token"])).status_code == 401
            refused(await party.refresh(answer.json()["refresh_token"]))


async def test_T4_a_restart_brings_no_token_back(new_server: NewServer) -> None:
    server = await new_server()
    party = await relying_party(server, ApplicationType.SPA)
    first = answered(await party.redeem(await party.sign_up()))
    second = answered(await party.refresh(first["refresh_token"]))
    other = await party.tokens()
    answered_revocation = await party.revoke(other["refresh_token"])
    assert answered_revocation.status_code == 200
    await server.app.shutdown()
    server.clock.advance(minutes=1)
    restarted = await new_server()
    same = RelyingParty(restarted, party.credentials, restarted.browser())
    refused(await same.refresh(other["refresh_token"]))
    refused(await same.refresh(first["refresh_token"]))
    refused(await same.refresh(second["refresh_token"]))
    await server.app.startup()


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, *PUBLIC])
async def test_T4_a_token_of_another_client(server: Server, kind: ApplicationType) -> None:
    party, thief, script = await relying_party(server, kind), await relying_party(server, kind), await machine(server)
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    refused(await thief.refresh(token))
    refused(await script.refresh(token), "invalid_request")
    refused(await party.refresh(token, client_secret="wrong"), "invalid_client", 401)
    server.clock.advance(minutes=1)
    answered(await party.refresh(token))


async def test_T4_a_token_of_another_tenant(server: Server) -> None:
    await server.add_tenant("acme")
    party = await relying_party(server, ApplicationType.SPA)
    other = await relying_party(server, ApplicationType.SPA, tenant_id="acme")
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    refused(await other.refresh(token))
    answered(await party.refresh(token))


async def test_T4_after_the_person_was_suspended(server: Server) -> None:
    party = await relying_party(server)
    tokens = answered(await party.redeem(await party.sign_up()))
    await suspend(server, claims_of(tokens["id_token"])["sub"])
    refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, *PUBLIC])
async def test_T4_after_the_person_was_deleted(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    tokens = answered(await party.redeem(await party.sign_up()))
    await delete_user(server, claims_of(tokens["id_token"])["sub"])
    refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert await rows(server, "refresh_tokens") == await rows(server, "access_tokens") == []


async def test_T4_after_the_consent_was_withdrawn(server: Server) -> None:
    party = await relying_party(server, is_third_party=True)
    page = await party.browser.sign_up(party.id, CALLBACK)
    code = returned(await party.browser.submit(page, {"decision": "allow"}))["code"]
    tokens = answered(await party.redeem(code))
    user_id = claims_of(tokens["id_token"])["sub"]
    async with server.runtime.database.write("default") as tx:
        assert await consents.withdraw(tx, user_id, party.id)
        assert await grants.revoke_of_user(tx, system_actor("default"), user_id, party.id) == 1
    refused(await party.refresh(tokens["refresh_token"]))
    assert returned(await party.authorize(prompt="none"))["error"] == "consent_required"


async def test_T4_after_the_application_was_removed(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    tokens = answered(await party.redeem(await party.sign_up()))
    async with server.runtime.database.write("default") as tx:
        await editing.delete(tx, system_actor("default"), server.runtime, party.id)
    refused(await party.refresh(tokens["refresh_token"]), "invalid_client")
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_T4_after_the_role_was_taken_away(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    role = await api_with_scope(server, API, "read", user_id)
    tokens = answered(await party.redeem(await party.code(scope="offline_access read", resource=API), resource=API))
    assert tokens["scope"] == "read"
    async with server.runtime.database.write("default") as tx:
        await assigning.take_from_user(tx, system_actor("default"), user_id, role)
    refreshed = answered(await party.refresh(tokens["refresh_token"], resource=API))
    assert (refreshed["scope"], claims_of(refreshed["access_token"])["scope"]) == ("", "")


async def test_T4_after_the_sign_out(server: Server) -> None:
    party = await relying_party(server)
    online = answered(await party.redeem(await party.sign_up()))
    await party.browser.get(f"/oidc/session/end?id_token_hint={online['id_token']}")
    refused(await party.refresh(online["refresh_token"]))


async def test_T4_a_scope_cannot_be_widened(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid offline_access")
    token = tokens["refresh_token"]
    for scope in ("openid profile", "profile", "openid offline_access roles", "all", "openid  email", "OPENID"):
        refused(await party.refresh(token, scope=scope), "invalid_scope")
    narrow = answered(await party.refresh(token, scope="openid"))
    assert narrow["scope"] == "openid"
    # A narrower answer does not narrow the grant, and a wider one is still refused.
    assert answered(await party.refresh(token))["scope"] == "openid offline_access"
    refused(await party.refresh(token, scope="openid profile"), "invalid_scope")


async def test_T4_a_resource_cannot_be_added(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens()
    await api_with_scope(server, API, "read")
    refused(await party.refresh(tokens["refresh_token"], resource=API), "invalid_target")
    refused(await party.refresh(tokens["refresh_token"], resource="https://nowhere.example"), "invalid_target")


async def test_T4_a_token_ends_with_its_time_and_its_chain(server: Server) -> None:
    custom = CustomClientMetadata(refresh_token_ttl_in_days=1)
    party = await relying_party(server, ApplicationType.SPA, custom=custom)
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    server.clock.advance(hours=12)
    token = answered(await party.refresh(token))["refresh_token"]
    server.clock.advance(hours=12)
    # A chain of a browser application does not outlive its first token.
    refused(await party.refresh(token))


async def test_T4_a_made_up_token(server: Server) -> None:
    party = await relying_party(server)
    for wrong in ["x", "A" * 43, "A" * 10_000, "\u00e9", "' OR 1=1 --", "a.b.c"]:
        refused(await party.refresh(wrong))
