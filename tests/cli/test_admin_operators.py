"""`narthex admin set-up-link`, `invite-operator`, `recover` and `operators`; the link that `serve` shows."""

import asyncio
import json
import os
import pty
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from narthex.app import Narthex, create_app
from narthex.settings import read_settings
from tests.fixtures.command import Command, Served
from tests.fixtures.walk import PASSWORD, Browser

LINK = re.compile(r"http://localhost:\d+/t/admin/set-up\?token=[A-Za-z0-9_-]{43}")


@pytest.fixture
def ready(narthex: Command) -> Command:
    """The command, with a database set up."""
    assert narthex("init").exit_code == 0
    return narthex


def printed(command: Command, *arguments: str) -> str:
    """The link that a command prints, as text and as JSON alike."""
    result = command("admin", *arguments)
    assert result.exit_code == 0, result.output
    [link] = LINK.findall(result.stdout)
    assert "works once" in result.stdout
    record = json.loads(command("admin", *arguments, "--json").stdout)
    assert list(record) == ["link"]
    assert LINK.fullmatch(record["link"])
    assert record["link"] != link
    return str(record["link"])


def refused(command: Command, *arguments: str) -> str:
    """The sentence of a refusal."""
    result = command("admin", *arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    return result.output


@asynccontextmanager
async def opened(command: Command) -> AsyncIterator[Narthex]:
    """A server on the data of the command."""
    app = create_app(read_settings({"NARTHEX_DATA_DIR": str(command.folder / "data")}))
    await app.startup()
    yield app
    await app.shutdown()


async def use(command: Command, link: str, username: str, password: str = PASSWORD) -> int:
    """Do what the link is for; the status of the answer to the form."""
    async with opened(command) as app:
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost:3001")
        browser = Browser(client, "http://localhost:3001/t/admin")
        page = await browser.get(link)
        answers: list[httpx2.Response] = []

        async def note(response: httpx2.Response) -> None:
            answers.append(response)

        client.event_hooks["response"] = [note]
        await browser.submit(page, {"username": username, "password": password})
        return answers[0].status_code


async def test_the_first_operator_and_the_second_and_a_new_password(ready: Command) -> None:
    command = asyncio.to_thread
    assert "narthex admin set-up-link" in (await command(ready, "admin", "operators")).stdout
    assert "There is no operator yet. `narthex admin set-up-link`" in await command(refused, ready, "invite-operator")
    assert await use(ready, await command(printed, ready, "set-up-link"), "olivia") == 303
    assert "There is an operator already." in await command(refused, ready, "set-up-link")
    assert await use(ready, await command(printed, ready, "invite-operator"), "oscar") == 303
    assert "There is no operator 'nobody'." in await command(refused, ready, "recover", "nobody")
    link = await command(printed, ready, "recover", "Olivia")
    assert await use(ready, link, "", "another-Horse-43-staple") == 303
    lines = (await command(ready, "admin", "operators")).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["olivia", "oscar"]
    assert all(re.fullmatch(r"\w+ +owner  since [\d-]{10}  last sign-in [\d-]{10}", line) for line in lines)
    shown = json.loads((await command(ready, "admin", "operators", "--json")).stdout)["operators"]
    assert [(one["username"], one["role"], one["tenants"]) for one in shown] == [
        ("olivia", "owner", None),
        ("oscar", "owner", None),
    ]


def test_without_a_database_it_is_a_sentence(narthex: Command) -> None:
    assert "Run: narthex init" in refused(narthex, "set-up-link")


def test_a_server_shows_the_link_on_a_terminal_and_logs_it_nowhere(
    narthex: Command, serve: Callable[..., Served]
) -> None:
    ours, its = pty.openpty()
    served = serve(stdout=its)
    _, _, err = served.stop()
    os.close(its)
    text = os.read(ours, 10_000).decode()
    os.close(ours)
    [link] = LINK.findall(text)
    assert link.startswith(f"{served.base_url}/t/admin/set-up?token=")
    assert "token" not in err
    assert "narthex admin set-up-link" in err


def test_elsewhere_it_names_the_command_and_makes_no_link(narthex: Command, serve: Callable[..., Served]) -> None:
    code, out, err = serve().stop()
    assert (code, out) == (0, "")
    [line] = [one for one in map(json.loads, err.splitlines()) if one["event"] == "no operator yet"]
    assert line["next"] == "narthex admin set-up-link"
    assert "token=" not in err


async def test_once_set_up_a_server_says_where_the_console_is(ready: Command, serve: Callable[..., Served]) -> None:
    link = await asyncio.to_thread(printed, ready, "set-up-link")
    assert await use(ready, link, "olivia") == 303
    ours, its = pty.openpty()
    served = await asyncio.to_thread(serve, stdout=its)
    _, _, err = await asyncio.to_thread(served.stop)
    os.close(its)
    text = os.read(ours, 10_000).decode()
    os.close(ours)
    assert f"Console:  {served.base_url}/console" in text
    assert LINK.findall(text) == []
    assert "no operator yet" not in err
