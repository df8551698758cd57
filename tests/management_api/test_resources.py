"""API resources and scopes on the wire (resource-create.json, management-resources.json)."""

from typing import Any

import pytest

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused

API = {"name": "Books", "indicator": "https://api.example.com"}
MEMBERS = {"tenantId", "id", "name", "indicator", "isDefault", "accessTokenTtl"}
SCOPE_MEMBERS = {"tenantId", "id", "resourceId", "name", "description", "createdAt"}


async def test_a_resource_is_made_listed_changed_and_deleted(api: Caller) -> None:
    made = await api.post("/api/resources", API | {"tenantId": "other"}, status=201)
    assert made.keys() == MEMBERS | {"scopes"}
    expected = {"tenantId": "default", "isDefault": False, "accessTokenTtl": 3600, "scopes": []}
    assert made == API | expected | {"id": made["id"]}
    path = f"/api/resources/{made['id']}"
    assert (await api.get(path)).keys() == MEMBERS
    changed = await api.patch(path, made | {"name": "Library", "accessTokenTtl": 600, "indicator": "https://x"})
    assert (changed["name"], changed["accessTokenTtl"], changed["indicator"]) == ("Library", 600, API["indicator"])
    listed = await api.get("/api/resources")
    assert {one["id"] for one in listed} == {made["id"], "management-api"}
    await api.delete(path)
    await refused(api, "GET", path, 404, "entity.not_exists_with_id")


async def test_the_management_api_is_a_resource_that_stays(api: Caller) -> None:
    own = next(one for one in await api.get("/api/resources?includeScopes=true") if one["id"] == "management-api")
    assert own["indicator"] == "https://default.logto.app/api"
    assert [(scope["id"], scope["name"]) for scope in own["scopes"]] == [("management-api-all", "all")]
    assert own["scopes"][0].keys() == SCOPE_MEMBERS
    path = "/api/resources/management-api"
    await refused(api, "DELETE", path, 400, "resource.cannot_delete_management_api")
    await refused(api, "PATCH", path, 400, "resource.cannot_modify_management_api", json={"name": "x"})


async def test_one_resource_is_the_default(api: Caller) -> None:
    first = await api.post("/api/resources", API, status=201)
    second = await api.post("/api/resources", API | {"indicator": "https://two.example.com"}, status=201)
    for resource in (first, second):
        path = f"/api/resources/{resource['id']}/is-default"
        assert (await api.patch(path, {"isDefault": True}))["isDefault"] is True
    defaults = [one["id"] for one in await api.get("/api/resources") if one["isDefault"]]
    assert defaults == [second["id"]]
    await api.patch(f"/api/resources/{second['id']}/is-default", {"isDefault": False})
    assert not any(one["isDefault"] for one in await api.get("/api/resources"))
    missing = "/api/resources/nothing/is-default"
    await refused(api, "PATCH", missing, 404, "entity.not_exists_with_id", json={"isDefault": True})


async def test_an_indicator_is_one_address_and_of_one_resource(api: Caller) -> None:
    await api.post("/api/resources", API, status=201)
    await refused(api, "POST", "/api/resources", 422, "resource.resource_identifier_in_use", json=API)
    for indicator in ("not-a-uri", "", "https://a#b", "https://a b"):
        sent = API | {"indicator": indicator}
        body = await refused(api, "POST", "/api/resources", 400, "guard.invalid_input", json=sent)
        assert "indicator" in body["message"]


async def test_the_scopes_of_a_resource(server: Server, api: Caller) -> None:
    resource = await api.post("/api/resources", API, status=201)
    path = f"/api/resources/{resource['id']}/scopes"
    read = await api.post(path, {"name": "read", "description": "Read books"}, status=201)
    assert read.keys() == SCOPE_MEMBERS
    assert (read["resourceId"], read["description"]) == (resource["id"], "Read books")
    server.clock.advance(seconds=1)
    write = await api.post(path, {"name": "write"}, status=201)
    assert await api.get(path) == [write, read]
    assert await api.get(f"{path}?search=%25wri%25") == [write]
    page = await api.call("GET", f"{path}?page=1&page_size=1")
    assert (page.json(), page.headers["total-number"]) == ([write], "2")
    changed = await api.patch(f"{path}/{write['id']}", write | {"name": "edit"})
    assert changed == write | {"name": "edit"}
    await refused(api, "PATCH", f"{path}/{write['id']}", 422, "scope.name_exists", json={"name": "read"})
    listed = next(one for one in await api.get("/api/resources?includeScopes=1") if one["id"] == resource["id"])
    assert [scope["name"] for scope in listed["scopes"]] == ["edit", "read"]
    await api.delete(f"{path}/{write['id']}")
    await refused(api, "DELETE", f"{path}/{write['id']}", 404, "entity.not_exists_with_id")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("read", 422, "scope.name_exists"), ("two words", 400, "scope.name_with_space"), ("", 400, "guard.invalid_input")],
)
async def test_a_scope_has_a_name_of_its_own(api: Caller, name: str, status: int, code: str) -> None:
    resource = await api.post("/api/resources", API, status=201)
    path = f"/api/resources/{resource['id']}/scopes"
    await api.post(path, {"name": "read"}, status=201)
    await refused(api, "POST", path, status, code, json={"name": name})


async def test_a_scope_answers_at_its_own_resource_only(api: Caller) -> None:
    made: list[Any] = [
        await api.post("/api/resources", API | {"indicator": f"https://{name}.example.com"}, status=201)
        for name in ("one", "two")
    ]
    scope = await api.post(f"/api/resources/{made[0]['id']}/scopes", {"name": "read"}, status=201)
    other = f"/api/resources/{made[1]['id']}/scopes/{scope['id']}"
    await refused(api, "PATCH", other, 404, "entity.not_exists_with_id", json={"name": "x"})
    await refused(api, "DELETE", other, 404, "entity.not_exists_with_id")
    await refused(api, "GET", "/api/resources/nothing/scopes", 404, "entity.not_exists_with_id")
    await refused(api, "POST", "/api/resources/nothing/scopes", 404, "entity.not_exists_with_id", json={"name": "x"})
