"""Connectors, their kinds, and identities of users (management-connectors.json, logto-api.md 2.4)."""

from typing import Any

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused, stranger

OIDC: dict[str, Any] = {
    "connectorId": "oidc",
    "metadata": {"target": "acme", "name": {"en": "Acme", "de": "Acme GmbH"}},
    "config": {
        "authorizationEndpoint": "https://idp.example.com/auth",
        "tokenEndpoint": "https://idp.example.com/token",
        "clientId": "narthex",
        "clientSecret": "a-secret-of-ours",
        "scope": "openid profile",
        "idTokenVerificationConfig": {"jwksUri": "https://idp.example.com/jwks", "issuer": "https://idp.example.com"},
    },
}
REQUIRED = {
    *("id", "syncProfile", "enableTokenStorage", "config", "metadata", "connectorId", "target", "name"),
    *("description", "logo", "logoDark", "readme", "platform", "type"),
}
FACTORY = {"type", "id", "target", "name", "description", "logo", "logoDark", "readme", "platform"}
NOT_THERE = "entity.not_exists_with_id"


async def test_the_kinds_of_connectors(api: Caller) -> None:
    listed = await api.get("/api/connector-factories")
    oidc = next(one for one in listed if one["id"] == "oidc")
    assert oidc.keys() >= FACTORY
    assert (oidc["type"], oidc["isStandard"]) == ("Social", True)
    assert {item["key"] for item in oidc["formItems"]} >= {"clientId", "clientSecret", "scope"}
    assert await api.get("/api/connector-factories/oidc") == oidc
    await refused(api, "GET", "/api/connector-factories/nothing", 404, NOT_THERE)


async def test_a_connector_is_made_changed_and_deleted(api: Caller) -> None:
    assert await api.get("/api/connectors") == []
    made = await api.post("/api/connectors", OIDC)
    assert made.keys() >= REQUIRED
    assert made["config"] == OIDC["config"]
    assert (made["target"], made["metadata"]["name"]) == ("acme", OIDC["metadata"]["name"])
    path = f"/api/connectors/{made['id']}"
    assert await api.get(path) == made
    changed = await api.patch(path, made | {"syncProfile": True})
    assert changed == made | {"syncProfile": True}
    config = {name: value for name, value in OIDC["config"].items() if name != "clientSecret"}
    kept = await api.patch(path, {"config": config | {"clientId": "other"}})
    assert kept["config"] == OIDC["config"] | {"clientId": "other"}
    moved = await api.patch(path, {"metadata": OIDC["metadata"] | {"target": "acme-2", "name": "Acme"}})
    assert (moved["target"], moved["name"]) == ("acme-2", {"en": "Acme"})
    assert [one["id"] for one in await api.get("/api/connectors?target=acme-2")] == [made["id"]]
    assert await api.get("/api/connectors?target=acme") == []
    await api.delete(path)
    for method in ("GET", "DELETE"):
        await refused(api, method, path, 404, NOT_THERE)
    await refused(api, "PATCH", path, 404, NOT_THERE, json={"syncProfile": False})


async def test_a_connector_that_cannot_be(api: Caller) -> None:
    await api.post("/api/connectors", OIDC)
    taken = "connector.multiple_target_with_same_platform"
    await refused(api, "POST", "/api/connectors", 422, taken, json=OIDC)
    nameless = OIDC | {"metadata": {"name": "Acme"}}
    await refused(api, "POST", "/api/connectors", 400, "connector.should_specify_target", json=nameless)
    await refused(
        api, "POST", "/api/connectors", 422, "connector.not_found", json=OIDC | {"connectorId": "carrier-pigeon"}
    )
    broken = OIDC | {"metadata": {"target": "two"}, "config": {"clientId": "x"}}
    await refused(api, "POST", "/api/connectors", 400, "connector.invalid_config", json=broken)
    changes: list[dict[str, Any]] = [{"enableTokenStorage": True}, {"unknown": 2}, {"config": []}, {"id": "../x"}]
    for change in changes:
        sent = OIDC | {"metadata": {"target": "two"}} | change
        await refused(api, "POST", "/api/connectors", 400, "guard.invalid_input", json=sent)
    assert len(await api.get("/api/connectors")) == 1


async def test_a_sign_in_page_shows_a_connector_without_its_configuration(server: Server, api: Caller) -> None:
    made = await api.post("/api/connectors", OIDC)
    await api.patch("/api/sign-in-exp", {"socialSignInConnectorTargets": ["acme"]})
    answer = await stranger(server).call("GET", "/api/.well-known/sign-in-exp")
    (shown,) = answer.json()["socialConnectors"]
    assert shown.keys() == {"id", "target", "platform", "name", "logo", "logoDark"}
    assert (shown["id"], shown["target"]) == (made["id"], "acme")
    assert "a-secret-of-ours" not in answer.text
    await api.delete(f"/api/connectors/{made['id']}")
    assert (await api.get("/api/sign-in-exp"))["socialSignInConnectorTargets"] == []


async def test_identities_of_a_user(api: Caller) -> None:
    user = await api.post("/api/users", {"username": "ada"})
    path = f"/api/users/{user['id']}/identities/acme"
    sent = {"userId": "ada-at-acme", "details": {"email": "ada@acme.example"}}
    await refused(api, "GET", path, 404, NOT_THERE)
    assert (await api.put(path, sent, status=201)).keys() == {"acme"}
    assert (await api.get(path))["identity"] == sent
    await api.put(path, sent | {"userId": "other"}, status=200)
    identities = (await api.get(f"/api/users/{user['id']}"))["identities"]
    assert identities["acme"]["userId"] == "other"
    listed = await api.get(f"/api/users/{user['id']}/all-identities")
    assert listed == {"socialIdentities": [{"target": "acme", "identity": identities["acme"]}], "ssoIdentities": []}
    bob = await api.post("/api/users", {"username": "bob"})
    taken = {"json": {"userId": "other"}}
    other = f"/api/users/{bob['id']}/identities/acme"
    await refused(api, "PUT", other, 422, "user.identity_already_in_use", **taken)
    assert (await api.delete(path, status=200))["identities"] == {}
    await refused(api, "DELETE", path, 404, NOT_THERE)
    for method, sent_along in {"GET": {}, "PUT": taken, "DELETE": {}}.items():
        await refused(api, method, "/api/users/nobody/identities/acme", 404, NOT_THERE, **sent_along)
    await refused(api, "GET", "/api/users/nobody/all-identities", 404, NOT_THERE)
