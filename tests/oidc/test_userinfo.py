"""Userinfo (OpenID Connect Core 5.3). Wire: userinfo.json, me_* of errors.json."""

from typing import Any

from sqlalchemy import bindparam, update

from narthex.access import system_actor
from narthex.identities import service as identities
from narthex.identities.schemas import NewIdentity
from narthex.kit.database import statement
from narthex.users.tables import users
from tests.fixtures.server import Server
from tests.oidc.relying_party import answered, api_with_scope, claims_of, refused, relying_party

EVERYTHING = "openid offline_access profile email phone address custom_data identities roles"
INVALID = 'Bearer realm="http://localhost:3001/oidc", error="invalid_token", error_description="invalid token provided"'
DESCRIBE = statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        name=bindparam("new_name"),
        primary_email=bindparam("new_email"),
        primary_phone=bindparam("new_phone"),
        profile=bindparam("new_profile", type_=users.c.profile.type),
        custom_data=bindparam("new_data", type_=users.c.custom_data.type),
    )
)


async def test_by_get_and_by_post(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    async with server.client() as client:
        ways = [
            await client.get("/oidc/me", headers=bearer),
            await client.get("/oidc/me", headers={"authorization": f"bearer {tokens['access_token']}"}),
            await client.post("/oidc/me", headers=bearer),
            await client.post("/oidc/me", headers=bearer | {"content-type": "application/x-www-form-urlencoded"}),
            await client.post("/oidc/me", data={"access_token": tokens["access_token"]}),
        ]
    for way in ways:
        assert answered(way) == answered(ways[0])
        assert way.headers["content-type"].startswith("application/json")
        assert way.headers["cache-control"] == "no-store"


async def test_what_a_new_person_has(server: Server) -> None:
    """Nothing is null but name, picture, username and the addresses; flags are never null."""
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope=EVERYTHING)
    now = server.clock.now()
    assert answered(await party.userinfo(tokens["access_token"])) == {
        "sub": claims_of(tokens["id_token"])["sub"],
        "name": None,
        "preferred_username": "ada",
        "picture": None,
        "updated_at": now,
        "username": "ada",
        "created_at": now,
        "email": None,
        "email_verified": False,
        "phone_number": None,
        "phone_number_verified": False,
        "custom_data": {},
        "identities": {},
        "sso_identities": [],
        "roles": [],
    }


async def test_the_identities_that_a_person_has(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid identities")
    user_id = claims_of(tokens["id_token"])["sub"]
    async with server.runtime.database.write("default") as tx:
        new = NewIdentity("oidc", "upstream-ada", {"id": "upstream-ada", "name": "Ada"})
        await identities.link(tx, system_actor("default"), user_id, new)
    assert answered(await party.userinfo(tokens["access_token"])) == {
        "sub": user_id,
        "identities": {"oidc": {"userId": "upstream-ada", "details": {"id": "upstream-ada", "name": "Ada"}}},
        "sso_identities": [],
    }
    assert "identities" not in claims_of(tokens["id_token"]), "those are for userinfo alone"


async def test_what_a_described_person_has(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope=EVERYTHING)
    user_id = claims_of(tokens["id_token"])["sub"]
    await api_with_scope(server, "https://api.example.com", "read", user_id)
    profile = {"givenName": "Ada", "familyName": "Lovelace", "address": {"country": "GB"}, "preferredUsername": "al"}
    async with server.runtime.database.write("default") as tx:
        await tx.run(
            DESCRIBE,
            user_id=user_id,
            new_name="Ada Lovelace",
            new_email="ada@example.com",
            new_phone="441234567890",
            new_profile=profile,
            new_data={"shoe": 38},
        )
    claims = answered(await party.userinfo(tokens["access_token"]))
    expected = {
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "preferred_username": "al",
        "email": "ada@example.com",
        "email_verified": True,
        "phone_number": "441234567890",
        "phone_number_verified": True,
        "address": {"country": "GB"},
        "custom_data": {"shoe": 38},
        "roles": ["may read https://api.example.com"],
    }
    assert {name: claims[name] for name in expected} == expected
    # The ID token of a refresh says the same, without what is only for userinfo.
    token = claims_of(answered(await party.refresh(tokens["refresh_token"]))["id_token"])
    assert {name: token.get(name) for name in expected} == expected | {"custom_data": None}


async def test_a_scope_gives_its_claims(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for scope, expected in [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid phone", {"sub", "phone_number", "phone_number_verified"}),
        ("openid roles", {"sub", "roles"}),
        ("openid custom_data", {"sub", "custom_data"}),
        ("openid identities", {"sub", "identities", "sso_identities"}),
        ("openid address", {"sub"}),
        ("openid profile", {"sub", "name", "preferred_username", "picture", "updated_at", "username", "created_at"}),
    ]:
        tokens = await party.tokens(scope=scope)
        assert set(answered(await party.userinfo(tokens["access_token"]))) == expected


async def test_a_narrowed_token_gives_less(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    tokens = await party.tokens(scope="openid offline_access profile email")
    narrow = answered(await party.refresh(tokens["refresh_token"], scope="openid email"))
    assert set(answered(await party.userinfo(narrow["access_token"]))) == {"sub", "email", "email_verified"}


async def test_a_token_that_is_none(server: Server) -> None:
    for headers, error, status, challenge in [
        ({}, "invalid_token", 401, 'Bearer realm="http://localhost:3001/oidc"'),
        (
            {"authorization": "Bearer nope"},
            "invalid_token",
            401,
            INVALID,
        ),
        ({"authorization": "Bearer "}, "invalid_request", 400, None),
        ({"authorization": "Basic eDp5"}, "invalid_request", 400, None),
        ({"authorization": "nope"}, "invalid_request", 400, None),
        ({"authorization": ""}, "invalid_request", 400, None),
    ]:
        async with server.client() as client:
            for method in ("GET", "POST"):
                answer = await client.request(method, "/oidc/me", headers=headers)
                refused(answer, error, status)
                assert answer.headers.get("www-authenticate") == challenge


async def test_a_token_is_not_read_from_the_query(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    token = (await party.tokens())["access_token"]
    async with server.client() as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, "/oidc/me", params={"access_token": token})
            refused(answer, "invalid_token", 401)


async def test_a_token_lives_for_an_hour(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    token = (await party.tokens())["access_token"]
    server.clock.advance(minutes=59, seconds=59)
    assert (await party.userinfo(token)).status_code == 200
    server.clock.advance(seconds=1)
    refused(await party.userinfo(token), "invalid_token", 401)


async def test_odd_tokens_are_refused_without_failing(server: Server) -> None:
    for odd in ["x" * 10_000, "\x7f", "a b", "a,b", "'"]:
        answer: Any
        async with server.client() as client:
            answer = await client.get("/oidc/me", headers={"authorization": f"Bearer {odd}"})
        refused(answer, "invalid_token", 401)
