"""The shape of every token: the rules that satisfy all SDKs at once (client-sdks-and-tutorial.md 3.1). Wire: token-*,
id-token*, access-token-*."""

import pytest

from narthex.access import system_actor
from narthex.applications.schemas import CustomClientMetadata
from narthex.applications.types import ApplicationType
from narthex.resources import editing
from narthex.resources import service as resources
from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD
from tests.oidc.relying_party import (
    answered,
    api_with_scope,
    claims_of,
    header_of,
    machine,
    relying_party,
    verified,
)

API = "https://api.example.com"
KINDS = [ApplicationType.TRADITIONAL, ApplicationType.SPA, ApplicationType.NATIVE]
MEMBERS = {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_answer_to_a_code_and_to_a_refresh(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind)
    first = answered(await party.redeem(await party.sign_up()))
    second = answered(await party.refresh(first["refresh_token"]))
    for tokens in (first, second):
        assert set(tokens) == MEMBERS
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
        assert type(tokens["expires_in"]) is int
        assert tokens["scope"] == "openid offline_access profile"
        assert len(tokens["access_token"]) == 43, "opaque without a resource"
    assert first["access_token"] != second["access_token"]


async def test_an_id_token(server: Server) -> None:
    party = await relying_party(server)
    tokens = answered(await party.redeem(await party.sign_up(nonce="n-1")))
    claims, now = await verified(server, tokens["id_token"]), server.clock.now()
    assert claims == {
        "sub": claims["sub"],
        "name": None,
        "preferred_username": "ada",
        "picture": None,
        "updated_at": now,
        "username": "ada",
        "created_at": now,
        "sid": claims["sid"],
        "auth_time": now // 1000,
        "nonce": "n-1",
        "aud": party.id,
        "exp": now // 1000 + 3600,
        "iat": now // 1000,
        "iss": f"{server.base_url}/oidc",
    }
    header = header_of(tokens["id_token"])
    assert set(header) == {"alg", "kid"}
    assert len(claims["sub"]) == 12


async def test_an_id_token_after_a_refresh_is_fresh(server: Server) -> None:
    party = await relying_party(server)
    first = answered(await party.redeem(await party.sign_up(nonce="n-1")))
    before = claims_of(first["id_token"])
    server.clock.advance(hours=5)
    after = await verified(server, answered(await party.refresh(first["refresh_token"]))["id_token"])
    assert (after["iat"], after["exp"]) == (server.clock.now() // 1000, server.clock.now() // 1000 + 3600)
    assert (after["auth_time"], after["sub"], after["aud"], after["sid"]) == (
        before["auth_time"],
        before["sub"],
        before["aud"],
        before["sid"],
    )
    assert "nonce" not in after


async def test_a_narrowed_refresh_gives_a_narrowed_id_token(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid offline_access profile email")
    narrow = answered(await party.refresh(tokens["refresh_token"], scope="openid email"))
    claims = claims_of(narrow["id_token"])
    assert ("username" in claims, "email" in claims) == (False, True)
    without = answered(await party.refresh(tokens["refresh_token"], scope="profile"))
    assert "id_token" not in without


async def test_a_token_of_a_person_for_a_resource(server: Server) -> None:
    party = await relying_party(server)
    user_id = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])["sub"]
    await api_with_scope(server, API, "read", user_id)
    code = await party.code(scope="openid offline_access read", resource=API)
    tokens = answered(await party.redeem(code, resource=API))
    assert tokens["scope"] == "read"
    claims, now = await verified(server, tokens["access_token"]), server.clock.now() // 1000
    assert claims == {
        "jti": claims["jti"],
        "sub": user_id,
        "iat": now,
        "exp": now + 3600,
        "scope": "read",
        "client_id": party.id,
        "iss": f"{server.base_url}/oidc",
        "aud": API,
    }
    assert header_of(tokens["access_token"])["typ"] == "at+jwt"
    again = answered(await party.refresh(tokens["refresh_token"], resource=API))
    assert claims_of(again["access_token"])["jti"] != claims["jti"]
    # Without the resource the next token is opaque again (wire: useGrantedResource is off).
    assert len(answered(await party.refresh(tokens["refresh_token"]))["access_token"]) == 43


async def test_the_default_resource_is_meant_by_requests_that_name_none(server: Server) -> None:
    party = await relying_party(server)
    before = answered(await party.redeem(await party.sign_up()))
    user_id = claims_of(before["id_token"])["sub"]
    await api_with_scope(server, API, "read", user_id)
    await set_default(server, API)

    tokens = await party.tokens(scope="openid offline_access read")
    claims = await verified(server, tokens["access_token"])
    assert (claims["aud"], claims["scope"]) == (API, "read")
    again = answered(await party.refresh(tokens["refresh_token"]))
    assert (await verified(server, again["access_token"]))["aud"] == API
    script = await machine(server)
    own = answered(await script.post("token", grant_type="client_credentials", scope="read"))
    assert ((await verified(server, own["access_token"]))["aud"], own["scope"]) == (API, "")
    # What was granted before there was a default is no more than it was.
    assert len(answered(await party.refresh(before["refresh_token"]))["access_token"]) == 43
    named = await party.refresh(before["refresh_token"], resource=API)
    assert (named.status_code, named.json()["error"]) == (400, "invalid_target")

    await set_default(server, API, is_default=False)
    assert len((await party.tokens(scope="openid offline_access read"))["access_token"]) == 43
    refused = await script.post("token", grant_type="client_credentials", scope="read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")


async def test_the_demo_app_shows_the_token_of_a_default_resource(server: Server) -> None:
    browser = server.browser()
    page = await browser.get(f"{browser.base_url}/demo-app/sign-up")
    assert "Userinfo" in (await browser.submit(page, {"username": "ada", "password": PASSWORD})).text
    await api_with_scope(server, API, "read")
    await set_default(server, API)
    page = await browser.get(f"{browser.base_url}/demo-app/sign-in")
    assert (page.status_code, "eyJ" in page.text, "Userinfo" in page.text) == (200, True, False)


async def set_default(server: Server, indicator: str, *, is_default: bool = True) -> None:
    resource = await resources.find_by_indicator(server.runtime, "default", indicator)
    assert resource is not None
    async with server.runtime.database.write("default") as tx:
        await editing.set_default(tx, system_actor("default"), server.runtime.cache, resource.id, is_default)


async def test_a_token_of_a_machine(server: Server) -> None:
    script = await machine(server)
    form = {"grant_type": "client_credentials", "resource": "https://default.logto.app/api"}
    tokens = answered(await script.post("token", **form, scope="all"))
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope"}
    assert (tokens["token_type"], tokens["scope"], tokens["expires_in"]) == ("Bearer", "all", 3600)
    claims = await verified(server, tokens["access_token"])
    assert set(claims) == {"jti", "sub", "iat", "exp", "scope", "client_id", "iss", "aud"}
    assert claims["sub"] == claims["client_id"] == script.id
    assert header_of(tokens["access_token"])["typ"] == "at+jwt"


async def test_an_id_token_lives_as_long_as_its_application_says(server: Server) -> None:
    party = await relying_party(server, custom=CustomClientMetadata(id_token_ttl=120))
    claims = claims_of(answered(await party.redeem(await party.sign_up()))["id_token"])
    assert claims["exp"] - claims["iat"] == 120


async def test_no_openid_no_id_token(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="offline_access profile")
    assert set(tokens) == MEMBERS - {"id_token"}
    assert "id_token" not in answered(await party.refresh(tokens["refresh_token"]))


async def test_every_kid_is_in_the_jwks(server: Server) -> None:
    party, script = await relying_party(server), await machine(server)
    tokens = answered(await party.redeem(await party.sign_up()))
    of_script = answered(
        await script.post("token", grant_type="client_credentials", resource="https://default.logto.app/api")
    )
    async with server.client() as client:
        kids = {key["kid"] for key in answered(await client.get("/oidc/jwks"))["keys"]}
    assert header_of(tokens["id_token"])["kid"] in kids
    assert header_of(of_script["access_token"])["kid"] in kids
