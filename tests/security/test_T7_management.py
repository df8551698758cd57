"""T7 at the Management API: a forged bearer token does nothing."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import json

from narthex.signing_keys import service as signing_keys
from tests.fixtures.server import Server
from tests.management_api.caller import caller, refused, stranger
from tests.security.forged_tokens import forged, unsigned


async def test_T7_a_forged_bearer(server: Server) -> None:
    api = await caller(server)
    assert api.token is not None
    ring = await signing_keys.key_ring(server.runtime, "default")
    keys = json.loads(ring.jwks)["keys"]
    tried = 0
    for name, token in forged(api.token, keys, sub="somebodyelse", scope="all"):
        body = await refused(stranger(server, token), "POST", "/api/users", 401, "auth.unauthorized", json={})
        assert body.keys() == {"code", "message"}, name
        tried += 1
    assert tried > 30
    assert await api.get("/api/users") == []


async def test_T7_a_weaker_token_does_not_become_a_stronger_one(server: Server) -> None:
    other = await caller(server, with_role=False)
    assert other.token is not None
    header, _, signature = other.token.split(".")
    _, payload, _ = unsigned({"scope": "all", "sub": other.application_id, "exp": 2**40}).split(".")
    token = f"{header}.{payload}.{signature}"
    await refused(stranger(server, token), "GET", "/api/users", 401, "auth.unauthorized")


async def test_T7_two_tokens_in_one_header(server: Server) -> None:
    api = await caller(server)
    for sent in (f"Bearer {api.token}, Bearer {api.token}", f"Bearer {api.token} x", f"Bearer\t{api.token}"):
        answer = await api.call("GET", "/api/users", headers={"authorization": sent})
        assert answer.status_code == 401, sent


async def test_T7_a_token_by_query_body_or_cookie_is_none(server: Server) -> None:
    api = await caller(server)
    nobody = stranger(server)
    code = "auth.authorization_header_missing"
    await refused(nobody, "GET", f"/api/users?access_token={api.token}", 401, code)
    await refused(nobody, "GET", "/api/users", 401, code, headers={"cookie": f"access_token={api.token}"})
    form = {"content": f"access_token={api.token}", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    await refused(nobody, "POST", "/api/users", 401, code, **form)
