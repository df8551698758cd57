"""T7 at the endpoints that take a token of ours back: a forged one changes nothing, and no type passes for another."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import json
import time
from typing import Any

from narthex.applications.types import ApplicationType
from narthex.signing_keys import service as signing_keys
from tests.fixtures.server import Server
from tests.fixtures.walk import returned
from tests.oidc.relying_party import RelyingParty, answered, api_with_scope, claims_of, refused, relying_party
from tests.security.forged_tokens import forged, unsigned

API = "https://api.example.com"
CPU_SECONDS = 0.05


async def signed_in(server: Server) -> tuple[RelyingParty, str, str]:
    """An application with somebody signed in, an ID token, and a JWT access token."""
    party = await relying_party(server)
    await party.sign_up()
    await api_with_scope(server, API, "read")
    tokens = answered(await party.redeem(await party.code(resource=API), resource=API))
    return party, tokens["id_token"], tokens["access_token"]


async def published(server: Server, tenant_id: str = "default") -> list[dict[str, str]]:
    """The keys that anybody can read."""
    ring = await signing_keys.key_ring(server.runtime, tenant_id)
    keys: list[dict[str, str]] = json.loads(ring.jwks)["keys"]
    return keys


async def test_T7_a_forged_hint_at_the_authorization_endpoint(server: Server) -> None:
    party, hint, _ = await signed_in(server)
    assert "code" in returned(await party.authorize(prompt="none", id_token_hint=hint))
    for name, token in forged(hint, await published(server), sub="somebodyelse"):
        before = time.process_time()
        back = returned(await party.authorize(prompt="none", id_token_hint=token))
        assert (back.get("error"), "code" in back) == ("invalid_request", False), name
        assert time.process_time() - before < CPU_SECONDS, name


async def test_T7_a_forged_hint_at_the_sign_out(server: Server) -> None:
    party, hint, _ = await signed_in(server)
    for name, token in forged(hint, await published(server)):
        answer = await party.browser.client.get("/oidc/session/end", params={"id_token_hint": token})
        refused(answer, "invalid_request")
        assert "set-cookie" not in answer.headers, name
        assert "code" in returned(await party.authorize(prompt="none")), f"{name}: still signed in"
    await party.browser.get(f"/oidc/session/end?id_token_hint={hint}")
    assert returned(await party.authorize(prompt="none"))["error"] == "login_required"


async def test_T7_a_forged_token_at_introspection(server: Server) -> None:
    party, _, access = await signed_in(server)
    assert (await party.introspect(access))["active"] is True
    for name, token in forged(access, await published(server), scope="all"):
        assert await party.introspect(token) == {"active": False}, name


async def test_T7_a_forged_token_at_userinfo(server: Server) -> None:
    party, hint, access = await signed_in(server)
    genuine = [("an ID token", hint), ("a token for an API", access)]
    for name, token in [*genuine, *forged(hint, await published(server)), *forged(access, await published(server))]:
        # A line break or a brace cannot even be sent in a header by an honest library.
        if token.isascii() and token.isprintable():
            assert (await party.userinfo(token)).status_code in {400, 401}, name


async def test_T7_one_type_does_not_pass_for_another(server: Server) -> None:
    party, hint, access = await signed_in(server)
    back = returned(await party.authorize(prompt="none", id_token_hint=access))
    assert (back.get("error"), "code" in back) == ("invalid_request", False)
    answer = await party.browser.client.get("/oidc/session/end", params={"id_token_hint": access})
    refused(answer, "invalid_request")
    assert await party.introspect(hint) == {"active": False}
    refused(await party.revoke(hint), "unsupported_token_type")
    refused(await party.refresh(hint))
    refused(await party.redeem(hint))


async def test_T7_a_token_of_another_tenant(server: Server) -> None:
    await server.add_tenant("acme")
    party, _, _ = await signed_in(server)
    theirs = await relying_party(server, tenant_id="acme")
    await theirs.sign_up()
    hint = (await theirs.tokens())["id_token"]
    assert returned(await party.authorize(prompt="none", id_token_hint=hint))["error"] == "invalid_request"
    refused(await party.browser.client.get("/oidc/session/end", params={"id_token_hint": hint}), "invalid_request")
    assert await party.introspect(hint) == {"active": False}
    # Neither does a token that we signed ourselves in the name of another issuer.
    ring = await signing_keys.key_ring(server.runtime, "default")
    claims = claims_of(hint) | {"aud": party.id}
    for issuer in (claims["iss"], "https://evil.example/oidc", f"{server.base_url}/oidc/", None, ""):
        token = ring.signer(server.clock.now()).sign(claims | {"iss": issuer})
        assert returned(await party.authorize(prompt="none", id_token_hint=token))["error"] == "invalid_request"


async def test_T7_claims_of_another_shape_are_no_hint(server: Server) -> None:
    party, hint, _ = await signed_in(server)
    ring = await signing_keys.key_ring(server.runtime, "default")
    changes: dict[str, Any]
    for changes in ({"sub": None}, {"sub": 1}, {"sub": ["a"]}, {"aud": None}, {"aud": ["a"]}, {"aud": 1}):
        token = ring.signer(server.clock.now()).sign(claims_of(hint) | changes)
        assert returned(await party.authorize(prompt="none", id_token_hint=token))["error"] == "invalid_request"
        refused(await party.browser.client.get("/oidc/session/end", params={"id_token_hint": token}), "invalid_request")


async def test_T7_a_hint_for_another_session_of_this_person_asks_first(server: Server) -> None:
    party, hint, _ = await signed_in(server)
    elsewhere = party.beside(server.browser())
    await elsewhere.sign_in()
    page = await elsewhere.browser.get(f"/oidc/session/end?id_token_hint={hint}")
    assert (page.status_code, page.request.url.path) == (200, "/oidc/session/end")
    assert "code" in returned(await elsewhere.authorize(prompt="none"))


async def test_T7_a_hint_names_its_client(server: Server) -> None:
    party, hint, _ = await signed_in(server)
    other = await relying_party(server, ApplicationType.SPA)
    answer = await party.browser.client.get("/oidc/session/end", params={"id_token_hint": hint, "client_id": other.id})
    refused(answer, "invalid_request")
    assert "code" in returned(await party.authorize(prompt="none"))


async def test_T7_the_largest_hints_are_refused_at_once(server: Server) -> None:
    party, _, _ = await signed_in(server)
    for size in (15_000, 40_000):
        token = unsigned({"x": "A" * size})
        before = time.process_time()
        answer = await party.browser.client.get("/oidc/session/end", params={"id_token_hint": token})
        refused(answer, "invalid_request")
        assert time.process_time() - before < CPU_SECONDS
    assert "code" in returned(await party.authorize(prompt="none"))
