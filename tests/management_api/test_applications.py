"""Applications on the wire (application-create-*.json, management-applications.json)."""

from typing import Any

import pytest

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused, token_of

MEMBERS = {
    *("tenantId", "id", "name", "description", "type", "oidcClientMetadata", "customClientMetadata"),
    *("protectedAppMetadata", "customData", "isThirdParty", "appLevelAccessControlEnabled", "createdAt"),
}
WEB: dict[str, Any] = {
    "name": "Bookstore",
    "type": "Traditional",
    "oidcClientMetadata": {
        "redirectUris": ["http://localhost:3000/callback"],
        "postLogoutRedirectUris": ["http://localhost:3000/"],
    },
    "customClientMetadata": {"alwaysIssueRefreshToken": True, "rotateRefreshToken": False},
}


async def test_a_script_makes_an_application(api: Caller) -> None:
    made = await api.post("/api/applications", WEB, status=200)
    assert made.keys() == MEMBERS
    assert made["tenantId"] == "default"
    assert len(made["id"]) == 21
    assert (made["description"], made["protectedAppMetadata"], made["customData"]) == (None, None, {})
    assert made["oidcClientMetadata"] == WEB["oidcClientMetadata"]
    assert made["customClientMetadata"] == WEB["customClientMetadata"]
    assert isinstance(made["createdAt"], int)
    read = await api.get(f"/api/applications/{made['id']}")
    assert read == made | {"isAdmin": False}


async def test_a_machine_has_empty_lists_of_addresses(api: Caller) -> None:
    made = await api.post("/api/applications", {"name": "Script", "type": "MachineToMachine"})
    assert made["oidcClientMetadata"] == {"redirectUris": [], "postLogoutRedirectUris": []}
    assert (await api.get(f"/api/applications/{api.application_id}"))["isAdmin"] is True


async def test_the_list_is_whole_or_in_pages(server: Server, api: Caller) -> None:
    ids: list[str] = []
    for number in range(3):
        server.clock.advance(seconds=1)
        ids.append((await api.post("/api/applications", WEB | {"name": f"App {number}"}))["id"])
    whole = await api.call("GET", "/api/applications")
    assert [one["id"] for one in whole.json()] == [*ids[::-1], api.application_id]
    assert "total-number" not in whole.headers
    page = await api.call("GET", "/api/applications?page=2&page_size=2")
    assert [one["id"] for one in page.json()] == [ids[0], api.application_id]
    assert page.headers["total-number"] == "4"
    assert '<http://localhost:3001/api/applications?page_size=2&page=1>; rel="prev"' in page.headers["link"]
    assert 'rel="next"' not in page.headers["link"]


async def test_the_list_is_narrowed_by_type_party_and_name(api: Caller) -> None:
    own = (await api.post("/api/applications", WEB | {"name": "Own shop"}))["id"]
    third = (await api.post("/api/applications", WEB | {"name": "Foreign", "isThirdParty": True}))["id"]

    async def ids(query: str) -> set[str]:
        return {one["id"] for one in await api.get(f"/api/applications?{query}")}

    assert await ids("types=MachineToMachine") == {api.application_id}
    assert await ids("types=Traditional&types=SPA") == {own, third}
    assert await ids("isThirdParty=true") == {third}
    assert await ids("search=%25shop%25") == {own}
    await refused(api, "GET", "/api/applications?types=Robot", 400, "guard.invalid_input")
    await refused(api, "GET", "/api/applications?isThirdParty=perhaps", 400, "guard.invalid_input")


async def test_a_script_changes_an_application_and_sends_back_what_it_read(api: Caller) -> None:
    made = await api.post("/api/applications", WEB)
    path = f"/api/applications/{made['id']}"
    changed = await api.patch(path, {"name": "Bookshop", "description": "Sells books"})
    assert changed == made | {"name": "Bookshop", "description": "Sells books"}
    assert await api.patch(path, changed | {"createdAt": 1, "id": "another", "isThirdParty": True}) == changed
    addresses = {"redirectUris": ["https://shop.example.com/callback"]}
    moved = await api.patch(path, {"oidcClientMetadata": addresses})
    assert moved["oidcClientMetadata"] == WEB["oidcClientMetadata"] | addresses
    emptied = await api.patch(path, {"description": None, "customData": {"a": 1}})
    assert (emptied["description"], emptied["customData"]) == (None, {"a": 1})


