"""Get started: the first page of the console, and what it knows of the tenant."""

import re

from narthex.access import system_actor
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Color, Experience
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import Server
from tests.fixtures.walk import PASSWORD

DONE = re.compile(r'<li class="done">.*?<h3>(.*?) <span', re.DOTALL)


def done(page: str) -> list[str]:
    return DONE.findall(page)


async def test_it_is_where_the_console_opens_and_leads_to_the_frameworks(operator: OperatorBrowser) -> None:
    opened = await operator.get("/console")
    assert opened.headers["location"] == "/console/default/get-started"
    page = (await operator.get("get-started")).text
    assert "Welcome, olivia" in page
    assert re.search(r'href="/console/default/applications/frameworks">View all', page)
    for framework in ("flask", "fastapi", "react", "machine-to-machine"):
        assert f"/console/default/applications/new?framework={framework}" in page
    for part in ("api-resources", "roles", "users"):
        assert f'class="cover" href="/console/default/{part}"' in page


async def test_a_new_tenant_has_nothing_done(operator: OperatorBrowser) -> None:
    page = (await operator.get("get-started")).text
    assert done(page) == []
    assert "0 of 4 done" in page
    assert "http://localhost:3001/demo-app" in page


async def test_the_checklist_reflects_the_tenant(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application(framework="flask", name="Bookstore & Sons")
    async with server.runtime.database.write("default") as tx:
        changed = Experience(color=Color(primary_color="#123456"))
        await sign_in_settings.change(tx, system_actor("default"), server.runtime, changed)
    page = (await operator.get("get-started")).text
    assert done(page) == ["Create an application", "Make the sign-in page yours"]
    assert "Bookstore &amp; Sons, with Flask" in page
    assert f"/console/default/applications/{made.application_id}/guide" in page
    assert "2 of 4 done" in page


async def test_who_signed_in_to_the_demo_app_has_tried(server: Server, operator: OperatorBrowser) -> None:
    browser = server.browser()
    form = await browser.get(f"{browser.base_url}/demo-app/sign-up")
    await browser.submit(form, {"username": "ada", "password": PASSWORD})
    page = (await operator.get("get-started")).text
    assert done(page) == ["Sign in as a user would"]
    assert "Add a connector" in page


async def test_another_tenant_begins_for_itself(server: Server, operator: OperatorBrowser) -> None:
    await server.application(framework="flask")
    await server.add_tenant("acme")
    assert done((await operator.get("/console/acme/get-started")).text) == []
