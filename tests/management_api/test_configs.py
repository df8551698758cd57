"""Keys and the life of sessions (management-configs-jwt.json)."""

from tests.fixtures.server import Server
from tests.management_api.caller import Caller, caller, refused

KEYS = "/api/configs/oidc/private-keys"


async def test_keys_are_listed_without_what_is_secret(server: Server, api: Caller) -> None:
    keys = await api.get(KEYS)
    assert {key["status"] for key in keys} == {"Current", "Next"}
    for key in keys:
        assert key.keys() == {"id", "createdAt", "signingKeyAlgorithm", "status"}
        assert (key["signingKeyAlgorithm"], key["createdAt"]) == ("EC", server.clock.now() // 1000)
    assert await api.get("/api/configs/oidc/cookie-keys") == []
    await refused(api, "GET", "/api/configs/oidc/other", 400, "guard.invalid_input")


async def test_a_rotation_and_the_end_of_the_old_key(server: Server, api: Caller) -> None:
    old = next(key["id"] for key in await api.get(KEYS) if key["status"] == "Current")
    await refused(api, "DELETE", f"{KEYS}/{old}", 422, "oidc.only_previous_key_can_be_deleted")
    following = next(key["id"] for key in await api.get(KEYS) if key["status"] == "Next")
    await refused(api, "DELETE", f"{KEYS}/{following}", 422, "oidc.only_previous_key_can_be_deleted")
    keys = await api.post(f"{KEYS}/rotate")
    waiting = next(key for key in keys if key["id"] == following)
    assert (waiting["status"], waiting["effectiveAt"] * 1000 > server.clock.now()) == ("Next", True)
    server.clock.advance(hours=2)
    later = await caller(server)
    keys = {key["id"]: key["status"] for key in await later.get(KEYS)}
    assert (keys[old], keys[following]) == ("Previous", "Current")
    await later.delete(f"{KEYS}/{old}")
    assert old not in {key["id"] for key in await later.get(KEYS)}
    assert old not in (await later.client.get("/oidc/jwks")).text
    await refused(later, "DELETE", f"{KEYS}/{old}", 404, "oidc.key_not_found")
    await refused(api, "GET", KEYS, 401, "auth.unauthorized")
    events = await later.get("/api/logs?logKey=SigningKey.Delete")
    assert [event["payload"]["keyId"] for event in events] == [old]


async def test_a_rotation_to_another_kind_of_key(server: Server, api: Caller) -> None:
    server.clock.advance(minutes=50)
    keys = await api.post(f"{KEYS}/rotate", {"signingKeyAlgorithm": "RSA"})
    assert {key["signingKeyAlgorithm"] for key in keys} == {"EC", "RSA"}
    await refused(api, "POST", f"{KEYS}/rotate", 400, "guard.invalid_input", json={"signingKeyAlgorithm": "DSA"})
    await refused(api, "POST", f"{KEYS}/rotate", 400, "guard.invalid_input", json={"rotationGracePeriod": 0})
    await refused(api, "POST", "/api/configs/oidc/cookie-keys/rotate", 400, "guard.invalid_input", json={})
    await refused(api, "DELETE", "/api/configs/oidc/cookie-keys/x", 400, "guard.invalid_input")


async def test_the_life_of_a_session(api: Caller) -> None:
    assert await api.get("/api/configs/oidc/session") == {"ttl": 14 * 24 * 60 * 60}
