"""Users on the wire (user-create.json, management-users-page.json, management-users-search.json)."""

from typing import Any

import pytest

from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD
from tests.management_api.caller import Caller, refused, stranger

MEMBERS = {
    *("id", "username", "primaryEmail", "primaryPhone", "name", "avatar", "customData", "identities"),
    *("lastSignInAt", "createdAt", "updatedAt", "profile", "applicationId", "cimdClientId", "isSuspended"),
    "hasPassword",
}
ADA: dict[str, Any] = {
    "username": "ada",
    "primaryEmail": "Ada@Example.com",
    "primaryPhone": "4915112345678",
    "name": "Ada Lovelace",
    "avatar": "https://example.com/ada.png",
    "password": PASSWORD,
    "customData": {"plan": "gold"},
    "profile": {"givenName": "Ada", "address": {"country": "England"}},
}
NOT_THERE = "entity.not_exists_with_id"


async def test_a_script_makes_a_user(api: Caller) -> None:
    made = await api.post("/api/users", ADA, status=200)
    assert made.keys() == MEMBERS
    assert len(made["id"]) == 12
    given = {name: value for name, value in ADA.items() if name not in {"password", "primaryEmail"}}
    expected = given | {"primaryEmail": "ada@example.com", "hasPassword": True, "isSuspended": False}
    nothing: dict[str, Any] = {"identities": {}, "lastSignInAt": None, "applicationId": None, "cimdClientId": None}
    assert {name: made[name] for name in expected | nothing} == expected | nothing
    assert await api.get(f"/api/users/{made['id']}") == made


async def test_a_user_needs_a_name_of_some_kind(api: Caller) -> None:
    for given in ({"username": "ada"}, {"primaryEmail": "a@example.com"}, {"primaryPhone": "4915112345678"}):
        assert (await api.post("/api/users", given))["hasPassword"] is False
    await refused(api, "POST", "/api/users", 400, "guard.invalid_input", json={"name": "Nobody"})


async def test_what_another_user_has_is_taken(api: Caller) -> None:
    await api.post("/api/users", ADA)
    for name, code in {
        "username": "user.username_already_in_use",
        "primaryEmail": "user.email_already_in_use",
        "primaryPhone": "user.phone_already_in_use",
    }.items():
        await refused(api, "POST", "/api/users", 422, code, json={name: ADA[name]})
        other = await api.post("/api/users", {"username": f"other_{name}"})
        await refused(api, "PATCH", f"/api/users/{other['id']}", 422, code, json={name: ADA[name]})


@pytest.mark.parametrize(
    "change",
    [
        {"primaryEmail": "nowhere"},
        {"primaryPhone": "+49 abc"},
        {"name": "x" * 129},
        {"avatar": "javascript:alert(1)"},
        {"customData": []},
        {"customData": None},
        {"profile": {"nickname": 1}},
        {"profile": {"unknown": "x"}},
        {"passwordDigest": "5f4dcc3b", "passwordAlgorithm": "MD5"},
    ],
)
async def test_what_cannot_be_is_refused(api: Caller, change: dict[str, Any]) -> None:
    sent = {"username": "ada"} | change
    await refused(api, "POST", "/api/users", 400, "guard.invalid_input", json=sent)
    assert await api.get("/api/users") == []
    made = await api.post("/api/users", {"username": "ada"})
    await refused(api, "PATCH", f"/api/users/{made['id']}", 400, "guard.invalid_input", json=change)


async def test_a_username_follows_its_rules(api: Caller) -> None:
    for username in ("1ada", "a b", "x" * 129):
        await refused(api, "POST", "/api/users", 422, "user.invalid_username", json={"username": username})


async def test_a_script_changes_a_user_and_sends_back_what_it_read(server: Server, api: Caller) -> None:
    made = await api.post("/api/users", ADA)
    path = f"/api/users/{made['id']}"
    server.clock.advance(seconds=1)
    changed = await api.patch(
        path, made | {"name": "Countess", "isSuspended": True, "id": "other", "hasPassword": False}
    )
    assert changed == made | {"name": "Countess", "updatedAt": server.clock.now()}
    emptied = await api.patch(path, {"primaryEmail": None, "primaryPhone": "", "customData": {"a": 1}})
    assert (emptied["primaryEmail"], emptied["primaryPhone"], emptied["customData"]) == (None, None, {"a": 1})
    replaced = await api.patch(path, {"profile": {"nickname": "Ad"}})
    assert replaced["profile"] == {"nickname": "Ad"}


