"""`narthex admin …`: what it makes works, and what it refuses is told as a sentence."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from narthex.app import create_app
from narthex.credentials import service as credentials
from narthex.settings import read_settings
from narthex.users.username import username_key
from tests.fixtures.command import Command


@pytest.fixture
def ready(narthex: Command) -> Command:
    """The command, with a database set up."""
    assert narthex("init").exit_code == 0
    return narthex


def made(command: Command, *arguments: str, stdin: str | None = None) -> dict[str, Any]:
    """The JSON object that a command prints."""
    result = command("admin", *arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    record: dict[str, Any] = json.loads(result.stdout)
    return record


def refused(command: Command, *arguments: str) -> str:
    """The sentence of a refusal."""
    result = command("admin", *arguments)
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit)
    return result.output


WEB = ["create-app", "--name", "Shop", "--type", "traditional", "--redirect-uri", "http://localhost:5000/callback"]


def test_a_web_application_is_told_what_its_sdk_needs(ready: Command) -> None:
    result = ready("admin", *WEB, "--post-logout-redirect-uri", "http://localhost:5000")
    assert result.exit_code == 0, result.output
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines()[1:])
    assert lines["endpoint"] == "http://localhost:3001"
    assert lines["issuer"] == "http://localhost:3001/oidc"
    assert len(lines["appId"]) == 21
    assert len(lines["appSecret"]) == 32
    assert "shown this once" in result.stderr


@pytest.mark.parametrize(("kind", "has_secret"), [("spa", False), ("Native", False), ("WEB", True), ("M2M", True)])
def test_every_type_has_the_secret_it_needs(ready: Command, kind: str, has_secret: bool) -> None:
    record = made(ready, "create-app", "--name", "An app", "--type", kind)
    assert (record["appSecret"] is not None) == has_secret


async def test_a_machine_with_the_role_gets_a_token_for_the_management_api(ready: Command) -> None:
    record = await asyncio.to_thread(
        made, ready, "create-app", "--name", "Script", "--type", "machine", "--machine-role"
    )
    assert record["scope"] == "all"
    app = create_app(read_settings({"NARTHEX_DATA_DIR": str(ready.folder / "data")}))
    await app.startup()
    try:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=record["endpoint"]) as client:
            answer = await client.post(
                "/oidc/token",
                auth=(record["appId"], record["appSecret"]),
                data={"grant_type": "client_credentials", "resource": record["resource"], "scope": record["scope"]},
            )
    finally:
        await app.shutdown()
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == "all"


def test_a_third_party_application_can_be_made(ready: Command) -> None:
    assert made(ready, *WEB, "--third-party")["appSecret"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["create-app", "--name", "x", "--type", "mobile"], "'mobile' is not one of native, spa, traditional, machine"),
        (["create-app", "--type", "spa"], "--name"),
        ([*WEB, "--machine-role"], "--machine-role is for applications of the type machine"),
        ([*WEB, "--tenant", "acme"], "There is no tenant 'acme'. There are: admin, default."),
        ([*WEB, "--redirect-uri", "javascript:alert(1)"], "cannot be registered"),
        ([*WEB[:4], "machine", *WEB[5:]], "machine-to-machine application has none"),
        (["create-app", "--name", " ", "--type", "spa"], "name"),
        (["create-tenant", "Not Good"], "small letters"),
        (["create-tenant", "default"], "there already"),
        (["create-tenant", "acme", "--origin", "https://acme.example/path"], "origin"),
        (["create-user", "1alice"], "digit"),
        (["create-user", "alice", "--tenant", "acme"], "There is no tenant 'acme'"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_reason(ready: Command, arguments: list[str], expected: str) -> None:
    assert expected in refused(ready, *arguments)


def test_a_tenant_lives_under_the_base_url_or_at_its_own_origin(ready: Command) -> None:
    assert made(ready, "create-tenant", "acme") == {
        "tenant": "acme",
        "endpoint": "http://localhost:3001/t/acme",
        "issuer": "http://localhost:3001/t/acme/oidc",
    }
    own = made(ready, "create-tenant", "globex", "--name", "Globex", "--origin", "https://login.globex.example")
    assert own["issuer"] == "https://login.globex.example/oidc"
    assert made(ready, *WEB, "--tenant", "acme")["issuer"] == "http://localhost:3001/t/acme/oidc"


def test_a_tenant_is_made_once(ready: Command) -> None:
    made(ready, "create-tenant", "acme")
    assert "there already" in refused(ready, "create-tenant", "acme")
    # The refusal has not taken the tenant away again.
    assert made(ready, "create-user", "alice", "--tenant", "acme")["username"] == "alice"


async def test_a_user_can_sign_in_with_the_password_that_was_made(ready: Command) -> None:
    record = await asyncio.to_thread(made, ready, "create-user", "Alice")
    assert len(record["password"]) == 20
    assert await password_is(ready, "alice", record["password"])


async def test_a_user_can_be_given_a_password_that_appears_nowhere(ready: Command) -> None:
    password = "correct horse battery staple"
    arguments = ["admin", "create-user", "bob", "--password-stdin"]
    result = await asyncio.to_thread(ready, *arguments, stdin=password + "\n")
    assert result.exit_code == 0, result.output
    assert password not in result.output
    assert await password_is(ready, "bob", password)
    assert not await password_is(ready, "bob", password + " ")


async def password_is(command: Command, username: str, password: str) -> bool:
    """Whether the user has this password."""
    app = create_app(read_settings({"NARTHEX_DATA_DIR": str(command.folder / "data")}))
    await app.startup()
    try:
        async with app.runtime.database.read("default") as reader:
            found = await credentials.candidate(reader, username_key(username))
        return await credentials.matches(app.runtime, password, found)
    finally:
        await app.shutdown()


def test_the_policy_of_the_tenant_holds_here_too(ready: Command) -> None:
    result = ready("admin", "create-user", "bob", "--password-stdin", stdin="hello\n")
    assert result.exit_code == 1
    assert "does not meet the policy of default. This password is too short." in result.output


def test_a_name_is_taken_once(ready: Command) -> None:
    made(ready, "create-user", "alice")
    assert "in use" in refused(ready, "create-user", "ALICE")
