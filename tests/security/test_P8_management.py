"""P8 at the Management API: the headers of every operation, whatever it answers."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import httpx2
import pytest

from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import NewServer
from tests.management_api.caller import stranger
from tests.management_api.world import furnished, named

ORIGIN = "https://evil.example"
EXPECTED = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
TELLING = ("server", "x-powered-by", "set-cookie", "access-control-allow-origin", "access-control-allow-credentials")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def problems(answer: httpx2.Response, *, secure: bool) -> list[str]:
    """What is wrong with the headers of an answer."""
    headers = answer.headers
    wrong = [
        f"{name}: {headers.get_list(name)}" for name, value in EXPECTED.items() if headers.get_list(name) != [value]
    ]
    wrong += [f"{name}: {headers[name]}" for name in TELLING if name in headers]
    if answer.content and headers.get("content-type") != "application/json; charset=utf-8":
        wrong.append(f"content-type: {headers.get('content-type')}")
    if ("strict-transport-security" in headers) != secure:
        wrong.append("strict-transport-security")
    if not headers.get("x-request-id"):
        wrong.append("x-request-id")
    return wrong


@pytest.mark.parametrize("base_url", ["https://login.example", "http://localhost:3001"])
async def test_P8_every_answer_has_the_headers(new_server: NewServer, base_url: str) -> None:
    server = await new_server({"NARTHEX_BASE_URL": base_url})
    world = await furnished(server)
    someone = stranger(server, "no-token")
    html = {"accept": "text/html", "origin": ORIGIN}
    wrong = []
    for operation in OPERATIONS:
        path = world.path(operation)
        sent = {} if operation.body is None else {"json": world.body(operation)}
        for method in ("GET", "HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE"):
            for who in (someone, world.api) if method in {"GET", "HEAD", "OPTIONS"} else (someone,):
                answer = await who.call(method, path, headers=dict(html))
                wrong += [f"{method} {path}: {one}" for one in problems(answer, secure="https" in base_url)]
        if operation.method in {"POST", "PATCH", "PUT"}:
            answer = await world.api.call(operation.method, path, headers=dict(html), **sent)
            wrong += [f"{named(operation)}: {one}" for one in problems(answer, secure="https" in base_url)]
    for path in ("/api/", "/api/nothing", "/api/users/%00", "/api/" + "a" * 1900):
        wrong += [f"{path}: {one}" for one in problems(await world.api.call("GET", path), secure="https" in base_url)]
    assert wrong == []
