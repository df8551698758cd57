"""The guide of an application: its own values in code that runs as it stands."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from narthex.access import system_actor
from narthex.applications import client_secrets, editing, queries
from narthex.applications.schemas import ApplicationChange
from narthex.console.pages.applications.frameworks import FRAMEWORKS, Framework
from narthex.console.pages.applications.guide import EVENTS_SHOWN
from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.hosted_pages import sign_up
from tests.fixtures.live_server import listen
from tests.fixtures.server import CALLBACK, HOME, Server

START_SECONDS = 30


class _Code(HTMLParser):
    """The code of a guide by the name of its file, as its copy buttons give it."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}
        self._file, self._secret, self._text, self._inside = "", "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "figure":
            self._file = given.get("data-file", "")
        elif tag == "code" and self._file:
            self._inside, self._text, self._secret = True, "", given.get("data-secret", "")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._inside:
            self._inside = False
            before = self.files.get(self._file, "")
            self.files[self._file] = f"{before}\n\n{self._secret or self._text}\n".lstrip()
        elif tag == "figure":
            self._file = ""


def code_of(page: str) -> dict[str, str]:
    parser = _Code()
    parser.feed(page)
    return parser.files


@contextmanager
def running(command: str, folder: Path) -> Iterator[None]:
    """A command of a guide in its folder, with the programs of this environment."""
    environ = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    arguments = ["setpriv", "--pdeathsig", "KILL", "--", *command.split()]
    log = (folder / "log").open("w")
    with log, subprocess.Popen(arguments, cwd=folder, env=environ, stdout=log, stderr=log) as process:
        try:
            yield
        finally:
            process.terminate()


async def reachable(url: str) -> None:
    """Until something answers at an address."""
    parts = urlsplit(url)
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_code_of_the_flask_guide_runs_unchanged(live_server: Server, page: Page, tmp_path: Path) -> None:
    operator = await new_operator(live_server)
    made = await operator.post("applications/new", {"framework": "flask", "name": "Bookstore"})
    guide = urlsplit(made.headers["location"]).path
    with listen() as free:
        home = f"http://localhost:{free.getsockname()[1]}/"
    addresses = {"redirect_uris": f"{home}back/again", "post_logout_redirect_uris": home}
    assert (await operator.post(guide, addresses)).headers["location"] == f"{guide}#uris"
    files = code_of((await operator.get(guide)).text)
    assert files.keys() == {"client.py", "app.py", "Shell"}
    for name in ("client.py", "app.py"):
        (tmp_path / name).write_text(files[name])
    with running(files["Shell"], tmp_path):
        await reachable(home)
        await page.goto(home)
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_role("link", name="Create an account").click()
        await sign_up(page)
        await expect(page.locator("body")).to_have_text("Authenticated Sign out")
        await page.goto(f"{home}profile")
        await expect(page.locator("body")).to_contain_text('"username":"ada"')
        await page.goto(home)
        await page.get_by_role("link", name="Sign out").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.locator("body")).to_have_text("Not authenticated Sign in")
        await page.goto(f"{home}sign-up")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Create your account")
    seen = (await operator.get(guide)).text
    # The clock of the server stands still, so which of the newest events these are is open.
    assert seen.count('<li class="good">') == EVENTS_SHOWN
    assert "Nothing yet" not in seen


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.id)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_guide_has_the_values_of_its_application(
    server: Server, operator: OperatorBrowser, framework: Framework
) -> None:
    made = await operator.post("applications/new", {"framework": framework.id, "name": "Bookstore"})
    page = (await operator.get(made.headers["location"])).text
    application_id = made.headers["location"].split("/")[4]
    code = "\n".join(code_of(page).values())
    assert not re.search(r"%\w+%", code)
    for step in framework.guide:
        assert f'href="#{step.id}"' in page
        assert f'id="{step.id}"' in page
    if any(part.kind == "code" for step in framework.guide for part in step.parts):
        assert "http://localhost:3001" in code
        assert application_id in code
    async with server.runtime.database.read("default") as reader:
        secrets = await client_secrets.revealed(server.runtime, reader, application_id)
    for secret in secrets:
        assert framework.id == "other-web" or secret.value in code
        assert f">{secret.value}<" not in page


async def test_the_secret_is_shown_on_request_where_no_script_reveals_it(
    server: Server, operator: OperatorBrowser
) -> None:
    made = await server.application(framework="flask")
    path = f"applications/{made.application_id}/guide"
    assert "show=secrets" in (await operator.get(path)).text
    assert f">{made.secret}<" in (await operator.get(f"{path}?show=secrets")).text
    assert f">{made.secret}<" in (await operator.get(f"applications/{made.application_id}?show=secrets")).text


async def test_without_a_secret_that_holds_the_guide_says_so(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application(framework="flask")
    async with server.runtime.database.write("default") as tx:
        await client_secrets.delete_secret(
            tx, system_actor("default"), server.runtime, made.application_id, "Default secret"
        )
    page = (await operator.get(f"applications/{made.application_id}/guide")).text
    assert "It has no secret that holds" in page
    assert "replace-with-your-app-secret" in page


async def test_addresses_are_saved_in_place_and_further_ones_stay(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application(framework="flask", redirect_uris=(CALLBACK, "https://shop.example/callback"))
    path = f"applications/{made.application_id}/guide"
    form = {"redirect_uris": "http://localhost:5000/back", "post_logout_redirect_uris": ""}
    await operator.post(path, form)
    page = (await operator.get(path)).text
    assert "The addresses were saved" in page
    assert '@app.route("/back")' in code_of(page)["app.py"]
    async with server.runtime.database.read("default") as reader:
        oidc = (await queries.get(reader, made.application_id)).oidc_client_metadata
    assert oidc.redirect_uris == ("http://localhost:5000/back", "https://shop.example/callback")
    assert oidc.post_logout_redirect_uris == ()


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
async def test_a_bad_address_is_refused_at_its_field(server: Server, operator: OperatorBrowser, field: str) -> None:
    made = await server.application(framework="flask")
    form = {"redirect_uris": CALLBACK, "post_logout_redirect_uris": HOME} | {field: "ftp://shop.example/"}
    answer = await operator.post(f"applications/{made.application_id}/guide", form)
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text
    assert 'value="ftp://shop.example/"' in answer.text


async def test_an_application_without_a_framework_chooses_a_guide(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application(redirect_uris=())
    path = f"applications/{made.application_id}/guide"
    chooser = (await operator.get(path)).text
    assert 'value="django"' in chooser
    assert 'value="react"' not in chooser
    assert (await operator.post(f"{path}/framework", {"framework": "react"})).status_code == 400
    await operator.post(f"{path}/framework", {"framework": "django"})
    page = (await operator.get(path)).text
    assert "bookstore/views.py" in page
    async with server.runtime.database.read("default") as reader:
        found = await queries.get(reader, made.application_id)
    assert found.oidc_client_metadata.redirect_uris == (CALLBACK,)
    assert 'value="flask"' in (await operator.get(f"{path}?choose=1")).text


async def test_a_guide_that_another_program_named_is_chosen_anew(server: Server, operator: OperatorBrowser) -> None:
    made = await server.application()
    async with server.runtime.database.write("default") as tx:
        change = ApplicationChange(framework="web-next-app-router")
        await editing.update(tx, system_actor("default"), server.runtime, made.application_id, change)
    assert "Choose a guide" in (await operator.get(f"applications/{made.application_id}/guide")).text
    assert (await operator.get(f"applications/{made.application_id}")).status_code == 200
