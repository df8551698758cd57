"""P2 at the Management API: whatever another tenant has answers as if it were not there, and stays as it is. The matrix
is made from the operations, so that a new one is in it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any

import pytest

from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import Server
from tests.management_api.caller import refused
from tests.management_api.world import PRIVATE, SAME_IN_EVERY_TENANT, World, furnished, named, tenant_contents

NOBODYS = "nobodys0000000000000"
LISTS = {"userIds": "other_user", "applicationIds": "other_machine", "scopeIds": "other_scope", "roleIds": "role"}


@pytest.fixture
async def worlds(server: Server) -> tuple[World, World]:
    """Two tenants with one of everything: one's own and another one."""
    await server.add_tenant("acme")
    return await furnished(server), await furnished(server, "acme", "eve")


def foreign_parameters(world: World) -> list[tuple[Operation, str, str]]:
    """Every parameter of every path that names something of one tenant."""
    return [
        (operation, parameter, thing)
        for operation in OPERATIONS
        for parameter, thing in world.names(operation).items()
        if thing not in SAME_IN_EVERY_TENANT
    ]


def without(text: str, *ids: str) -> str:
    """A text with ids taken out."""
    for one in ids:
        text = text.replace(one, "<id>")
    return text


async def test_P2_what_another_tenant_has_answers_as_absent(worlds: tuple[World, World]) -> None:
    own, other = worlds
    before = await tenant_contents(own.server, "acme")
    matrix = foreign_parameters(own)
    assert len(matrix) > 60
    for operation, parameter, thing in matrix:
        sent = {} if operation.body is None else {"json": own.body(operation)}
        answers = []
        for wanted in (other.ids[thing], NOBODYS):
            path = own.path(operation, **{parameter: wanted})
            answer = await own.api.call(operation.method, path, **sent)
            answers.append((answer.status_code, without(answer.text, wanted)))
        assert answers[0] == answers[1], f"{named(operation)} {parameter}"
        # A filter by somebody who is not there finds nothing; everything else says so.
        assert answers[0][0] == 404, f"{named(operation)} {parameter}: {answers[0]}"
    assert await tenant_contents(own.server, "acme") == before


async def test_P2_ids_in_bodies(worlds: tuple[World, World]) -> None:
    own, other = worlds
    before = await tenant_contents(own.server, "acme")
    tried = 0
    for operation in PRIVATE:
        sent: Any = own.body(operation)
        for member, thing in LISTS.items():
            if not isinstance(sent, dict) or member not in sent:
                continue
            mine = await tenant_contents(own.server, "default")
            for wanted in (other.ids[thing], NOBODYS):
                answer = await own.api.call(operation.method, own.path(operation), json={member: [wanted]})
                assert answer.status_code == 404, f"{named(operation)}: {answer.text}"
            assert await tenant_contents(own.server, "default") == mine, named(operation)
            tried += 1
    assert tried == 7
    role = {"name": "Thief", "description": "x", "scopeIds": [other.ids["scope"]]}
    await refused(own.api, "POST", "/api/roles", 404, "entity.not_exists_with_id", json=role)
    assert await tenant_contents(own.server, "acme") == before


async def test_P2_filters_by_what_another_tenant_has_find_nothing(worlds: tuple[World, World]) -> None:
    own, other = worlds
    user, machine = other.ids["user"], other.api.application_id
    for path in (f"/api/logs?userId={user}", f"/api/logs?applicationId={machine}", f"/api/users?search.id={user}"):
        answer = await own.api.call("GET", path)
        assert (answer.json(), answer.headers["total-number"]) == ([], "0")
    mine = await own.api.get("/api/roles")
    everybody = await own.api.get("/api/users")
    assert await own.api.get(f"/api/users?excludeRoleId={other.ids['role']}") == everybody
    assert await own.api.get(f"/api/roles?excludeUserId={user}") == mine
    assert await own.api.get(f"/api/roles?excludeApplicationId={other.ids['machine']}") == mine


async def test_P2_lists_and_figures_are_of_one_tenant(worlds: tuple[World, World]) -> None:
    own, other = worlds
    theirs = [value for thing, value in other.ids.items() if thing not in SAME_IN_EVERY_TENANT] + ['"eve"']
    for operation in PRIVATE:
        if operation.method == "GET":
            answer = await own.api.call("GET", own.path(operation))
            assert answer.status_code == 200, named(operation)
            assert not [one for one in theirs if one in answer.text], named(operation)
    assert await own.api.get("/api/dashboard/users/total") == {"totalUserCount": 2}


async def test_P2_a_token_opens_one_tenant(worlds: tuple[World, World]) -> None:
    own, other = worlds
    for operation in PRIVATE:
        for mine, theirs in ((own, other), (other, own)):
            path = theirs.api.base_path + theirs.path(operation)
            sent = {"authorization": f"Bearer {mine.api.token}"}
            answer = await theirs.api.client.request(operation.method, path, headers=sent)
            assert (answer.status_code, answer.json()["code"]) == (401, "auth.unauthorized"), named(operation)
