"""S10: the cookies of the console are HttpOnly and SameSite=Lax, for one host; on https also Secure and `__Host-`."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.console import new_operator
from tests.fixtures.server import NewServer

# The appearance is written by a script of ours too, and is no secret.
READABLE = "theme"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("base_url", ["http://localhost:3001", "https://login.example"])
async def test_S10_every_cookie_of_the_console_is_closed(new_server: NewServer, base_url: str) -> None:
    server = await new_server({"NARTHEX_BASE_URL": base_url})
    operator = await new_operator(server)
    token = await operator.form_token()
    begun = await server.client(ADMIN_TENANT).get("/console/default/users", headers={"accept": "text/html"})
    answers = [
        begun,
        await operator.post("sign-in-experience"),
        await operator.post("roles/new", {"name": "Librarian", "description": "", "type": "User"}),
        await operator.get("/console/-/language?tag=en"),
        await operator.client.post("/console/-/theme", data={"theme": "dark", "form_token": token}),
        await operator.post("/console/-/sign-out"),
    ]
    lines = [line for answer in answers for line in answer.headers.get_list("set-cookie")]
    names = {line.partition("=")[0].removeprefix("__Host-").removesuffix(".admin") for line in lines}
    assert names >= {"console", "console-pending", "console-said", "console-introduced", "console-language", "theme"}
    secure = base_url.startswith("https")
    for line in lines:
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"path=/", "samesite=lax"} <= attributes, line
        assert not any(part.startswith("domain") for part in attributes), line
        assert ("secure" in attributes) == secure, line
        assert line.startswith("__Host-") == secure, line
        assert ("httponly" in attributes) == (f"{READABLE}.admin" not in line.partition("=")[0]), line
        assert len(line) < 4096


async def test_S10_a_cookie_that_is_no_secret_of_ours_opens_nothing(new_server: NewServer) -> None:
    server = await new_server()
    await new_operator(server)
    client = server.client(ADMIN_TENANT)
    for value in ("", "x", "a" * 43, "../../etc", "a" * 5000, '"quoted"'):
        answer = await client.get("/console/default/users", headers={"cookie": f"console.admin={value}"})
        assert answer.status_code == 303
        assert "/oidc/auth" in answer.headers["location"]