async def test_custom_data_and_profile_are_merged_at_their_own_addresses(api: Caller) -> None:
    made = await api.post("/api/users", ADA)
    path = f"/api/users/{made['id']}"
    assert await api.patch(f"{path}/custom-data", {"customData": {"x": 1}}) == {"plan": "gold", "x": 1}
    assert await api.get(f"{path}/custom-data") == {"plan": "gold", "x": 1}
    merged = await api.patch(f"{path}/profile", {"profile": {"nickname": "Ad", "address": {"region": "London"}}})
    assert merged == {
        "givenName": "Ada",
        "nickname": "Ad",
        "address": {"country": "England", "region": "London"},
    }


async def test_a_password_is_set_and_checked(server: Server, api: Caller) -> None:
    made = await api.post("/api/users", {"username": "ada"})
    path = f"/api/users/{made['id']}"
    assert await api.get(f"{path}/has-password") == {"hasPassword": False}
    assert (await api.patch(f"{path}/password", {"password": PASSWORD}))["hasPassword"] is True
    assert await api.get(f"{path}/has-password") == {"hasPassword": True}
    await api.post(f"{path}/password/verify", {"password": PASSWORD}, status=204)
    wrong = {"password": "wrong"}
    await refused(api, "POST", f"{path}/password/verify", 422, "session.invalid_credentials", json=wrong)
    for password in ("", "x" * 257, None):
        await refused(api, "PATCH", f"{path}/password", 400, "guard.invalid_input", json={"password": password})
    application = await server.application()
    browser = server.browser()
    server.clock.advance(seconds=1)
    answer = await browser.sign_in(application.application_id, "http://localhost:3000/callback")
    assert "code=" in answer.headers.get("location", ""), answer.text


async def test_passwords_are_not_guessed_through_the_api_either(api: Caller) -> None:
    made = await api.post("/api/users", ADA)
    path = f"/api/users/{made['id']}/password/verify"
    for _ in range(10):
        await refused(api, "POST", path, 422, "session.invalid_credentials", json={"password": "wrong"})
    code = "session.verification_blocked_too_many_attempts"
    await refused(api, "POST", path, 429, code, json={"password": PASSWORD})


async def test_a_user_is_suspended_and_back(api: Caller) -> None:
    made = await api.post("/api/users", {"username": "ada"})
    path = f"/api/users/{made['id']}/is-suspended"
    assert (await api.patch(path, {"isSuspended": True}))["isSuspended"] is True
    assert (await api.get(f"/api/users/{made['id']}"))["isSuspended"] is True
    assert (await api.patch(path, {"isSuspended": False}))["isSuspended"] is False
    await refused(api, "PATCH", path, 400, "guard.invalid_input", json={"isSuspended": "yes"})


async def test_a_deleted_user_is_gone(api: Caller) -> None:
    made = await api.post("/api/users", {"username": "ada"})
    await api.delete(f"/api/users/{made['id']}")
    assert await api.get("/api/users") == []
    again = await api.post("/api/users", {"username": "ada"})
    assert again["id"] != made["id"]


async def test_nobody_is_there(api: Caller) -> None:
    one = "/api/users/nobody"
    for path in (one, f"{one}/custom-data", f"{one}/has-password", f"{one}/sessions", f"{one}/grants"):
        await refused(api, "GET", path, 404, NOT_THERE)
    for path, sent in {
        one: {"name": "x"},
        f"{one}/custom-data": {"customData": {}},
        f"{one}/profile": {"profile": {}},
        f"{one}/password": {"password": PASSWORD},
        f"{one}/is-suspended": {"isSuspended": True},
    }.items():
        await refused(api, "PATCH", path, 404, NOT_THERE, json=sent)
    await refused(api, "POST", f"{one}/password/verify", 404, NOT_THERE, json={"password": PASSWORD})
    for path in (one, f"{one}/sessions/s", f"{one}/grants/g"):
        await refused(api, "DELETE", path, 404, NOT_THERE)
    await refused(api, "GET", f"{one}/sessions/s", 404, NOT_THERE)


async def test_users_come_in_pages_the_newest_first(server: Server, api: Caller) -> None:
    ids: list[str] = []
    for number in range(3):
        server.clock.advance(seconds=1)
        ids.insert(0, (await api.post("/api/users", {"username": f"user_{number}"}))["id"])
    first = await api.call("GET", "/api/users?page_size=2")
    assert [one["id"] for one in first.json()] == ids[:2]
    assert first.headers["total-number"] == "3"
    links = {part.split("; ")[1]: part.split("; ")[0] for part in first.headers["link"].split(", ")}
    base = "http://localhost:3001/api/users?page_size=2"
    assert links == {
        f'rel="{name}"': f"<{base}&page={page}>" for name, page in [("first", 1), ("next", 2), ("last", 2)]
    }
    second = await api.call("GET", "/api/users?page_size=2&page=2")
    assert [one["id"] for one in second.json()] == ids[2:]
    assert (await api.call("GET", "/api/users")).headers["total-number"] == "3"


