"""The weight of the sign-in page: what a browser loads with an empty cache, the favicon apart."""

import re

import uvloop
from msgspec import Struct

from bench.client import Connection, Reply, connect, get
from bench.measuring import LARGEST
from bench.operations import Target, sign_in_page_request
from bench.results import Result

MOST_BYTES = 20_000
MOST_REQUESTS = 3
LINK = re.compile(r'<link rel="(?!icon)[^"]*" href="([^"]+)"|<(?:script|img)[^>]* src="([^"]+)"')


class Page(Struct, frozen=True):
    """The page as text, and the bytes of each answer's body as they travel."""

    text: str
    sizes: dict[str, int]


def load_page(port: int, target: Target) -> Page:
    """Load the page and what it asks for."""

    async def load() -> Page:
        (connection,) = await connect(port, 1)
        page = (await connection.send(sign_in_page_request(target))).expect(200)
        text = _text(page)
        sizes = {"the page": len(page.body)}
        for first, second in LINK.findall(text):
            path = (first or second).replace("&amp;", "&")
            if path.startswith("data:"):
                continue  # it came with the page
            sizes[path] = len((await _asset(connection, target.host, path)).body)
        connection.close()
        return Page(text, sizes)

    return uvloop.run(load())


def _text(page: Reply) -> str:
    if b"content-encoding: gzip" in page.head.lower():
        import gzip

        return gzip.decompress(page.body).decode()
    return page.body.decode()


async def _asset(connection: Connection, host: str, path: str) -> Reply:
    assert path.startswith("/"), f"{path} is not of this server"
    return (await connection.send(get(host, path, {"Accept-Encoding": "gzip"}))).expect(200)


def weight(page: Page) -> list[Result]:
    """The results."""
    total, requests = sum(page.sizes.values()), len(page.sizes)
    heaviest = sorted(page.sizes.items(), key=lambda item: -item[1])[:LARGEST]
    causes = tuple(f"{size / 1000:4.1f} kB  {name}" for name, size in heaviest)
    return [
        Result(
            "sign-in page, size",
            "",
            "",
            f"{total / 1000:.1f} kB",
            budget=f"{MOST_BYTES // 1000} kB",
            share=total / MOST_BYTES,
            causes=causes,
        ),
        Result(
            "sign-in page, requests",
            "",
            "",
            str(requests),
            budget=str(MOST_REQUESTS),
            share=requests / MOST_REQUESTS,
            causes=causes,
        ),
    ]