async def test_custom_data_is_merged_at_its_own_address(api: Caller) -> None:
    made = await api.post("/api/applications", WEB | {"customData": {"a": 1, "b": {"c": 2}}})
    path = f"/api/applications/{made['id']}/custom-data"
    assert await api.patch(path, {"b": 3, "d": None}) == {"a": 1, "b": 3, "d": None}
    assert (await api.get(f"/api/applications/{made['id']}"))["customData"] == {"a": 1, "b": 3, "d": None}
    await refused(api, "PATCH", path, 400, "guard.invalid_input", json=[1])


async def test_a_deleted_application_is_gone(server: Server, api: Caller) -> None:
    made = await server.machine()
    token = await token_of(server, made.application_id, made.secret)
    await api.delete(f"/api/applications/{made.application_id}")
    await refused(api, "GET", f"/api/applications/{made.application_id}", 404, "entity.not_exists_with_id")
    await refused(api, "DELETE", f"/api/applications/{made.application_id}", 404, "entity.not_exists_with_id")
    held = {"authorization": f"Bearer {token}"}
    await refused(api, "GET", "/api/applications", 401, "auth.unauthorized", headers=held)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"type": "Robot"}, "type"),
        ({"unknown": 1}, "unknown"),
        ({"oidcClientMetadata": {"redirectUris": ["javascript:alert(1)"]}}, "oidcClientMetadata.redirectUris"),
        ({"oidcClientMetadata": {"redirectUris": "http://a.example"}}, "oidcClientMetadata.redirectUris"),
        ({"oidcClientMetadata": {"redirectURIs": []}}, "oidcClientMetadata.redirectURIs"),
        ({"customClientMetadata": {"refreshTokenTtlInDays": 181}}, "customClientMetadata.refreshTokenTtlInDays"),
        ({"customClientMetadata": {"idTokenTtl": 2**60}}, "customClientMetadata.idTokenTtl"),
        ({"appLevelAccessControlEnabled": True}, "appLevelAccessControlEnabled"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_name(api: Caller, change: dict[str, Any], field: str) -> None:
    body = await refused(api, "POST", "/api/applications", 400, "guard.invalid_input", json=WEB | change)
    assert field in body["message"]
    made = await api.post("/api/applications", WEB)
    change = {name: value for name, value in change.items() if name != "type"}
    if change:
        path = f"/api/applications/{made['id']}"
        assert field in (await refused(api, "PATCH", path, 400, "guard.invalid_input", json=change))["message"]
    assert await api.get(f"/api/applications/{made['id']}") == made | {"isAdmin": False}


async def test_the_secrets_of_an_application(server: Server, api: Caller) -> None:
    made = await api.post("/api/applications", {"name": "Script", "type": "MachineToMachine"})
    path = f"/api/applications/{made['id']}/secrets"
    first = (await api.get(path))[0]
    assert first.keys() == {"tenantId", "applicationId", "name", "value", "createdAt", "expiresAt"}
    assert (first["name"], first["expiresAt"], len(first["value"])) == ("Default secret", None, 32)
    expires_at = server.clock.now() + 60_000
    server.clock.advance(seconds=1)
    added = await api.post(path, {"name": "a/b c", "expiresAt": expires_at}, status=201)
    same = {"value": first["value"], "createdAt": first["createdAt"]}
    assert added | same == first | {"name": "a/b c", "expiresAt": expires_at}
    assert await api.get(path) == [first, added]
    renamed = await api.patch(f"{path}/a%2Fb%20c", {"name": "nightly"})
    assert renamed == added | {"name": "nightly"}
    await refused(api, "POST", path, 422, "application.secret_name_exists", json={"name": "nightly"})
    await refused(api, "POST", path, 400, "guard.invalid_input", json={"name": ""})
    await api.delete(f"{path}/nightly")
    await refused(api, "DELETE", f"{path}/nightly", 404, "entity.not_exists_with_id")
    await refused(api, "PATCH", f"{path}/nightly", 404, "entity.not_exists_with_id", json={"name": "x"})
    assert await api.get(path) == [first]
    assert await token_of(server, made["id"], first["value"])


async def test_a_public_application_keeps_no_secret(api: Caller) -> None:
    made = await api.post("/api/applications", WEB | {"type": "SPA"})
    path = f"/api/applications/{made['id']}/secrets"
    assert await api.get(path) == []
    await refused(api, "POST", path, 422, "application.no_secrets", json={"name": "one"})