async def test_users_are_searched_by_fields(api: Caller) -> None:
    ada = (await api.post("/api/users", ADA))["id"]
    bob = (await api.post("/api/users", {"username": "bob", "name": "Robert Adams"}))["id"]

    async def ids(query: str) -> set[str]:
        return {one["id"] for one in await api.get(f"/api/users?{query}")}

    assert await ids("search=%25ada%25") == {ada, bob}
    assert await ids("search.username=ad%25") == {ada}
    assert await ids("search.username=ADA&mode.username=exact&isCaseSensitive=true") == set()
    assert await ids("search.username=ada&search.username=bob&mode=exact") == {ada, bob}
    assert await ids("search.username=ada&search.name=Rob%25&joint=and") == set()
    assert await ids(f"search.id={bob}&mode=exact") == {bob}
    for query in ("search=", "search.unknown=x", "search=a&mode=posix", "search.a.b=x"):
        await refused(api, "GET", f"/api/users?{query}", 400, "request.invalid_input")
    for query in ("excludeOrganizationId=x", "includePasswordHash=true"):
        await refused(api, "GET", f"/api/users?{query}", 400, "guard.invalid_input")


async def test_users_without_a_role(server: Server, api: Caller) -> None:
    role = (await api.post("/api/roles", {"name": "Reader", "description": "Reads"}))["id"]
    made = []
    for name in ("ada", "bob", "cyd"):
        server.clock.advance(seconds=1)
        made.append((await api.post("/api/users", {"username": name}))["id"])
    ada, bob, cyd = made
    await api.post(f"/api/roles/{role}/users", {"userIds": [bob]}, status=201)

    async def found(query: str) -> tuple[list[str], str]:
        answer = await api.call("GET", f"/api/users?{query}")
        return [one["id"] for one in answer.json()], answer.headers["total-number"]

    assert await found(f"excludeRoleId={role}") == ([cyd, ada], "2")
    assert await found(f"excludeRoleId={role}&page_size=1&page=2") == ([ada], "2")
    assert await found(f"excludeRoleId={role}&search.username=%25b%25") == ([], "0")
    assert await found(f"excludeRoleId={role}&search.username=ada&search.id={ada}&joint=and") == ([ada], "1")
    assert await found("excludeRoleId=nothing") == ([cyd, bob, ada], "3")
    await refused(api, "GET", f"/api/users?excludeRoleId={role}&search=", 400, "request.invalid_input")


async def test_sessions_and_grants_of_a_user(server: Server, api: Caller) -> None:
    own = await server.application()
    third = await server.application(is_third_party=True)
    browser = server.browser()
    await browser.sign_up(own.application_id, "http://localhost:3000/callback")
    consent = await browser.get(browser.authorize_url(third.application_id, "http://localhost:3000/callback"))
    await browser.submit(consent, {"decision": "allow"})
    user = (await api.get("/api/users"))[0]
    path = f"/api/users/{user['id']}"
    (session,) = (await api.get(f"{path}/sessions"))["sessions"]
    assert session.keys() == {"payload", "lastSubmission", "clientId", "accountId", "expiresAt"}
    payload = session["payload"]
    assert payload.keys() == {"exp", "iat", "jti", "uid", "kind", "loginTs", "accountId", "authorizations"}
    assert (payload["kind"], payload["accountId"]) == ("Session", user["id"])
    assert payload["authorizations"].keys() == {own.application_id, third.application_id}
    one = f"{path}/sessions/{payload['uid']}"
    assert await api.get(one) == session
    grants = (await api.get(f"{path}/grants"))["grants"]
    assert grants[0].keys() == {"id", "payload", "expiresAt", "application"}
    assert grants[0]["payload"].keys() == {"exp", "iat", "jti", "kind", "clientId", "accountId"}
    for kind, application in {"firstParty": own, "thirdParty": third}.items():
        found = (await api.get(f"{path}/grants?appType={kind}"))["grants"]
        assert [grant["application"]["id"] for grant in found] == [application.application_id]
    await refused(api, "GET", f"{path}/grants?appType=none", 400, "guard.invalid_input")
    await api.delete(f"{path}/grants/{grants[0]['id']}")
    await refused(api, "DELETE", f"{path}/grants/{grants[0]['id']}", 404, NOT_THERE)
    assert len((await api.get(f"{path}/grants"))["grants"]) == 1
    await api.delete(f"{one}?revokeGrantsTarget=all")
    assert await api.get(f"{path}/sessions") == {"sessions": []}
    assert await api.get(f"{path}/grants") == {"grants": []}
    await refused(api, "DELETE", one, 404, NOT_THERE)


async def test_a_visitor_reads_nobody(server: Server) -> None:
    await refused(stranger(server), "GET", "/api/users", 401, "auth.authorization_header_missing")
