"""T3: a code is of use to its client, at its address, for a minute, while its person is still there."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import (
    answered,
    claims_of,
    delete_user,
    machine,
    post_form,
    refused,
    relying_party,
    suspend,
)

KINDS = [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE]


@pytest.mark.parametrize("kind", KINDS)
async def test_T3_a_code_of_another_client(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    code = await party.sign_up()
    for thief_kind in KINDS:
        thief = await relying_party(server, thief_kind)
        refused(await thief.redeem(code))
    # The attempts cost the owner nothing.
    answered(await party.redeem(code))


async def test_T3_a_machine_redeems_no_code(server: Server) -> None:
    party, script = await relying_party(server), await machine(server)
    code = await party.sign_up()
    refused(await script.redeem(code), "invalid_request")
    answered(await party.redeem(code))


async def test_T3_the_client_id_of_the_owner_is_not_enough(server: Server) -> None:
    party, thief = await relying_party(server), await relying_party(server)
    code = await party.sign_up()
    refused(await thief.redeem(code, client_id=party.id), "invalid_client", 401)
    refused(await party.redeem(code, client_secret=None), "invalid_client", 401)
    answered(await party.redeem(code))


@pytest.mark.parametrize("kind", KINDS)
async def test_T3_another_redirect_uri(server: Server, kind: ApplicationType) -> None:
    second = "http://localhost:3000/second"
    party = await relying_party(server, kind, redirect_uris=(CALLBACK, second))
    code = await party.sign_up()
    wrong: list[Any] = [second, f"{CALLBACK}/", f"{CALLBACK}?", CALLBACK.upper(), "https://evil.example/callback", "x"]
    for uri in wrong:
        refused(await party.redeem(code, redirect_uri=uri))
    for absent in (None, ""):
        refused(await party.redeem(code, redirect_uri=absent), "invalid_request")
    answered(await party.redeem(code))


async def test_T3_a_code_lives_for_a_minute(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    code, late = await party.code(), await party.code()
    server.clock.advance(seconds=59)
    answered(await party.redeem(code))
    server.clock.advance(seconds=1)
    refused(await party.redeem(late))


@pytest.mark.parametrize("scope", ["openid profile", "openid profile offline_access"])
@pytest.mark.parametrize("by_whom", ["this application", "another application", "nobody"])
async def test_T3_a_code_after_the_sign_out(server: Server, scope: str, by_whom: str) -> None:
    party = await relying_party(server)
    hint = answered(await party.redeem(await party.sign_up()))["id_token"]
    other = (await relying_party(server)).beside(party.browser)
    code = await party.code(scope=scope)
    match by_whom:
        case "this application":
            await party.browser.get(f"/oidc/session/end?id_token_hint={hint}")
        case "another application":
            theirs = (await other.tokens())["id_token"]
            await party.browser.get(f"/oidc/session/end?id_token_hint={theirs}")
        case "nobody":
            page = await party.browser.get("/oidc/session/end")
            await party.browser.submit(page, {})
    assert returned(await party.authorize(prompt="none"))["error"] == "login_required"
    refused(await party.redeem(code))


async def test_T3_a_code_after_somebody_else_signed_in(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up("ada")
    await party.beside(server.browser()).sign_up("bob")
    code = await party.code(scope="openid profile")
    await party.sign_in("bob", prompt="login")
    refused(await party.redeem(code))


async def test_T3_a_code_of_a_suspended_person(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    code = await party.code()
    await suspend(server, user_id)
    refused(await party.redeem(code))


async def test_T3_a_code_of_a_deleted_person(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    code = await party.code()
    await delete_user(server, user_id)
    refused(await party.redeem(code))
    # A new account of the same name has nothing of the old one.
    await party.beside(server.browser()).sign_up()
    refused(await party.redeem(code))


async def test_T3_a_code_of_another_tenant(server: Server) -> None:
    await server.add_tenant("acme")
    party, other = await relying_party(server), await relying_party(server, tenant_id="acme")
    code = await party.sign_up()
    refused(await other.redeem(code))
    refused(await post_form(server, "/t/acme/oidc/token", party.named | {"code": code}), "invalid_client")
    answered(await party.redeem(code))


async def test_T3_a_made_up_code(server: Server) -> None:
    party = await relying_party(server)
    for wrong in ["", "x", "A" * 43, "A" * 10_000, "\u00e9", "' OR 1=1 --", "../../etc/passwd"]:
        refused(await party.redeem(wrong), "invalid_grant" if wrong else "invalid_request")
