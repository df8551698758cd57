"""P3 at the Management API: whoever may not do everything may do nothing, and changes nothing by trying."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import pytest
from sqlalchemy import insert

from narthex.access import system_actor
from narthex.applications import editing
from narthex.applications.schemas import ApplicationChange
from narthex.kit.database import statement
from narthex.management_api.operations import OPERATIONS
from narthex.resources.schemas import MANAGEMENT_SCOPE_ID, management_indicator
from narthex.roles import assigning, role_scopes
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from narthex.roles.tables import role_scopes as role_scopes_table
from tests.fixtures.server import Server
from tests.management_api.caller import Caller, caller, refused, stranger
from tests.management_api.world import PRIVATE, World, furnished, named, tenant_contents
from tests.oidc.relying_party import RelyingParty, answered, api_with_scope, relying_party, suspend

API = "https://books.example.com"
MANAGEMENT = management_indicator("default")
# What the database never has on its own: a role for users that gives the Management API (422 by every way in).
GIVE_SCOPE = statement(insert(role_scopes_table))


@pytest.fixture
async def world(server: Server) -> World:
    """One of everything."""
    return await furnished(server)


async def turned_away(world: World, someone: Caller, status: int, code: str) -> None:
    """Nothing that is not for anybody is done, and nothing changes."""
    before = await tenant_contents(world.server, "default")
    for operation in PRIVATE:
        sent = {} if operation.body is None else {"json": world.body(operation)}
        answer = await someone.call(operation.method, world.path(operation), **sent)
        assert (answer.status_code, answer.json()["code"]) == (status, code), f"{named(operation)}: {answer.text}"
        assert not [one for one in world.ids.values() if len(one) > 11 and one in answer.text], named(operation)
    assert await tenant_contents(world.server, "default") == before


async def test_P3_nobody(world: World) -> None:
    await turned_away(world, stranger(world.server), 401, "auth.authorization_header_missing")


async def test_P3_a_machine_without_the_role(world: World) -> None:
    await turned_away(world, await caller(world.server, with_role=False), 403, "auth.forbidden")


async def test_P3_a_machine_of_another_tenant(world: World) -> None:
    await world.server.add_tenant("acme")
    other = await caller(world.server, "acme")
    await turned_away(world, stranger(world.server, other.token), 401, "auth.unauthorized")


async def test_P3_a_person_with_a_token_for_their_own_things(world: World) -> None:
    party = await relying_party(world.server)
    await party.sign_up("bob")
    tokens = await party.tokens()
    for kind in ("access_token", "id_token", "refresh_token"):
        await turned_away(world, stranger(world.server, tokens[kind]), 401, "auth.unauthorized")


async def test_P3_a_person_with_a_scope_of_another_api(world: World) -> None:
    party = await relying_party(world.server)
    user_id = await user_of(world, party, "bob")
    await api_with_scope(world.server, API, "all", user_id)
    tokens = answered(await party.redeem(await party.code(resource=API, scope="openid all"), resource=API))
    assert tokens["scope"] == "all"
    await turned_away(world, stranger(world.server, tokens["access_token"]), 401, "auth.unauthorized")


async def test_P3_a_person_whose_token_is_for_the_management_api_without_the_scope(world: World) -> None:
    party = await relying_party(world.server)
    await user_of(world, party, "bob")
    token = await management_token(party)
    await turned_away(world, stranger(world.server, token), 403, "auth.forbidden")


async def test_P3_what_is_public_needs_no_token_and_tells_nothing_of_people(world: World) -> None:
    public = [one for one in OPERATIONS if one.is_public]
    assert len(public) == 5
    for operation in public:
        answer = await stranger(world.server).call("GET", operation.path)
        assert answer.status_code in {200, 204}, named(operation)
        assert not [one for one in world.ids.values() if len(one) > 11 and one in answer.text], named(operation)


async def user_of(world: World, party: RelyingParty, username: str) -> str:
    """A person who signed up at an application."""
    await party.sign_up(username)
    found = await world.api.get(f"/api/users?search.username={username}")
    user_id: str = found[0]["id"]
    return user_id


async def management_token(party: RelyingParty) -> str:
    """A person's token for the Management API, with whatever scopes they have there."""
    code = await party.code(resource=MANAGEMENT, scope="openid all")
    token: str = answered(await party.redeem(code, resource=MANAGEMENT))["access_token"]
    return token


async def administrator(world: World, party: RelyingParty) -> tuple[str, str, Caller]:
    """A person with a role that should not be: the person, the role, and their token."""
    user_id, tx_actor = await user_of(world, party, "bob"), system_actor("default")
    cache = world.server.runtime.cache
    async with world.server.runtime.database.write("default") as tx:
        role_id = await roles.create(tx, tx_actor, cache, "Administrator", "x", RoleType.USER)
        await tx.run(GIVE_SCOPE, role_id=role_id, scope_id=MANAGEMENT_SCOPE_ID)
        await assigning.assign_to_user(tx, tx_actor, user_id, role_id)
    return user_id, role_id, stranger(world.server, await management_token(party))


async def test_P3_a_role_for_users_never_gives_the_management_api(world: World) -> None:
    code = "role.management_api_scopes_not_assignable_to_user_role"
    sent: dict[str, Any] = {"json": {"scopeIds": [MANAGEMENT_SCOPE_ID]}}
    await refused(world.api, "POST", f"/api/roles/{world.ids['role']}/scopes", 422, code, **sent)


async def test_P3_a_persons_right_ends_with_the_role_the_session_and_the_person(world: World) -> None:
    server, party = world.server, await relying_party(world.server)
    user_id, role_id, person = await administrator(world, party)
    await person.get("/api/users")
    own = f"/api/users/{user_id}"
    await refused(person, "DELETE", own, 400, "user.cannot_delete_self")
    async with server.runtime.database.write("default") as tx:
        actor, cache = system_actor("default"), server.runtime.cache
        await role_scopes.remove_scope(tx, actor, cache, role_id, MANAGEMENT_SCOPE_ID)
    await refused(person, "GET", "/api/users", 403, "auth.forbidden")
    async with server.runtime.database.write("default") as tx:
        await tx.run(GIVE_SCOPE, role_id=role_id, scope_id=MANAGEMENT_SCOPE_ID)
    await person.get("/api/users")
    await suspend(server, user_id)
    await refused(person, "GET", "/api/users", 401, "auth.unauthorized")


async def test_P3_a_persons_right_ends_with_the_application(world: World) -> None:
    server, party = world.server, await relying_party(world.server)
    _, _, person = await administrator(world, party)
    async with server.runtime.database.write("default") as tx:
        change = ApplicationChange(is_third_party=True)
        await editing.update(tx, system_actor("default"), server.runtime, party.id, change)
    await refused(person, "GET", "/api/users", 403, "auth.forbidden")
    await world.api.delete(f"/api/applications/{party.id}")
    await refused(person, "GET", "/api/users", 401, "auth.unauthorized")


async def test_P3_what_a_person_does_is_done_in_their_name(world: World) -> None:
    _, _, person = await administrator(world, await relying_party(world.server))
    made = await person.post("/api/users", {"username": "carl"})
    assert await world.api.get(f"/api/users/{made['id']}") == made
