"""S9: no foreign page makes an operator's browser change anything in the console."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from collections.abc import Mapping

import httpx2
import pytest

from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.furnished import Furnished, furnish
from tests.fixtures.server import Server
from tests.fixtures.traces import Row, dump

EVIL = "https://evil.example"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def send(operator: OperatorBrowser, path: str, fields: Mapping[str, str], **headers: str) -> httpx2.Response:
    """A form from wherever the headers say."""
    sent = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await operator.client.post(operator.url(path), data=dict(fields), headers=sent)


async def facts(server: Server) -> dict[str, list[Row]]:
    """Everything in the database."""
    return await dump(server)


async def expect_refused(server: Server, operator: OperatorBrowser, things: Furnished, **how: str) -> None:
    """Every form of the console, sent in this way, changes nothing."""
    before = await facts(server)
    for path in things.paths("POST"):
        answer = await send(operator, path, {"do": "save", "confirm": "Thing", **how})
        assert answer.status_code == 403, path
    assert await facts(server) == before


async def test_S9_a_form_without_its_token_is_refused(server: Server, operator: OperatorBrowser) -> None:
    await expect_refused(server, operator, await furnish(server))


async def test_S9_the_token_of_another_operator_is_refused(server: Server, operator: OperatorBrowser) -> None:
    other = await new_operator(server, "peter")
    await expect_refused(server, operator, await furnish(server), form_token=await other.form_token())


@pytest.mark.parametrize(
    "headers", [{"origin": EVIL}, {"origin": "null"}, {"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}]
)
async def test_S9_a_form_of_another_site_is_refused_with_a_good_token(
    server: Server, operator: OperatorBrowser, headers: dict[str, str]
) -> None:
    things, token = await furnish(server), await operator.form_token()
    before = await facts(server)
    for path in things.paths("POST"):
        answer = await send(operator, path, {"form_token": token, "do": "save", "confirm": "Thing"}, **headers)
        assert answer.status_code == 403, path
    assert await facts(server) == before


async def test_S9_a_form_in_another_shape_is_not_read(server: Server, operator: OperatorBrowser) -> None:
    things, token = await furnish(server), await operator.form_token()
    before = await facts(server)
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        headers = {"content-type": content_type, "accept": "text/html"}
        for path in things.paths("POST"):
            body = f'{{"form_token": "{token}", "confirm": "Thing"}}'
            answer = await operator.client.post(operator.url(path), content=body, headers=headers)
            assert answer.status_code in {400, 403}, path
    assert await facts(server) == before


async def test_S9_signing_out_and_the_theme_need_a_page_of_ours(operator: OperatorBrowser) -> None:
    assert (await send(operator, "/console/-/sign-out", {})).status_code == 400
    token = await operator.form_token()
    assert (await send(operator, "/console/-/sign-out", {"form_token": token}, origin=EVIL)).status_code == 403
    assert (await send(operator, "/console/-/theme", {"theme": "dark"}, origin=EVIL)).status_code == 403
    assert (await operator.get("users")).status_code == 200


async def test_S9_no_address_that_changes_something_answers_a_link(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    before = await facts(server)
    for path in set(things.paths("POST")) - set(things.paths("GET")):
        assert (await operator.get(path)).status_code in {404, 405}, path
    for path in things.paths("GET"):
        await operator.get(path)
    assert await facts(server) == before


async def test_S9_the_callback_needs_the_browser_that_began(server: Server, operator: OperatorBrowser) -> None:
    stranger = server.client(ADMIN_TENANT)
    begun = await stranger.get("/console/default/users", headers={"accept": "text/html"})
    state = begun.headers["location"].partition("state=")[2].partition("&")[0]
    other = server.client(ADMIN_TENANT)
    address = f"/console/-/callback?code=x&state={state}&iss={server.tenant(ADMIN_TENANT).issuer}"
    answer = await other.get(address)
    assert answer.headers["location"] == "/console"
    assert not any(line.startswith("console.admin=") for line in answer.headers.get_list("set-cookie"))
    assert (await operator.get("users")).status_code == 200
