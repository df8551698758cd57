"""T12 at the Management API: only a token of this tenant for this API opens it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import pytest

from narthex.resources.schemas import management_indicator
from narthex.signing_keys import service as signing_keys
from tests.fixtures.server import Server
from tests.management_api.caller import caller, refused, stranger
from tests.oidc.relying_party import answered, api_with_scope, claims_of, machine, relying_party

API = "https://books.example.com"


async def test_T12_a_token_of_a_person_for_another_resource(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    await api_with_scope(server, API, "all")
    tokens = answered(await party.redeem(await party.code(resource=API), resource=API))
    await refused(stranger(server, tokens["access_token"]), "GET", "/api/users", 401, "auth.unauthorized")


async def test_T12_a_token_of_a_machine_for_another_resource(server: Server) -> None:
    script = await machine(server)
    await api_with_scope(server, API, "all")
    fields: dict[str, Any] = {"grant_type": "client_credentials", "resource": API, "scope": "all"}
    tokens = answered(await script.post("token", **fields))
    await refused(stranger(server, tokens["access_token"]), "GET", "/api/users", 401, "auth.unauthorized")


async def test_T12_a_token_of_the_admin_tenant(server: Server) -> None:
    other = await caller(server, "admin")
    assert other.token is not None
    assert claims_of(other.token)["aud"] == management_indicator("admin")
    await refused(other, "GET", "/api/users", 403, "guard.not_allowed_for_admin_tenant")
    await refused(stranger(server, other.token), "GET", "/api/users", 401, "auth.unauthorized")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": "https://default.logto.app/api/"}, "unauthorized"),
        ({"aud": "https://admin.logto.app/api"}, "unauthorized"),
        ({"aud": ["https://default.logto.app/api", API]}, "unauthorized"),
        ({"aud": None}, "unauthorized"),
        ({"iss": "http://localhost:3001/t/admin/oidc"}, "unauthorized"),
        ({"iss": "http://localhost:3001/oidc/"}, "unauthorized"),
        ({"iss": None}, "unauthorized"),
        ({"exp": None}, "unauthorized"),
        ({"exp": "99999999999"}, "unauthorized"),
        ({"sub": None}, "jwt_sub_missing"),
        ({"sub": ""}, "jwt_sub_missing"),
        ({"sub": ["a"]}, "jwt_sub_missing"),
        ({"sub": "somebody"}, "unauthorized"),
        ({"client_id": "another"}, "unauthorized"),
        ({"client_id": None}, "unauthorized"),
    ],
)
async def test_T12_even_our_own_signature_is_not_enough(server: Server, change: dict[str, Any], code: str) -> None:
    api = await caller(server)
    assert api.token is not None
    ring = await signing_keys.key_ring(server.runtime, "default")
    claims = {name: value for name, value in (claims_of(api.token) | change).items() if value is not None}
    token = ring.signer(server.clock.now()).sign(claims, typ="at+jwt")
    await refused(stranger(server, token), "GET", "/api/users", 401, f"auth.{code}")


@pytest.mark.parametrize("scope", ["", "All", "allx", "all_things", "read", None])
async def test_T12_the_scope_is_one_whole_word(server: Server, scope: str | None) -> None:
    api = await caller(server)
    assert api.token is not None
    ring = await signing_keys.key_ring(server.runtime, "default")
    claims = {name: value for name, value in (claims_of(api.token) | {"scope": scope}).items() if value is not None}
    token = ring.signer(server.clock.now()).sign(claims, typ="at+jwt")
    await refused(stranger(server, token), "GET", "/api/users", 403, "auth.forbidden")


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "logout+jwt"])
async def test_T12_a_token_of_another_type(server: Server, typ: str | None) -> None:
    api = await caller(server)
    assert api.token is not None
    ring = await signing_keys.key_ring(server.runtime, "default")
    token = ring.signer(server.clock.now()).sign(claims_of(api.token), typ=typ)
    await refused(stranger(server, token), "GET", "/api/users", 401, "auth.unauthorized")
