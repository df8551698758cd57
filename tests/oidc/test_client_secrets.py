"""How a client may present itself: by Basic, raw or url-encoded, by form, by JSON (client-sdks-and-tutorial.md 3.1)."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from narthex.access import system_actor
from narthex.applications import client_secrets
from narthex.applications.types import ApplicationType
from narthex.kit.randomness import Randomness
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import VERIFIER
from tests.oidc.relying_party import RelyingParty, answered, basic, machine, post_form, refused, relying_party

MANAGEMENT = "https://default.logto.app/api"
FORM = {"grant_type": "client_credentials", "resource": MANAGEMENT, "scope": "all"}


async def test_every_way_to_present_a_secret(server: Server) -> None:
    script = await machine(server)
    for path in ["/oidc/token", "//oidc/token", "///oidc/token"]:
        by_body = FORM | {"client_id": script.id, "client_secret": script.secret}
        ways = [
            await post_form(server, server.base_url + path, by_body),
            await post_form(server, server.base_url + path, FORM, basic(script.id, script.secret)),
            await post_form(server, server.base_url + path, FORM, basic(script.id, script.secret, encoded=True)),
            await post_form(
                server, server.base_url + path, FORM | {"client_id": script.id}, basic(script.id, script.secret)
            ),
        ]
        async with server.client() as client:
            ways.append(await client.post(server.base_url + path, json=by_body))
            ways.append(await client.post(server.base_url + path, json=FORM, headers=basic(script.id, script.secret)))
            utf8 = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
            body = "&".join(f"{name}={quote(value, safe='')}" for name, value in by_body.items())
            ways.append(await client.post(server.base_url + path, content=body, headers=utf8))
        for way in ways:
            tokens = answered(way)
            assert way.headers["content-type"].startswith("application/json")
            assert way.headers["cache-control"] == "no-store"
            assert way.headers["pragma"] == "no-cache"
            assert (tokens["token_type"], tokens["scope"], tokens["expires_in"]) == ("Bearer", "all", 3600)
            assert set(tokens) == {"access_token", "token_type", "scope", "expires_in"}


class OddSecrets(Randomness):
    """Secrets with every character that the two readings of a Basic header differ about."""

    def secret(self, length: int = 32) -> str:
        """One of them."""
        return "a+b%2Bc:d e=f&g%zz/\u00e9"


async def test_a_secret_with_odd_characters_is_taken_raw_and_encoded(server: Server) -> None:
    party = await machine(server)
    runtime = replace(server.runtime, randomness=OddSecrets())
    async with server.runtime.database.write("default") as tx:
        secret = await client_secrets.add_secret(tx, system_actor("default"), runtime, party.id, "odd")
    for headers in (basic(party.id, secret), basic(party.id, secret, encoded=True)):
        answered(await post_form(server, "/oidc/token", FORM, headers))
    answered(await post_form(server, "/oidc/token", FORM | {"client_id": party.id, "client_secret": secret}))
    # Decoding once too often is another secret.
    for wrong in ("a b+c:d e=f&g%zz/\u00e9", "a+b+c:d e=f&g%zz/\u00e9"):
        refused(await post_form(server, "/oidc/token", FORM, basic(party.id, wrong)), "invalid_client", 401)


async def code_of(party: RelyingParty) -> dict[str, str]:
    """A token request for a fresh code, without the client."""
    code = await party.code()
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }


async def test_a_code_is_redeemed_by_either_method_whatever_is_registered(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    by_basic = await post_form(server, "/oidc/token", await code_of(party), basic(party.id, party.secret))
    by_body = await post_form(server, "/oidc/token", await code_of(party) | party.named)
    repeated = await code_of(party) | {"client_id": party.id}
    by_both = await post_form(server, "/oidc/token", repeated, basic(party.id, party.secret))
    for answer in (by_basic, by_body, by_both):
        tokens = answered(answer)
        assert {"access_token", "id_token", "refresh_token", "scope", "expires_in", "token_type"} == set(tokens)


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.NATIVE])
async def test_a_public_client_names_itself_in_the_body(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    await party.sign_up()
    answered(await post_form(server, "/oidc/token", await code_of(party) | {"client_id": party.id}))
    async with server.client() as client:
        answered(await client.post("/oidc/token", json=await code_of(party) | {"client_id": party.id}))


async def test_an_authorization_header_harms_no_document(server: Server) -> None:
    script = await machine(server)
    async with server.client() as client:
        for path in ("/oidc/.well-known/openid-configuration", "/oidc/jwks"):
            for headers in (basic(script.id, script.secret), {"authorization": "Bearer x"}, {"authorization": "x"}):
                answered(await client.get(path, headers=headers))


async def test_two_secrets_of_one_application_hold_at_once(server: Server) -> None:
    script = await machine(server)
    async with server.runtime.database.write("default") as tx:
        second = await client_secrets.add_secret(tx, system_actor("default"), server.runtime, script.id, "second")
    for secret in (script.secret, second):
        answered(await post_form(server, "/oidc/token", FORM, basic(script.id, secret)))
