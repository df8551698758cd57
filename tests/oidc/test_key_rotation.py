"""Signing keys change while everything goes on: whoever keeps the JWKS for less than an hour never meets a key that it
does not know, and what was signed stays good."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from narthex.access import system_actor
from narthex.applications.types import ApplicationType
from narthex.signing_keys import service as signing_keys
from narthex.signing_keys.schemas import Rotation
from narthex.signing_keys.service import RotationPending
from tests.fixtures.server import NewServer, Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import (
    SIGNATURES,
    RelyingParty,
    answered,
    header_of,
    relying_party,
    verified,
)


async def rotate(server: Server, algorithm: str = "ES256", tenant_id: str = "default") -> Rotation:
    """Let the next key take over."""
    async with server.runtime.database.write(tenant_id) as tx:
        return await signing_keys.rotate(tx, system_actor(tenant_id), server.runtime, algorithm)


async def jwks_of(server: Server) -> dict[str, Any]:
    """What the server publishes now."""
    async with server.client() as client:
        return answered(await client.get("/oidc/jwks"))


class CachingVerifier:
    """A resource server or client that asks for the JWKS every so often and trusts it in between."""

    def __init__(self, server: Server, minutes: int) -> None:
        self._server = server
        self._keep = minutes * 60_000
        self._read_at = -self._keep
        self._keys: KeySet | None = None

    async def verify(self, token: str) -> None:
        """Raises for a token whose key it does not know."""
        now = self._server.clock.now()
        if self._keys is None or now - self._read_at >= self._keep:
            self._keys, self._read_at = KeySet.import_key_set(await jwks_of(self._server)), now  # type: ignore[arg-type]
        jwt.decode(token, self._keys, algorithms=SIGNATURES)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "ES384"])
async def test_no_verification_fails_while_keys_change(new_server: NewServer, algorithm: str) -> None:
    server, other = await new_server(), await new_server()
    party = await relying_party(server, ApplicationType.NATIVE)
    nodes = [party, RelyingParty(other, party.credentials, party.browser)]
    refresh_token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    verifiers = [CachingVerifier(node.server, minutes) for node in nodes for minutes in (5, 30, 59)]
    kids: list[str] = []
    for step in range(40):
        server.clock.advance(minutes=7)
        if step in {5, 20}:
            await rotate(nodes[step % 2].server, algorithm)
        # The other node hears of it at its next poll, within a second; until then it signs with the old key.
        for node in nodes:
            tokens = answered(await node.refresh(refresh_token))
            refresh_token = tokens["refresh_token"]
            kids.append(header_of(tokens["id_token"])["kid"])
            for verifier in verifiers:
                await verifier.verify(tokens["id_token"])
        await asyncio.gather(*(node.server.app.directory.refresh() for node in nodes))
    assert len(set(kids)) == 3, "both rotations took place"


async def test_a_key_signs_only_after_it_was_published_for_an_hour(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    before = {key["kid"] for key in (await jwks_of(server))["keys"]}
    rotation = await rotate(server, "RS256")
    assert rotation.key_id not in before
    published = {key["kid"]: key for key in (await jwks_of(server))["keys"]}
    assert published[rotation.key_id]["alg"] == "RS256"
    assert rotation.signs_from == server.clock.now() + 3_600_000
    server.clock.advance(minutes=59, seconds=59)
    assert header_of((await party.tokens())["id_token"])["kid"] in before
    server.clock.advance(seconds=1)
    token = (await party.tokens())["id_token"]
    assert header_of(token) == {"alg": "RS256", "kid": rotation.key_id}
    await verified(server, token)


async def test_the_next_key_takes_over_at_once_where_it_was_published_long_ago(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    server.clock.advance(days=30)
    await party.sign_in()
    before = {key["kid"] for key in (await jwks_of(server))["keys"]}
    rotation = await rotate(server)
    assert rotation.signs_from == server.clock.now()
    assert rotation.key_id in before
    assert header_of((await party.tokens())["id_token"])["kid"] == rotation.key_id
    assert len((await jwks_of(server))["keys"]) == 3


async def test_what_was_signed_before_stays_good(server: Server) -> None:
    party = await relying_party(server, ApplicationType.SPA)
    await party.sign_up()
    tokens = await party.tokens()
    for _ in range(3):
        server.clock.advance(hours=2)
        await rotate(server)
    await verified_however_old(server, tokens["id_token"])
    assert "code" in returned(await party.authorize(prompt="none", id_token_hint=tokens["id_token"]))
    answered(await party.refresh(tokens["refresh_token"]))
    answer = await party.browser.get(f"/oidc/session/end?id_token_hint={tokens['id_token']}")
    assert answer.request.url.path == "/oidc/session/end/success"


async def verified_however_old(server: Server, token: str) -> None:
    """The signature holds; whether the token is over is another question."""
    assert (await verified(server, token))["iss"] == server.tenant().issuer


async def test_an_old_key_is_published_for_180_days(server: Server) -> None:
    first = {key["kid"] for key in (await jwks_of(server))["keys"]}
    server.clock.advance(days=1)
    await rotate(server)
    server.clock.advance(days=180)
    await rotate(server)
    assert first <= {key["kid"] for key in (await jwks_of(server))["keys"]}
    server.clock.advance(milliseconds=1)
    await rotate(server)
    assert len(first - {key["kid"] for key in (await jwks_of(server))["keys"]}) == 1


async def test_two_rotations_do_not_overtake_each_other(server: Server) -> None:
    await rotate(server, "RS256")
    with pytest.raises(RotationPending):
        await rotate(server, "RS256")
    server.clock.advance(hours=1)
    await rotate(server)


async def test_the_etag_changes_with_the_keys(server: Server) -> None:
    async with server.client() as client:
        before = await client.get("/oidc/jwks")
        document = await client.get("/oidc/.well-known/openid-configuration")
        await rotate(server, "ES384")
        after: httpx2.Response = await client.get("/oidc/jwks", headers={"if-none-match": before.headers["etag"]})
        changed = await client.get(
            "/oidc/.well-known/openid-configuration", headers={"if-none-match": document.headers["etag"]}
        )
    assert (after.status_code, changed.status_code) == (200, 200)
    assert {"ES256", "ES384"} == set(changed.json()["id_token_signing_alg_values_supported"])


async def test_a_rotation_is_that_of_one_tenant(server: Server) -> None:
    await server.add_tenant("acme")
    before = await jwks_of(server)
    await rotate(server, "RS256", "acme")
    assert await jwks_of(server) == before


async def test_no_private_part_is_ever_published(server: Server) -> None:
    await rotate(server, "RS256")
    server.clock.advance(hours=1)
    await rotate(server, "ES512")
    server.clock.advance(hours=1)
    await rotate(server, "EdDSA")
    keys = (await jwks_of(server))["keys"]
    assert {key["kty"] for key in keys} == {"EC", "RSA", "OKP"}
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert all(isinstance(value, str) for value in key.values())
    assert "PRIVATE" not in json.dumps(keys)
