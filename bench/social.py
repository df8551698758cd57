"""Signing in through a connector: authorize, button, provider, callback, code, tokens. The provider takes no part in
the CPU time that is measured: it runs beside."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.client import Connection, Operation
from bench.measuring import Work, alone
from bench.operations import FIELD, Target, authorize_path, browser_of, redeem
from bench.results import Result, absolute
from bench.seeding import PROVIDER_PORT, Seeds
from bench.servers import ROOT, START_SECONDS, Server
from tests.fixtures.database import END_WITH_PARENT

PEOPLE = 100


@contextmanager
def provider(log: Path) -> Iterator[None]:
    """The provider, as long as it is needed."""
    with log.open("ab") as out:
        command = [*END_WITH_PARENT, sys.executable, "-m", "bench.provider", str(PROVIDER_PORT)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        _wait()
        yield
    finally:
        process.terminate()
        process.wait()


def _wait() -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", PROVIDER_PORT), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the provider of the benchmarks did not start")


def social_sign_in(target: Target) -> Operation:
    """A person signs in through the connector `bench` with a new browser; the first time makes the account."""
    numbers = count()

    async def run(connection: Connection) -> None:
        browser = browser_of(target, connection)
        page = await browser.follow(await browser.get(authorize_path(target)))
        found = FIELD.findall(page.expect(200).body)
        query = _query_of_form(page.body)
        out = await browser.post(f"/sign-in/social/bench?{query}", {"form_token": found[-1].decode()})
        sent = parse_qs(urlsplit(out.expect(303).location).query)
        code = f"person{next(numbers) % PEOPLE}.{sent['nonce'][0]}"
        back = urlsplit(sent["redirect_uri"][0]).path
        landed = await browser.follow(
            await browser.get(f"{back}?{urlencode({'code': code, 'state': sent['state'][0]})}")
        )
        given = parse_qs(urlsplit(landed.location).query)["code"][0]
        (await connection.send(redeem(target, given))).expect(200)

    return run


def _query_of_form(page: bytes) -> str:
    action = page.partition(b'action="/sign-in/social/bench?')[2].partition(b'"')[0]
    return action.decode().replace("&amp;", "&")


def social_times(database: str, seeds: Seeds, ours: Server, folder: Path) -> list[Result]:
    """The CPU time of the whole sign-in."""
    with provider(folder / "provider.log"):
        work = Work("sign-in by connector", social_sign_in, 100, connections=4)
        return [absolute(work.name, database, alone(work, seeds, ours))]
