"""P7, A6: nothing that people, applications or providers are called runs or loads anything on a page of the console."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import re

import pytest

from tests.fixtures.browser import NewPage
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.furnished import furnish
from tests.fixtures.server import Server
from tests.security.xss_corpus import MARK

NASTY = f"\"'><img src=x onerror={MARK}>"
ELEMENT = re.compile(r"<img[^>]+onerror", re.IGNORECASE)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_P7_names_are_written_as_text_on_every_page(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server, name=NASTY)
    shown = 0
    for path in things.paths("GET"):
        page = await operator.get(path)
        assert ELEMENT.search(page.text) is None, path
        shown += "&lt;img src=x" in page.text
    assert shown > 15


async def test_P7_what_comes_in_a_query_or_a_form_comes_back_as_text(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    for path in things.paths("GET"):
        for name in ("q", "add", "type", "state", "key", "result", "user", "date", "connector", "group", "framework"):
            page = await operator.client.get(operator.url(path), params={name: NASTY})
            assert ELEMENT.search(page.text) is None, (path, name)
    fields = ("name", "description", "indicator", "username", "email", "primary_color", "terms_url", "logo", "target")
    for path in things.paths("POST"):
        if path.endswith(("/delete", "/take", "/end", "/unlink", "/sign-out", "/remove")):
            continue
        page = await operator.post(path, dict.fromkeys(fields, NASTY))
        assert ELEMENT.search(page.text) is None, path


async def test_P7_nothing_runs_in_a_real_browser(live_server: Server, new_page: NewPage) -> None:
    operator, things = await new_operator(live_server), await furnish(live_server, name=NASTY)
    page = await new_page()
    await page.context.add_cookies(operator.cookies())
    for path in things.paths("GET"):
        if "connectors/new" in path or "/test/" in path:
            continue
        await page.goto(live_server.base_url + operator.url(path))
        assert await page.evaluate("window.hit") is None, path
