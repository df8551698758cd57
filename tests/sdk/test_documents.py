"""The code on the pages about the SDK runs as it is printed, against our server."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from narthex_client import MemoryStorage, NotAuthenticated
from tests.fixtures.api_resource import INDICATOR, BookApi
from tests.fixtures.live_server import environment, sign_up_at
from tests.fixtures.server import CALLBACK, TEST_KEY, Server

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def run(page: str, number: int, server: Server, **variables: str) -> dict[str, Any]:
    """The names that the code of a page defines; `number` counts its blocks from 0."""
    text = CODE.findall((ROOT / page).read_text())[number]
    names: dict[str, Any] = {"__name__": "page"}
    with environment(variables):
        exec(text.replace("http://localhost:3001", server.base_url), names)
    return names


async def token_of_machine(server: Server, made: Credentials, scope: str = "read:books") -> str:
    """An access token for the API."""
    assert made.secret is not None
    form = {"grant_type": "client_credentials", "resource": INDICATOR, "scope": scope}
    answer = await server.client().post("/oidc/token", data=form, auth=(made.application_id, made.secret))
    token: str = answer.json()["access_token"]
    return token


async def test_the_flask_application_signs_people_in(live_server: Server) -> None:
    made = await live_server.application(redirect_uris=("http://localhost/callback",))
    assert made.secret is not None
    variables = {"NARTHEX_APP_ID": made.application_id, "NARTHEX_APP_SECRET": made.secret}
    app: Flask = run("docs/how-to/use-the-python-sdk.md", 0, live_server, **variables)["app"]
    visitor = app.test_client()
    assert visitor.get("/").text == "Not authenticated <a href='/sign-in'>Sign in</a>"
    sent = await asyncio.to_thread(visitor.get, "/cart")
    url = (await asyncio.to_thread(visitor.get, sent.headers["Location"])).headers["Location"]
    answer = await sign_up_at(live_server.browser(), url)
    back = await asyncio.to_thread(visitor.get, answer.headers["location"])
    assert back.headers["Location"] == "/cart"
    assert visitor.get("/cart").text == "The cart of ada"
    assert visitor.get("/").text.startswith("Authenticated")
    await asyncio.to_thread(visitor.get, "/sign-out")
    assert visitor.get("/").text.startswith("Not authenticated")


async def test_the_functions_for_everything_else_work(live_server: Server, book_api: BookApi) -> None:
    made, storage = await live_server.application(), MemoryStorage()
    code = run("docs/how-to/use-the-python-sdk.md", 1, live_server)
    client = code["new_client"](live_server.base_url, made.application_id, made.secret)
    with pytest.raises(NotAuthenticated):
        await code["token_for_the_api"](client, storage)
    browser = live_server.browser()
    form = await browser.get(await code["start"](client, storage))
    answer = await browser.submit(form, {"username": "ada", "password": "correct-Horse-42-staple"})
    location = answer.headers["location"]
    assert await code["come_back"](client, storage, location) == "Hello, ada"
    assert (await code["token_for_the_api"](client, storage)).count(".") == 2
    assert (await code["come_back"](client, storage, location)).startswith("Not signed in: This answer belongs to no")
    await client.close()


async def test_the_page_about_apis_leads_to_an_api_that_lets_readers_in(live_server: Server, database_url: str) -> None:
    page = "docs/how-to/protect-an-api.md"
    made = await live_server.application(ApplicationType.MACHINE_TO_MACHINE, name="Stocktaker")
    people = await live_server.application()
    await live_server.browser().sign_up(people.application_id, CALLBACK)
    script = CODE.findall((ROOT / page).read_text())[0]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, made.application_id, "ada"),
        env={"NARTHEX_DATABASE_URL": database_url, "NARTHEX_ENCRYPTION_KEY": TEST_KEY},
    )
    assert await process.wait() == 0
    await live_server.app.directory.refresh()
    token = await token_of_machine(live_server, made)
    without = await token_of_machine(live_server, made, scope="write:books")
    [number] = [n for n, text in enumerate(CODE.findall((ROOT / page).read_text())) if "FlaskGuard" in text]
    api = run(page, number, live_server)["app"].test_client()
    expected = {without: 403, token: 200, token[:-4]: 401, "": 400}
    for sent, status in expected.items():
        answer = await asyncio.to_thread(api.get, "/books", headers={"Authorization": f"Bearer {sent}"})
        assert answer.status_code == status, sent
    assert api.get("/books").headers["WWW-Authenticate"] == "Bearer"
    scopes_of = run(page, number + 1, live_server)["scopes_of"]
    assert await asyncio.to_thread(scopes_of, token) == ["read:books"]


async def test_the_readme_of_the_package_runs(live_server: Server) -> None:
    page = "sdk/client/README.md"
    names = run(page, 0, live_server)
    text = CODE.findall((ROOT / page).read_text())[1].replace("http://localhost:3001", live_server.base_url)
    exec(text, names)
    visitor = names["app"].test_client()
    assert visitor.get("/").headers["Location"] == "/sign-in?next=/"
    assert visitor.get("/books").status_code == 401
