"""What a page is made of, as a browser would read it: its elements, what runs, and where it leads."""

from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx2

LINKS = {"href", "src", "action", "formaction", "poster", "srcset", "data", "ping", "background", "xlink:href"}
VOID = {"meta", "link", "input", "img", "br", "source", "use", "path", "circle", "rect", "line"}


class Element(NamedTuple):
    """An element with the names of its attributes."""

    tag: str
    attributes: tuple[str, ...]


class Page(HTMLParser):
    """The elements and addresses of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.addresses: list[str] = []
        self.comments: list[str] = []
        self.script = ""
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and where it leads."""
        self.elements.append(Element(tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in LINKS]
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """Note what a script element holds."""
        if self._in_script:
            self.script += data.strip()

    def handle_comment(self, data: str) -> None:
        """Note a comment; some browsers run what stands in odd ones."""
        self.comments.append(data)


def foreign_links(response: httpx2.Response, host: str) -> list[str]:
    """The addresses of a page that lead to this host, as a browser resolves them."""
    if not response.headers.get("content-type", "").startswith("text/html"):
        return []
    base = str(response.request.url)
    return [address for address in Page(response.text).addresses if host in _host(base, address)]


def _host(base: str, address: str) -> str:
    # Browsers drop tabs and line breaks and take a backslash for a slash.
    plain = address.replace("\t", "").replace("\n", "").replace("\r", "").strip().replace("\\", "/")
    return urlsplit(urljoin(base, plain)).netloc


def active_parts(page: Page) -> list[str]:
    """What would run: handlers, script addresses, scripts in the page, frames."""
    handlers = [f"{tag} {name}" for tag, names in page.elements for name in names if name.startswith("on")]
    schemes = [
        one for one in page.addresses if one.strip().lower().startswith(("javascript:", "data:text", "vbscript:"))
    ]
    embedded = [tag for tag, _ in page.elements if tag in {"iframe", "object", "embed", "base", "frame", "applet"}]
    return [*handlers, *schemes, *embedded, *([page.script] if page.script else [])]
