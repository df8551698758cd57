"""Bundles of our sources: joined, trimmed, compressed once, and named by a digest of their content."""

import gzip
import hashlib
import re
from functools import cache, lru_cache
from importlib import resources

from msgspec import Struct

from narthex.static.brand import brand_rules, hex_digits

_LOOK = ("css/tokens.css", "css/base.css", "css/sign-in.css")
_CONSOLE_MODULES = (
    *("theme", "copy", "reveal", "tabs", "guard"),
    *("filter", "dialog", "rows", "steps", "preview", "picture"),
)
_SOURCES = {
    "hosted.css": _LOOK,
    "demo.css": (*_LOOK, "css/demo.css"),
    "console.css": ("css/tokens.css", "css/base.css", "css/console.css"),
    "hosted.js": ("js/reveal.js", "js/rules.js", "js/busy.js", "js/submit.js"),
    "demo.js": ("js/copy.js", "js/busy.js"),
    "console.js": (*(f"js/console/{name}.js" for name in _CONSOLE_MODULES), "js/busy.js"),
    "logo.svg": ("logo.svg",),
    "icons.svg": ("icons.svg",),
}
_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"

_CSS_TOKEN = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|/\*.*?\*/|\s+""", re.DOTALL)
_CSS_GAP = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')| ?([{};,]) ?|(?<=[\w-]): """)
_NAME = re.compile(r"(\w+)(?:\.([0-9a-f]{10}))?\.(css|js|svg)")


class Asset(Struct, frozen=True):
    """What one address under /static/ answers with. `compressed` is the body in gzip."""

    body: bytes
    compressed: bytes
    media_type: str
    cache_control: str


@cache
def bundle(name: str) -> bytes:
    """The sources of a bundle as one file; KeyError for an unknown one."""
    kind = name.rpartition(".")[2]
    texts = [_source(path) for path in _SOURCES[name]]
    if kind == "css":
        return "".join(_trimmed_style(text) for text in texts).encode()
    if kind == "js":
        # A block of its own keeps the names of each module apart.
        return "".join(f"{{{_trimmed_script(text)}}}\n" for text in texts).encode()
    return "".join(texts).encode()


@cache
def asset_name(name: str) -> str:
    """The name in the address, with the digest: `hosted.css` becomes `hosted.0123456789.css`."""
    stem, _, kind = name.rpartition(".")
    return f"{stem}.{_digest(name)}.{kind}"


def hosted_stylesheet(brand: str | None, dark: str | None, name: str = "hosted.css") -> bytes:
    """A stylesheet with a tenant's colours behind it; what is not six hexadecimal digits counts as not given."""
    return bundle(name) + brand_rules(brand, dark).encode()


def find(path: str, brand: str | None = None, dark: str | None = None) -> Asset | None:
    """The asset at `/static/<path>?brand=…&dark=…`, or None.

    An address of another version gets today's content, but may not keep it: nodes of two versions can serve one page.
    """
    match = _NAME.fullmatch(path)
    name = f"{match[1]}.{match[3]}" if match else ""
    if match is None or name not in _SOURCES:
        return None
    return _asset(name, match[2] == _digest(name), hex_digits(brand), hex_digits(dark))


@lru_cache(maxsize=64)
def _asset(name: str, current: bool, brand: str | None, dark: str | None) -> Asset:
    kind = name.rpartition(".")[2]
    body = hosted_stylesheet(brand, dark, name) if kind == "css" else bundle(name)
    cache_control = _FOR_EVER if current else _ASK_AGAIN
    return Asset(body, gzip.compress(body, 9, mtime=0), _MEDIA_TYPES[kind], cache_control)


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(bundle(name)).hexdigest()[:10]


def _source(path: str) -> str:
    return (resources.files("narthex.static") / path).read_text()


def _trimmed_style(text: str) -> str:
    spaced = _CSS_TOKEN.sub(lambda match: match[1] or " ", text)
    return _CSS_GAP.sub(lambda match: match[1] or match[2] or ":", spaced).strip()


def _trimmed_script(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
