"""P5 at the Management API: every operation is called, and the secrets of the tenant are looked for in all answers, in
the log and in the audit log. Each is found where it belongs and nowhere else."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from narthex.kit.logging import JsonFormatter, LineHandler
from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import TEST_KEY, Server
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import PASSWORD
from tests.management_api.world import OIDC_CONFIG, World, furnished, named

GONE = {"DELETE"}
# The value of a secret is read where secrets are listed, made and renamed, and what a connector is set up with at it.
BELONGS = {
    "application secret": {
        "GET /api/applications/{id}/secrets",
        "POST /api/applications/{id}/secrets",
        "PATCH /api/applications/{id}/secrets/{name}",
    },
    "connector secret": {
        "GET /api/connectors",
        "POST /api/connectors",
        "GET /api/connectors/{id}",
        "PATCH /api/connectors/{id}",
    },
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile."""
    written, root = io.StringIO(), logging.getLogger()
    handler = LineHandler(written, None)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(lambda record: not record.name.startswith("httpx2"))
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def secrets_of(server: Server, world: World) -> dict[str, list[str]]:
    """The secrets of a tenant by kind."""
    found: dict[str, list[str]] = {"application secret": []}
    for application in ("application", "machine"):
        listed = await world.api.get(f"/api/applications/{world.ids[application]}/secrets")
        found["application secret"] += [secret["value"] for secret in listed]
    found["connector secret"] = [str(OIDC_CONFIG["clientSecret"])]
    found["password"] = [PASSWORD]
    found["token"] = [str(world.api.token)]
    found["encryption key"] = [TEST_KEY]
    found["hash of a password"] = [row["password_hash"] for row in await rows(server, "passwords")]
    found["hash of a secret"] = [row["value_hash"] for row in await rows(server, "application_secrets")]
    found["private key"] = [row["private_key"] for row in await rows(server, "signing_keys")] + ["PRIVATE KEY"]
    found["sealed"] = [row["value_sealed"] for row in await rows(server, "application_secrets")]
    found["sealed"] += [row["config_sealed"] for row in await rows(server, "connections")]
    found["session"] = [row["secret_hash"] for row in await rows(server, "sessions")]
    assert all(found.values()), found
    return found


async def answers(world: World, operation: Operation) -> str:
    """What an operation answers to a request in order, and to two that are not, headers included."""
    path, body = world.path(operation), world.body(operation)
    bent: list[dict[str, Any]] = [{}, {"json": [PASSWORD]}, {"content": f'{{"{PASSWORD}": 1'.encode()}]
    sent = bent if operation.body is None else [{"json": body}, *bent[1:]]
    texts = []
    for one in sent[:1] if operation.body is None else sent:
        answer = await world.api.call(operation.method, path, **one)
        texts += [answer.text, str(answer.headers)]
    return "\n".join(texts)


async def test_P5_secrets_are_where_they_belong_and_nowhere_else(server: Server, log: io.StringIO) -> None:
    world = await furnished(server)
    secrets = await secrets_of(server, world)
    seen: dict[str, set[str]] = {}
    for operation in sorted(OPERATIONS, key=lambda one: (one.method in GONE, -one.path.count("/"))):
        text = await answers(world, operation)
        for kind, values in secrets.items():
            if any(value in text for value in values):
                seen.setdefault(kind, set()).add(named(operation))
        # What was made meanwhile is secret too.
        secrets["application secret"] += [row for row in await new_secrets(world, operation) if row]
    assert seen.pop("application secret") <= BELONGS["application secret"]
    assert seen.pop("connector secret") <= BELONGS["connector secret"]
    assert seen.pop("password", set()) == set()
    assert seen == {}
    logged = log.getvalue()
    assert "entity.not_exists_with_id" in logged
    for kind, values in secrets.items():
        assert not [value for value in values if value in logged], kind
    for event in await events(server.runtime):
        assert not [kind for kind, values in secrets.items() for value in values if value in str(event.payload)]


async def new_secrets(world: World, operation: Operation) -> list[str]:
    """The secrets of applications that an operation made."""
    if operation.method != "POST" or not operation.path.startswith("/api/applications"):
        return []
    listed = await world.api.get("/api/applications")
    found = [await world.api.get(f"/api/applications/{one['id']}/secrets") for one in listed]
    return [secret["value"] for secrets in found for secret in secrets]
