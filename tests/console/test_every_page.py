"""What holds for every page of the console: it is there, it is short, it asks for who one is, it is accessible."""

import gzip

import httpx2
import pytest

from narthex.console.navigation import SECTIONS, routes
from narthex.static import find
from tests.fixtures.browser import NewPage, axe
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.furnished import Furnished, furnish
from tests.fixtures.page_size import assets_of
from tests.fixtures.server import Server
from tests.fixtures.traces import watched_statements

BUDGET = 60 * 1000
# What these answer is another page: the preview is a document of its own, the rest leads on.
NOT_FRAMED = ("/preview", "connectors/new", "/test/")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def pages(operator: OperatorBrowser, things: Furnished) -> list[tuple[str, httpx2.Response]]:
    """Every page about the things of the tenant, as the console answers it."""
    return [(path, await operator.get(path)) for path in things.paths("GET") if "/test/" not in path]


async def test_every_page_is_there(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    for path, page in await pages(operator, things):
        # A new connector needs to be told which, and there is no such operator.
        expected = 404 if path.startswith(("operators/", "connectors/new")) else 200
        assert page.status_code == expected, path


async def test_every_page_of_an_empty_tenant_is_there(server: Server, operator: OperatorBrowser) -> None:
    for route in routes():
        if route.method == "GET" and "{" not in route.pattern and route.pattern != "connectors/new":
            assert (await operator.get(route.pattern)).status_code == 200, route.pattern


@on_sqlite
async def test_every_line_of_the_navigation_leads_somewhere(operator: OperatorBrowser) -> None:
    for section in SECTIONS:
        for item in section.items:
            page = await operator.get(item.path)
            assert page.status_code == 200, item.path
            assert page.text.count('aria-current="page"') >= 1, item.path


@on_sqlite
async def test_every_page_weighs_less_than_its_budget(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    for path, page in await pages(operator, things):
        if page.status_code == 200 and "/preview" not in path:
            weight = len(gzip.compress(page.content)) + assets_of(page.text)
            assert weight <= BUDGET, f"{path}: {weight} bytes"


@on_sqlite
async def test_every_page_has_one_heading_of_the_first_order(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    for path, page in await pages(operator, things):
        if page.status_code == 200:
            assert page.text.count("<h1") == 1, path


@on_sqlite
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(live_server: Server, new_page: NewPage, scheme: str) -> None:
    operator, things = await new_operator(live_server), await furnish(live_server)
    page = await new_page(color_scheme=scheme)
    await page.context.add_cookies(operator.cookies())
    found = {}
    for path in things.paths("GET"):
        if not any(part in path for part in NOT_FRAMED):
            await page.goto(live_server.base_url + operator.url(path))
            if violations := await axe(page, options={"iframes": False}):
                found[path] = violations
    assert found == {}


@on_sqlite
@pytest.mark.parametrize("width", [360, 1280])
async def test_no_page_is_wider_than_the_window(live_server: Server, new_page: NewPage, width: int) -> None:
    operator = await new_operator(live_server)
    things = await furnish(live_server, name="Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 2)
    page = await new_page(viewport={"width": width, "height": 800})
    await page.context.add_cookies(operator.cookies())
    too_wide = []
    for path in things.paths("GET"):
        if not any(part in path for part in NOT_FRAMED):
            await page.goto(live_server.base_url + operator.url(path))
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append(path)
    assert too_wide == []


def test_the_files_of_the_console_are_found() -> None:
    assert find("console.css") is not None
    assert find("console.js") is not None
    assert find("icons.svg") is not None


@on_sqlite
async def test_a_page_asks_the_database_as_often_whatever_the_tenant_holds(
    server: Server, operator: OperatorBrowser
) -> None:
    things = await furnish(server)
    paths = ["users", "roles", "applications", "api-resources", "connectors", "audit-log", "dashboard", "get-started"]
    paths += [f"users/{things.user}", f"roles/{things.role}", f"roles/{things.role}/members"]

    async def statements() -> dict[str, int]:
        counted = {}
        for path in paths:
            await operator.get(path)
            with watched_statements(server) as noted:
                assert (await operator.get(path)).status_code == 200
            counted[path] = len(noted)
        return counted

    few = await statements()
    for number in range(25):
        await operator.post("users/new", {"username": f"person{number}"})
        await operator.post("roles/new", {"name": f"Role {number}", "description": "", "type": "User"})
        await operator.post("applications/new", {"framework": "flask", "name": f"Shop {number}"})
    assert await statements() == few
