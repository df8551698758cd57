"""What every request meets: addresses, methods, bodies, pages, languages, caches."""

from typing import Any
from unittest.mock import patch

import pytest

from narthex.kit.database import ForeignKeyViolation, UniqueViolation
from narthex.users import making
from tests.fixtures.server import Server
from tests.management_api.caller import Caller, refused

USER = {"username": "ada"}


async def test_an_unknown_address_is_json_too(api: Caller) -> None:
    html = {"accept": "text/html"}
    for path in ("/api/nope", "/api/", "/api/users/a/b/c/d", "/api/applications/x/nothing"):
        await refused(api, "GET", path, 404, "request.not_found", headers=html)


async def test_another_method_is_told_which_there_are(api: Caller) -> None:
    answer = await api.call("PUT", "/api/users")
    assert (answer.status_code, answer.json()["code"]) == (405, "request.method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_other_origins_get_no_permission(api: Caller) -> None:
    origin = {"origin": "https://evil.example"}
    preflight = await api.call("OPTIONS", "/api/users", headers=origin | {"access-control-request-method": "POST"})
    assert (preflight.status_code, preflight.headers["allow"]) == (204, "GET, HEAD, POST")
    answer = await api.call("GET", "/api/users", headers=origin)
    for response in (preflight, answer):
        assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_head_is_get_without_a_body(api: Caller) -> None:
    answer = await api.call("HEAD", "/api/users")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["total-number"] == "0"


async def test_a_slash_at_the_end_does_no_harm(api: Caller) -> None:
    assert await api.get("/api/users/") == []


async def test_nothing_is_kept_by_caches_but_what_is_known_is_not_sent_again(api: Caller) -> None:
    first = await api.call("GET", "/api/users")
    assert first.headers["cache-control"] == "no-store"
    tag = first.headers["etag"]
    again = await api.call("GET", "/api/users", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    await api.post("/api/users", USER)
    assert (await api.call("GET", "/api/users", headers={"if-none-match": tag})).status_code == 200


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=1.5", "page=a", "page=", "page=1&page=2", "page_size=0", "page_size=101"]
)
async def test_a_page_that_cannot_be(api: Caller, query: str) -> None:
    await refused(api, "GET", f"/api/users?{query}", 400, "guard.invalid_pagination")
    await refused(api, "GET", f"/api/applications?{query}", 400, "guard.invalid_pagination")


async def test_a_page_beyond_the_last_is_empty_and_leads_back(api: Caller) -> None:
    await api.post("/api/users", USER)
    answer = await api.call("GET", "/api/users?page=9999999&page_size=100&search=%25a%25")
    assert (answer.json(), answer.headers["total-number"]) == ([], "1")
    links = answer.headers["link"]
    assert 'page=1>; rel="prev"' in links
    assert "search=%25a%25" in links
    assert 'rel="next"' not in links


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff",
        b'{"username": "a\xff"}',
        b'{"username": "\\ud800"}',
        b'{"username": "a\\u0000"}',
        b'{"customData": {"a\\u0000": 1}}',
        b'{"customData": {"a": 1e999}}',
        b'{"customData": {"a": 99999999999999999999}}',
        b'{"customData": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
        b"[" * 20_000,
        b"[]",
        b"null",
        b'"ada"',
        b"{'username': 'ada'}",
    ],
)
async def test_a_body_that_is_no_object_of_ours(api: Caller, raw: bytes) -> None:
    sent: dict[str, Any] = {"content": raw, "headers": {"content-type": "application/json"}}
    await refused(api, "POST", "/api/users", 400, "guard.invalid_input", **sent)
    assert await api.get("/api/users") == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
async def test_only_json_is_taken(api: Caller, kind: str) -> None:
    sent: dict[str, Any] = {"content": b"username=ada", "headers": {"content-type": kind}}
    await refused(api, "POST", "/api/users", 415, "request.unsupported_media_type", **sent)


async def test_a_body_over_the_limit(api: Caller) -> None:
    large = {"username": "ada", "customData": {"a": "x" * 60_000}}
    await refused(api, "POST", "/api/users", 413, "request.body_too_large", json=large)


async def test_a_member_is_named_by_its_path(api: Caller) -> None:
    cases: dict[str, Any] = {
        "username": {"username": 1},
        "profile.address.city": {"username": "ada", "profile": {"address": {"city": "Rome"}}},
        "nothing": {"username": "ada", "nothing": None},
    }
    for member, sent in cases.items():
        body = await refused(api, "POST", "/api/users", 400, "guard.invalid_input", json=sent)
        assert body["data"] == {"field": member}
        assert body["message"].startswith(f"{member}: ")


async def test_a_message_is_in_the_language_of_the_caller_where_there_is_one(server: Server, api: Caller) -> None:
    await api.post("/api/users", USER)
    taken: dict[str, Any] = {"json": USER}
    english = await refused(api, "POST", "/api/users", 422, "user.username_already_in_use", **taken)
    assert "details" not in english
    german = {"accept-language": "xx, de;q=0.5"}
    assert english == await refused(
        api, "POST", "/api/users", 422, "user.username_already_in_use", headers=german, **taken
    )
    japanese = {"accept-language": "ja"}
    other = await refused(api, "POST", "/api/users", 422, "user.username_already_in_use", headers=japanese, **taken)
    assert other["message"] != english["message"]
    assert other["details"] == english["message"]


@pytest.mark.parametrize(
    ("violation", "code"),
    [
        (UniqueViolation("users_by_email", ("primary_email",)), "entity.unique_integrity_violation"),
        (ForeignKeyViolation("gone"), "entity.relation_foreign_key_not_found"),
    ],
)
async def test_what_came_in_between_is_no_fault_of_the_server(api: Caller, violation: Exception, code: str) -> None:
    with patch.object(making, "create", side_effect=violation):
        body = await refused(api, "POST", "/api/users", 422, code, json=USER)
    assert "email" not in body["message"], "what the database says is for the log"


async def test_a_fault_of_the_server_tells_nothing(api: Caller) -> None:
    with patch.object(making, "create", side_effect=RuntimeError("a fault inside")):
        answer = await api.call("POST", "/api/users", json=USER)
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "a fault inside" not in answer.text


async def test_the_status_has_nothing_to_say(api: Caller) -> None:
    answer = await api.call("GET", "/api/status")
    assert (answer.status_code, answer.content) == (204, b"")
