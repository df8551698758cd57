"""Pages ask nothing of other hosts and hold nothing that their Content-Security-Policy forbids."""

import json
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.house.source import expect_none, texts

SUFFIXES = (".css", ".html", ".js", ".mjs", ".svg")
# Names of XML namespaces are not addresses.
NAMESPACE = re.compile(r"http://www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml|XML/1998/namespace)")
ANY_FILE = {
    "an address of another host": re.compile(r"https?://|(?:src|href|action|url\(|import|from)\s*[=(]?\s*[\"']?//\w"),
    "an import by name, not by path": re.compile(r"^\s*import\s+(?:[^\"']*\bfrom\s+)?[\"'](?![./])", re.MULTILINE),
}
# A picture brings its own styles; a page may not.
PAGE = {"a style in the page": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE)}
MARKUP = {
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event handler in the page": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script as an address": re.compile(r"javascript:", re.IGNORECASE),
}
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$|<!--.*?-->|{#.*?#}", re.DOTALL | re.MULTILINE)
PHRASES = re.compile(r"(?P<folder>.*/phrases)/(?P<language>[^/]+?)(?:/[^/]+)?\.json")
PLACEHOLDER = re.compile(r"{(\w+)(?:, *plural, *(?:\w+ *{[^{}]*} *)+)?}")


def third_party(checked: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{path}: {what}" for path, text in checked for what in _faults(path, COMMENT.sub("", text))]


def _faults(path: str, text: str) -> Iterator[str]:
    kind = path.rpartition(".")[2]
    rules = ANY_FILE | (MARKUP if kind in {"html", "svg"} else {}) | (PAGE if kind == "html" else {})
    without = NAMESPACE.sub("", text)
    yield from (f"{what}: {found[0].strip()!r}" for what, rule in rules.items() if (found := rule.search(without)))


def uneven(catalogues: dict[str, dict[str, str]]) -> list[str]:
    """Where a language lacks a phrase of English, has one more, or leaves out a placeholder."""
    english = catalogues["en"]
    return [
        f"{language}: {key}"
        for language, phrases in catalogues.items()
        for key in sorted(english.keys() | phrases.keys())
        if not phrases.get(key) or _placeholders(english.get(key)) != _placeholders(phrases[key])
    ]


def _placeholders(phrase: str | None) -> set[str] | None:
    return None if phrase is None else set(PLACEHOLDER.findall(phrase))


def _catalogues() -> dict[str, dict[str, dict[str, str]]]:
    """The phrases of each folder named `phrases`, by language: one file a language, or one folder of files."""
    folders: dict[str, dict[str, dict[str, str]]] = {}
    for path, text in texts(".json", under="src/"):
        if found := PHRASES.fullmatch(path):
            folders.setdefault(found["folder"], {}).setdefault(found["language"], {}).update(json.loads(text))
    return folders


def test_nothing_is_third_party() -> None:
    expect_none(third_party(texts(*SUFFIXES, under="src/")))


def test_every_language_has_every_phrase() -> None:
    catalogues = _catalogues()
    expect_none(f"{folder}/{fault}" for folder, languages in catalogues.items() for fault in uneven(languages))
    assert all({"en", "ja"} <= languages.keys() for languages in catalogues.values())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.css", "@import 'https://fonts.example/a.css';"),
        ("a.css", "b { background: url(//cdn.example/a.png) }"),
        ("a.html", "<script src='https://cdn.example/a.js'></script>"),
        ("a.html", "<img src=//cdn.example/a.png>"),
        ("a.html", "<script>go()</script>"),
        ("a.html", "<p style='color: red'>"),
        ("a.html", "<style>p {}</style>"),
        ("a.html", "<a onclick='go()'>"),
        ("a.html", "<a href='javascript:go()'>"),
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>go()</script></svg>"),
        ("a.js", "import { go } from 'lodash';"),
        ("a.js", "fetch('https://api.example/')"),
    ],
)
def test_a_third_party_is_caught(path: str, text: str) -> None:
    assert third_party([(path, text)]) != []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.css", "/* after https://www.w3.org/TR/css-color-4/ */ p { color: red }"),
        ("a.html", "<script type=module src='{{ script }}'></script><a href='/sign-in'>on time = now</a>"),
        ("a.js", "import { go } from './go.js';\n// https://example.org/why\nconst half = a // b\n"),
    ],
)
def test_our_own_may_stay(path: str, text: str) -> None:
    assert third_party([(path, text)]) == []


@pytest.mark.parametrize(
    "japanese", [{}, {"a": "", "b": "{n}"}, {"a": "x", "b": "y"}, {"a": "x", "b": "{n}", "c": "z"}]
)
def test_an_uneven_catalogue_is_caught(japanese: dict[str, str]) -> None:
    assert uneven({"en": {"a": "x", "b": "{n} doors"}, "ja": japanese}) != []
    assert uneven({"en": {"a": "x", "b": "{n, plural, one {# door} other {#}}"}, "ja": {"a": "x", "b": "{n}"}}) == []
