"""Who may call (logto-api.md 2.1). Forged tokens are in tests/security."""

from narthex.access import system_actor
from narthex.applications import editing
from narthex.roles import assigning
from narthex.roles.schemas import MANAGEMENT_ROLE_ID
from tests.fixtures.server import Server
from tests.management_api.caller import Caller, caller, refused, stranger


async def test_without_a_token(server: Server) -> None:
    answer = await stranger(server).call("GET", "/api/users")
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.authorization_header_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="http://localhost:3001/oidc"'


async def test_with_a_token_of_another_type(server: Server) -> None:
    basic = {"authorization": "Basic YTpi"}
    body = await refused(
        stranger(server), "GET", "/api/users", 401, "auth.authorization_token_type_not_supported", headers=basic
    )
    assert body["data"] == {"supportedTypes": ["Bearer"]}


async def test_with_a_token_that_is_none(server: Server) -> None:
    for token in ("", "x", "a.b.c", "x" * 50_000):
        answer = await stranger(server, token).call("GET", "/api/users")
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.unauthorized")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_a_token_ends_by_its_time(server: Server, api: Caller) -> None:
    server.clock.advance(seconds=3599)
    await api.get("/api/users")
    server.clock.advance(seconds=1)
    await refused(api, "GET", "/api/users", 401, "auth.unauthorized")


async def test_a_machine_without_the_role_is_told_what_it_lacks(server: Server) -> None:
    other = await caller(server, with_role=False)
    answer = await other.call("GET", "/api/users")
    assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert 'error="insufficient_scope", scope="all"' in answer.headers["www-authenticate"]


async def test_a_role_that_was_taken_away_takes_the_token_along(server: Server, api: Caller) -> None:
    async with server.runtime.database.write("default") as tx:
        actor = system_actor("default")
        cache = server.runtime.cache
        await assigning.take_from_application(tx, actor, cache, api.application_id, MANAGEMENT_ROLE_ID)
    await refused(api, "GET", "/api/users", 403, "auth.forbidden")


async def test_a_deleted_application_calls_no_more(server: Server, api: Caller) -> None:
    async with server.runtime.database.write("default") as tx:
        await editing.delete(tx, system_actor("default"), server.runtime, api.application_id)
    await refused(api, "GET", "/api/users", 401, "auth.unauthorized")


async def test_what_a_script_does_is_in_the_audit_log_under_its_name(server: Server, api: Caller) -> None:
    made = await api.post("/api/users", {"username": "ada"})
    events = await api.get("/api/logs?logKey=User.Create")
    assert [event["payload"]["userId"] for event in events] == [made["id"]]
    assert events[0]["payload"]["requestId"]
