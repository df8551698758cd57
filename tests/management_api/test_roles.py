"""Roles, what they give and who has them (management-roles.json)."""

from typing import Any

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused

ROLE_MEMBERS = {"tenantId", "id", "name", "description", "type", "isDefault"}
LISTED_MEMBERS = ROLE_MEMBERS | {"usersCount", "featuredUsers", "applicationsCount", "featuredApplications"}
READER = {"name": "Reader", "description": "Reads books"}
NOT_THERE = "entity.not_exists_with_id"


async def scope_of(api: Caller, name: str = "read") -> dict[str, Any]:
    """A scope of a new resource."""
    sent = {"name": "Books", "indicator": f"https://{name}.example.com"}
    resource = await api.post("/api/resources", sent, status=201)
    scope: dict[str, Any] = await api.post(f"/api/resources/{resource['id']}/scopes", {"name": name}, status=201)
    return scope


async def test_the_built_in_role_is_listed_with_who_has_it(api: Caller) -> None:
    answer = await api.call("GET", "/api/roles")
    (role,) = answer.json()
    assert answer.headers["total-number"] == "1"
    assert role.keys() == LISTED_MEMBERS
    assert (role["type"], role["applicationsCount"], role["usersCount"]) == ("MachineToMachine", 1, 0)
    assert role["featuredApplications"] == [{"id": api.application_id, "name": "Script", "type": "MachineToMachine"}]
    path = f"/api/roles/{role['id']}"
    await refused(api, "DELETE", path, 403, "role.internal_role_violation")
    await refused(api, "PATCH", path, 403, "role.internal_role_violation", json={"name": "Mine"})


async def test_a_role_is_made_changed_and_deleted(api: Caller) -> None:
    scope = await scope_of(api)
    made = await api.post("/api/roles", READER | {"scopeIds": [scope["id"]]})
    assert made.keys() == ROLE_MEMBERS
    assert (made["type"], made["isDefault"]) == ("User", False)
    path = f"/api/roles/{made['id']}"
    assert await api.get(path) == made
    changed = await api.patch(path, made | {"description": "Reads all books", "isDefault": True})
    assert changed == made | {"description": "Reads all books", "isDefault": True}
    assert [role["id"] for role in await api.get("/api/roles?search=%25read%25&type=User")] == [made["id"]]
    await api.delete(path)
    for method in ("GET", "DELETE"):
        await refused(api, method, path, 404, NOT_THERE)


async def test_a_role_that_cannot_be_leaves_nothing_behind(api: Caller) -> None:
    await api.post("/api/roles", READER)
    await refused(api, "POST", "/api/roles", 422, "role.name_in_use", json=READER)
    bad = {"name": "Other", "description": "x"}
    await refused(api, "POST", "/api/roles", 404, NOT_THERE, json=bad | {"scopeIds": ["nothing"]})
    internal = bad | {"name": "#internal:x"}
    await refused(api, "POST", "/api/roles", 403, "role.internal_role_violation", json=internal)
    code = "role.management_api_scopes_not_assignable_to_user_role"
    await refused(api, "POST", "/api/roles", 422, code, json=bad | {"scopeIds": ["management-api-all"]})
    for name in ("", "x" * 129, 5, None):
        await refused(api, "POST", "/api/roles", 400, "guard.invalid_input", json=bad | {"name": name})
    assert len(await api.get("/api/roles")) == 2


async def test_the_scopes_of_a_role(api: Caller) -> None:
    first, second = await scope_of(api, "read"), await scope_of(api, "write")
    role = await api.post("/api/roles", READER | {"scopeIds": [first["id"]]})
    path = f"/api/roles/{role['id']}/scopes"
    added = await api.post(path, {"scopeIds": [second["id"]]}, status=201)
    assert {scope["id"] for scope in added} == {first["id"], second["id"]}
    assert added[0].keys() == first.keys()
    await refused(api, "POST", path, 422, "role.scope_exists", json={"scopeIds": [second["id"]]})
    listed = await api.get(path)
    assert {scope["name"] for scope in listed} == {"read", "write"}
    assert listed[0].keys() == first.keys() | {"resource"}
    assert listed[0]["resource"]["id"] == listed[0]["resourceId"]
    page = await api.call("GET", f"{path}?page=1&page_size=1")
    assert (len(page.json()), page.headers["total-number"]) == (1, "2")
    await api.delete(f"{path}/{first['id']}")
    await refused(api, "DELETE", f"{path}/{first['id']}", 404, NOT_THERE)
    await refused(api, "POST", path, 404, NOT_THERE, json={"scopeIds": ["nothing"]})


