"""P2, P3: what the console shows and changes is of the tenant in the address, and of whom may see it."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import httpx2
import pytest
from sqlalchemy import bindparam, update

from narthex.access import system_actor
from narthex.kit.database import Json, statement
from narthex.operators.tables import operators
from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.furnished import furnish
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import dump

LIMIT = statement(
    update(operators).where(operators.c.user_id == bindparam("who")).values(tenants=bindparam("seen", type_=Json))
)


async def test_P2_things_of_another_tenant_are_as_good_as_absent(server: Server, operator: OperatorBrowser) -> None:
    await server.add_tenant("other")
    await furnish(server, name="Mine")
    theirs = await furnish(server, "other", name="Theirs")
    before = await dump(server)
    for method in ("GET", "POST"):
        for path in theirs.paths(method):
            named = any(part in path for part in (theirs.application, theirs.machine, theirs.resource, theirs.role))
            named = named or any(part in path for part in (theirs.user, theirs.connection, theirs.entry))
            if not named:
                continue
            answer = await operator.get(path) if method == "GET" else await operator.post(path, {"confirm": "Theirs"})
            assert answer.status_code == 404, (method, path)
            assert "Theirs" not in answer.text, (method, path)
    assert await dump(server) == before


async def test_P2_no_list_shows_what_another_tenant_has(server: Server, operator: OperatorBrowser) -> None:
    await server.add_tenant("other")
    await furnish(server, "other", name="Theirs")
    for path in ("applications", "connectors", "api-resources", "roles", "users", "audit-log", "dashboard"):
        assert "Theirs" not in (await operator.get(path)).text, path
    for path in ("applications", "connectors", "api-resources", "roles", "users"):
        assert "Theirs" in (await operator.get(f"/console/other/{path}")).text, path


async def test_P3_an_operator_of_one_tenant_sees_no_other(server: Server, operator: OperatorBrowser) -> None:
    await server.add_tenant("other")
    things = await furnish(server, "other")
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await tx.run(LIMIT, who=operator.user_id, seen=["default"])
    assert (await operator.get("/console")).headers["location"] == "/console/default/get-started"
    for path in things.paths("GET"):
        assert (await operator.get(f"/console/other/{path}")).status_code == 404, path
    before = await dump(server)
    for path in things.paths("POST"):
        assert (await operator.post(f"/console/other/{path}", {"confirm": "Thing"})).status_code == 404, path
    assert await dump(server) == before
    assert ">Other<" not in (await operator.get("get-started")).text


async def expect_stranger(client: httpx2.AsyncClient, path: str) -> None:
    """The console sends whoever asks to its sign-in, and tells nothing."""
    answer = await client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 303, path
    assert "/t/admin/oidc/auth?" in answer.headers["location"], path
    assert answer.text == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_P3_nobody_who_is_no_operator_gets_in(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    person = server.browser()
    await person.sign_up((await server.application()).application_id, CALLBACK, "grace")
    async with server.runtime.database.read("default"):
        for client in (server.client(ADMIN_TENANT), person.client):
            for path in things.paths("GET"):
                await expect_stranger(client, f"/console/default/{path}")
            for path in things.paths("POST"):
                answer = await client.post(f"/console/default/{path}", data={"confirm": "Thing"})
                assert answer.status_code == 303, path
    assert (await operator.get("users")).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_P3_a_user_of_the_admin_tenant_is_no_operator(server: Server, operator: OperatorBrowser) -> None:
    from narthex.credentials import service as credentials
    from narthex.registration import service as registration
    from narthex.registration.service import NewPerson

    password = "no operator, only a person"
    hashed = await credentials.hashed(server.runtime, password)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await registration.register(tx, system_actor(ADMIN_TENANT), NewPerson("walter", hashed))
    browser = server.browser(ADMIN_TENANT)
    page = await browser.get(f"{server.base_url}/console/default/users")
    answer = await browser.submit(page, {"identifier": "walter", "password": password})
    assert answer.status_code == 403
    assert "operator" in answer.text
    assert not any("console.admin" in name for name in browser.client.cookies)
    assert (await operator.get("users")).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_P3_the_console_of_an_operator_ends_with_his_sign_in(server: Server) -> None:
    olivia = await new_operator(server)
    assert (await olivia.get("users")).status_code == 200
    server.clock.advance(days=15)
    assert (await olivia.get("users")).status_code == 303


async def test_P3_the_tenant_of_the_operators_is_nobodys_to_manage(server: Server, operator: OperatorBrowser) -> None:
    before = await dump(server)
    for path in (f"users/{operator.user_id}/delete", f"users/{operator.user_id}/suspension"):
        answer = await operator.post(f"/console/admin/{path}", {"confirm": "olivia", "do": "suspend"})
        assert answer.status_code == 404, path
    ways_in = {"tab": "sign-up-and-sign-in", "identifier": "username", "registration": "on"}
    answer = await operator.post("/console/admin/sign-in-experience/sign-up-and-sign-in", ways_in)
    assert answer.status_code == 404
    assert await dump(server) == before
    machine = await server.machine(tenant_id=ADMIN_TENANT)
    asked = {"grant_type": "client_credentials", "resource": "https://admin.logto.app/api", "scope": "all"}
    asked |= {"client_id": machine.application_id, "client_secret": machine.secret or ""}
    client = server.client(ADMIN_TENANT)
    token = (await client.post("/t/admin/oidc/token", data=asked)).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    for method, path in (("GET", "users"), ("DELETE", f"users/{operator.user_id}"), ("PATCH", "sign-in-exp")):
        refused = await client.request(method, f"/t/admin/api/{path}", headers=headers)
        assert refused.status_code == 403, path
        assert refused.json()["code"] == "guard.not_allowed_for_admin_tenant"
    assert (await operator.get("users")).status_code == 200
