"""P6 at the Management API: what a caller writes into paths, queries and bodies stays text, in every database, header
and log; no request makes the server fail."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import fields

from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import Server
from tests.management_api.caller import Caller, caller
from tests.management_api.world import World, furnished, named, tenant_contents, with_record

PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    '" UNION SELECT password_hash FROM passwords --',
    "\\'; SELECT pg_sleep(5); --",
    ":id",
    "$1",
    "%(id)s",
    "{{7*7}}${7*7}",
    "a\r\nset-cookie: x=1",
    "\x00",
    "\x1b[2J",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "../../../../etc/passwd",
    "%s%s%n",
    "\u202e",
    "x" * 300,
    "[]",
    "*",
)


@pytest.fixture
async def world(server: Server) -> World:
    """One of everything."""
    return await furnished(server)


def checked(operation: Operation, answer: Any, payload: str) -> None:
    """An answer that is no failure and carries no header of the caller."""
    assert answer.status_code < 500, f"{named(operation)} {payload!r}: {answer.text}"
    assert "set-cookie" not in answer.headers, f"{named(operation)} {payload!r}"


async def test_P6_in_paths(world: World) -> None:
    before = await tenant_contents(world.server, "default")
    for operation in OPERATIONS:
        if operation.id in {"GetStatus", "ReplaceUserIdentity"}:
            continue  # the latter is given a target that people choose
        for parameter in operation.parameters:
            for payload in PAYLOADS:
                path = world.path(operation, **{parameter: quote(payload, safe="")})
                sent = {} if operation.body is None else {"json": world.body(operation)}
                answer = await world.api.call(operation.method, path, **sent)
                checked(operation, answer, payload)
                assert answer.status_code in {400, 404, 405}, f"{named(operation)} {payload!r}: {answer.text}"
    assert await tenant_contents(world.server, "default") == before


async def test_P6_in_queries(world: World) -> None:
    before = await tenant_contents(world.server, "default")
    for operation in (one for one in OPERATIONS if one.method == "GET"):
        names = [field.encode_name for field in fields(operation.query)] or ["unknown"]
        paged = ["page", "page_size"] if operation.path in {"/api/users", "/api/applications"} else []
        searched = ["search", "search.username", "mode", "joint"] if operation.is_searched else []
        for name in [*names, *paged, *searched]:
            for payload in PAYLOADS:
                query = f"{quote(name)}={quote(payload, safe='')}"
                checked(operation, await world.api.call("GET", f"{world.path(operation)}?{query}"), payload)
    for raw in ("page=%ff", "%00=1", "&".join("a=1" for _ in range(1001)), "search=%u0041", "a" * 5000):
        answer = await world.api.call("GET", f"/api/users?{raw}")
        assert answer.status_code < 500, raw
    assert await tenant_contents(world.server, "default") == before


async def test_P6_in_bodies(world: World) -> None:
    for operation in with_record():
        base = world.body(operation)
        for field in fields(operation.body):
            for payload in PAYLOADS:
                sent = base | {field.encode_name: payload}
                checked(operation, await world.api.call(operation.method, world.path(operation), json=sent), payload)
    assert len(await tenant_contents(world.server, "default")) > 10
    assert await world.api.get("/api/users")


async def test_P6_what_was_written_is_read_back_letter_for_letter(world: World) -> None:
    user = f"/api/users/{world.ids['user']}"
    for payload in PAYLOADS:
        if payload.isprintable():
            data = {payload: [payload, {payload: None}]}
            await world.api.patch(user, {"customData": data})
            assert (await world.api.get(f"{user}/custom-data")) == data


@pytest.fixture
async def api(server: Server) -> Caller:
    """Somebody who may do everything."""
    return await caller(server)


async def test_P6_wildcards_of_a_search_are_those_of_the_wire_and_no_more(api: Caller) -> None:
    for username in ("ada", "a_a", "bob"):
        await api.post("/api/users", {"username": username})

    async def found(query: str) -> set[str]:
        return {one["username"] for one in await api.get(f"/api/users?{query}")}

    assert await found("search.username=a_a") == {"ada", "a_a"}
    assert await found("search.username=a%5C_a") == {"a_a"}
    assert await found("search.username=a_a&mode=exact") == {"a_a"}
    for search in ("_", "%25%25", "b_b"):
        await api.post("/api/roles", {"name": f"Role {search}", "description": "x"})
    names = {role["name"] for role in await api.get("/api/roles?search=b_b")}
    assert names == {"Role b_b"}


async def test_P6_a_link_is_made_of_what_the_server_knows(api: Caller) -> None:
    await api.post("/api/users", {"username": "ada"})
    evil = {"host": "localhost:3001", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    query = quote('a>; rel="next", <https://evil.example', safe="")
    answer = await api.call("GET", f"/api/users?x={query}", headers=evil)
    link = answer.headers["link"]
    assert link.count("<") == link.count(">") == 2
    assert all(part.startswith("<http://localhost:3001/api/users?") for part in link.split(", "))