async def test_the_users_of_a_role(api: Caller) -> None:
    role = await api.post("/api/roles", READER)
    ada = await api.post("/api/users", {"username": "ada"})
    bob = await api.post("/api/users", {"username": "bob"})
    path = f"/api/roles/{role['id']}/users"
    await api.post(path, {"userIds": [ada["id"], bob["id"]]}, status=201)
    await refused(api, "POST", path, 422, "role.user_exists", json={"userIds": [ada["id"]]})
    await refused(api, "POST", path, 404, NOT_THERE, json={"userIds": ["nobody"]})
    answer = await api.call("GET", f"{path}?search=%25ada%25")
    assert (answer.json(), answer.headers["total-number"]) == ([ada], "1")
    listed = next(one for one in await api.get("/api/roles") if one["id"] == role["id"])
    assert listed["usersCount"] == 2
    assert listed["featuredUsers"][0].keys() == {"id", "avatar", "name"}
    assert not [one for one in await api.get(f"/api/roles?excludeUserId={ada['id']}") if one["id"] == role["id"]]
    await api.delete(f"{path}/{ada['id']}")
    await refused(api, "DELETE", f"{path}/{ada['id']}", 404, NOT_THERE)
    assert [one["id"] for one in await api.get(path)] == [bob["id"]]


async def test_the_applications_of_a_role(server: Server, api: Caller) -> None:
    role = await api.post("/api/roles", READER | {"type": "MachineToMachine"})
    machine = (await server.machine(with_role=False)).application_id
    web = (await server.application()).application_id
    path = f"/api/roles/{role['id']}/applications"
    await api.post(path, {"applicationIds": [machine]}, status=201)
    await refused(api, "POST", path, 422, "role.application_exists", json={"applicationIds": [machine]})
    await refused(api, "POST", path, 422, "application.invalid_type", json={"applicationIds": [web]})
    answer = await api.call("GET", path)
    assert [one["id"] for one in answer.json()] == [machine]
    assert answer.headers["total-number"] == "1"
    await api.delete(f"{path}/{machine}")
    await refused(api, "DELETE", f"{path}/{machine}", 404, NOT_THERE)


async def test_the_roles_of_a_user(api: Caller) -> None:
    user = await api.post("/api/users", {"username": "ada"})
    ids = [(await api.post("/api/roles", READER | {"name": name}))["id"] for name in ("One", "Two", "Three")]
    path = f"/api/users/{user['id']}/roles"
    assert await api.post(path, {"roleIds": ids[:1]}, status=201) == {"roleIds": ids[:1], "addedRoleIds": ids[:1]}
    added = await api.post(path, {"roleIds": ids[:2]}, status=201)
    assert added == {"roleIds": ids[:2], "addedRoleIds": ids[1:2]}
    assert await api.put(path, {"roleIds": ids[2:]}) == {"roleIds": ids[2:]}
    answer = await api.call("GET", path)
    assert ([role["name"] for role in answer.json()], answer.headers["total-number"]) == (["Three"], "1")
    assert answer.json()[0].keys() == ROLE_MEMBERS
    await api.delete(f"{path}/{ids[2]}")
    await refused(api, "DELETE", f"{path}/{ids[2]}", 404, NOT_THERE)
    machine = await api.post("/api/roles", READER | {"type": "MachineToMachine"})
    await refused(api, "POST", path, 422, "user.invalid_role_type", json={"roleIds": [machine["id"]]})
    for missing in ("/api/users/nobody/roles",):
        await refused(api, "GET", missing, 404, NOT_THERE)
        await refused(api, "POST", missing, 404, NOT_THERE, json={"roleIds": ids})
        await refused(api, "PUT", missing, 404, NOT_THERE, json={"roleIds": ids})
        await refused(api, "DELETE", f"{missing}/{ids[0]}", 404, NOT_THERE)


async def test_the_roles_of_an_application(api: Caller) -> None:
    application = await api.post("/api/applications", {"name": "Script", "type": "MachineToMachine"})
    sent = READER | {"type": "MachineToMachine"}
    ids = [(await api.post("/api/roles", sent | {"name": name}))["id"] for name in ("One", "Two")]
    path = f"/api/applications/{application['id']}/roles"
    assert await api.post(path, {"roleIds": ids[:1]}, status=201) == {"roleIds": ids[:1], "addedRoleIds": ids[:1]}
    assert await api.put(path, {"roleIds": ids[1:]}) == {"roleIds": ids[1:]}
    assert [role["id"] for role in await api.get(path)] == ids[1:]
    await api.delete(f"{path}/{ids[1]}")
    await refused(api, "DELETE", f"{path}/{ids[1]}", 404, NOT_THERE)
    user_role = await api.post("/api/roles", READER)
    await refused(api, "POST", path, 422, "application.invalid_role_type", json={"roleIds": [user_role["id"]]})


async def test_new_users_get_the_default_roles(api: Caller) -> None:
    role = await api.post("/api/roles", READER | {"isDefault": True})
    user = await api.post("/api/users", {"username": "ada"})
    assert [one["id"] for one in await api.get(f"/api/users/{user['id']}/roles")] == [role["id"]]
