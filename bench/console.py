"""The Admin Console under load: what its pages weigh, and the CPU time that one takes."""

import gzip

import uvloop

from bench.client import Connection, Operation, connect, get
from bench.measuring import LARGEST, Work, alone
from bench.operations import Target
from bench.page import LINK
from bench.results import Result, absolute
from bench.seeding import CONSOLE_SECRET, Seeds
from bench.servers import Server

MOST_BYTES = 60_000
COOKIE = "console.admin"
PAGES = (
    "get-started",
    "dashboard",
    "applications",
    "sign-in-experience/sign-up-and-sign-in",
    "connectors",
    "users",
    "roles",
    "audit-log",
)
# One that reads a list, one that counts, one that is all form.
MEASURED = ("users", "dashboard", "sign-in-experience/sign-up-and-sign-in")


def page_request(target: Target, page: str) -> bytes:
    """The request for a page, as an operator's browser sends it."""
    headers = {"Cookie": f"{COOKIE}={CONSOLE_SECRET}", "Accept": "text/html", "Accept-Encoding": "gzip"}
    return get(target.host, f"/console/default/{page}", headers)


def console_work(page: str) -> Work:
    """Loading one page, again and again."""

    def make(target: Target) -> Operation:
        request = page_request(target, page)

        async def run(connection: Connection) -> None:
            (await connection.send(request)).expect(200)

        return run

    return Work(f"console page, {page}", make, 150)


def console_times(database: str, seeds: Seeds, ours: Server) -> list[Result]:
    """The CPU time of a page; there is no floor to compare it with, since it is many small things."""
    works = [console_work(page) for page in MEASURED]
    return [absolute(work.name, database, alone(work, seeds, ours)) for work in works]


def console_weight(port: int, target: Target) -> list[Result]:
    """The heaviest page with its stylesheet, its modules and its icons, each compressed."""
    sizes = uvloop.run(_sizes(port, target))
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])
    page, most = heaviest[0]
    causes = tuple(f"{size / 1000:4.1f} kB  {name}" for name, size in heaviest[:LARGEST])
    return [
        Result(
            f"console page, size ({page})",
            "",
            "",
            f"{most / 1000:.1f} kB",
            budget=f"{MOST_BYTES // 1000} kB",
            share=most / MOST_BYTES,
            causes=causes,
        )
    ]


async def _sizes(port: int, target: Target) -> dict[str, int]:
    (connection,) = await connect(port, 1)
    assets: dict[str, int] = {}
    sizes = {}
    for page in PAGES:
        body = (await connection.send(page_request(target, page))).expect(200).body
        text = body.decode()
        links = {(first or second).split("#")[0] for first, second in LINK.findall(text)}
        paths = {link for link in links if link.startswith("/")} | _sprites(text)
        for path in paths - assets.keys():
            asset = (await connection.send(get(target.host, path, {"Accept-Encoding": "gzip"}))).expect(200)
            assets[path] = len(asset.body)
        sizes[page] = len(gzip.compress(body)) + sum(assets[path] for path in paths)
    connection.close()
    return sizes


def _sprites(text: str) -> set[str]:
    return {part.split("#")[0] for part in text.split('<use href="')[1:]}
