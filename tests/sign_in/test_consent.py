"""The consent page: what an application of somebody else would get, and what each answer does."""

import html

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.resources import service as resources
from narthex.roles import assigning
from narthex.roles import service as roles
from narthex.roles.schemas import RoleType
from narthex.users import service as users
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import Browser, forms, returned

SYSTEM = system_actor("default")
KEY = "Interaction.Consent.Submit"
API = "https://api.example"


@pytest.fixture
async def third(server: Server) -> Credentials:
    """An application of somebody else."""
    return await server.application(name="Stranger", is_third_party=True)


async def asked(browser: Browser, application: Credentials, **parameters: str) -> httpx2.Response:
    return await browser.get(browser.authorize_url(application.application_id, CALLBACK, **parameters))


async def signed_in(server: Server) -> Browser:
    browser = server.browser()
    await browser.sign_up((await server.application()).application_id, CALLBACK)
    return browser


async def test_an_application_of_ours_asks_nothing(server: Server) -> None:
    browser = await signed_in(server)
    answer = await asked(browser, await server.application())
    assert "code" in returned(answer)
    assert await rows(server, "consents") == []


async def test_the_page_names_who_asks_for_what_from_whom(server: Server, third: Credentials) -> None:
    async with server.runtime.database.write("default") as tx:
        cache = server.runtime.cache
        api = await resources.create(tx, SYSTEM, cache, "Library", API)
        await resources.create_scope(tx, SYSTEM, cache, api, "read:books", "Read your books")
        await resources.create_scope(tx, SYSTEM, cache, api, "write:books")
    browser = await signed_in(server)
    scope = "openid profile email offline_access read:books write:books nothing"
    page = await asked(browser, third, scope=scope, resource=API)
    assert page.status_code == 200
    text = html.unescape(page.text)
    for word in ("Stranger", "ada", "Library", "Read your books", "write:books", "localhost:3000"):
        assert word in text, word
    assert "nothing" not in text.partition("<form")[2].partition("</form>")[0], (
        "a scope that means nothing is not asked for"
    )
    assert set(forms(page)[0].fields) == {"form_token"}


async def test_allowing_gives_the_code_and_is_kept(server: Server, third: Credentials) -> None:
    browser = await signed_in(server)
    answer = await browser.submit(await asked(browser, third), {"decision": "allow"})
    assert "code" in returned(answer)
    (kept,) = await rows(server, "consents")
    assert kept["application_id"] == third.application_id
    (row,) = await events(server.runtime, KEY)
    assert (row.result, row.user_id, row.application_id) == ("Success", kept["user_id"], third.application_id)
    again = await asked(browser, third, prompt="", scope="openid profile")
    assert "code" in returned(again), "it is not asked for twice"
    more = await asked(browser, third, prompt="", scope="openid profile email")
    assert more.status_code == 200, "more is asked for again"


async def test_denying_goes_back_with_an_error_and_is_told(server: Server, third: Credentials) -> None:
    browser = await signed_in(server)
    for decision in ("deny", "", "Allow", "allow "):
        answer = await browser.submit(await asked(browser, third), {"decision": decision})
        assert returned(answer)["error"] == "access_denied"
        assert returned(answer)["state"] == "state-1"
    assert await rows(server, "consents") == []
    told = await events(server.runtime, KEY)
    assert [(row.result, row.payload["error"]) for row in told] == [("Error", "access_denied")] * 4
    assert all(row.user_id and row.interaction_id for row in told)


async def test_an_answer_is_that_of_the_person_who_gave_it(server: Server, third: Credentials) -> None:
    """Somebody allows, and before the browser comes back another person signs in on the same page."""
    await server.browser().sign_up((await server.application()).application_id, CALLBACK, username="bob")
    browser = await signed_in(server)
    page = await asked(browser, third)
    form = forms(page)[0]
    allowed = await browser.client.post(form.action, data=form.fields | {"decision": "allow"})
    assert allowed.status_code == 303
    sign_in = await browser.get(form.action.replace("/consent", "/sign-in"))
    as_bob = await browser.submit(sign_in, {"identifier": "bob", "password": "correct-Horse-42-staple"})
    assert as_bob.status_code == 200
    assert "bob" in as_bob.text
    assert await rows(server, "consents") == []


async def test_it_asks_nobody_who_is_not_signed_in(server: Server, third: Credentials) -> None:
    browser = server.browser()
    sign_in = await asked(browser, third)
    query = str(sign_in.request.url).partition("?")[2]
    answer = await browser.get(f"/consent?{query}")
    assert answer.status_code == 400
    form = forms(sign_in)[0]
    sent = await browser.post(f"/consent?{query}", form.fields | {"decision": "allow"})
    assert sent.status_code in {400, 403}
    assert await rows(server, "consents") == []


async def test_it_asks_nobody_who_was_suspended_meanwhile(server: Server, third: Credentials) -> None:
    browser = await signed_in(server)
    page = await asked(browser, third)
    (user,) = await rows(server, "users")
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, SYSTEM, user["id"], True)
    assert (await browser.get(str(page.request.url))).status_code == 400
    assert (await browser.submit(page, {"decision": "allow"})).status_code == 400
    assert await rows(server, "consents") == []


async def test_a_resource_scope_is_allowed_with_its_resource(server: Server, third: Credentials) -> None:
    async with server.runtime.database.write("default") as tx:
        cache = server.runtime.cache
        api = await resources.create(tx, SYSTEM, cache, "Library", API)
        read = await resources.create_scope(tx, SYSTEM, cache, api, "read")
        role = await roles.create(tx, SYSTEM, cache, "reader", "", RoleType.USER, (read,))
    browser = await signed_in(server)
    (user,) = await rows(server, "users")
    async with server.runtime.database.write("default") as tx:
        await assigning.assign_to_user(tx, SYSTEM, user["id"], role)
    scope = "openid offline_access read"
    await browser.submit(await asked(browser, third, scope=scope, resource=API), {"decision": "allow"})
    assert "code" in returned(await asked(browser, third, prompt="", scope=scope, resource=API))
    assert (
        await asked(browser, third, prompt="", scope=scope, resource="https://default.logto.app/api")
    ).status_code == 200
