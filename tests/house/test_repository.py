"""What may not stand in any file of the repository."""

import json
import re
from collections.abc import Iterable

import pytest

from tests.house.source import ROOT, expect_none, texts

# Written in pieces, so that this file does not hold what it forbids.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
PATHS = re.compile(r"(?<![\w.~-])/(?:ro" + r"ot|wo" + r"rk|Us" + r"ers|ho" + r"me)/[\w.-]+")
HOSTS = re.compile(
    r"(?:pypi|python" + r"hosted|test\.pypi)\.org|registry\.np" + r"mjs\.org|npmjs\.com/package|deb\.deb" + r"ian\.org"
    r"|proxy\.go" + r"lang\.org|repo\d?\.maven|crates" + r"\.io/"
)
RULES = {
    UNFINISHED: "an unfinished thing is an issue, not a comment",
    PATHS: "a path of somebody's machine",
    HOSTS: "the host of a package registry",
}
LOCK = ROOT / "tests" / "node" / "package-lock.json"


def forbidden(checked: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{path}:{number}: {rule}: {match[0]}"
        for path, text in checked
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, rule in RULES.items()
        if (match := pattern.search(line))
    ]


def addresses(lock: str) -> list[str]:
    """What in a package-lock.json names an address or lacks a digest."""
    packages = {name: package for name, package in json.loads(lock)["packages"].items() if name}
    return [
        f"{name}: {fault}"
        for name, package in packages.items()
        for fault in ("resolved", "funding", "integrity")
        if (fault in package) != (fault == "integrity")
    ]


def test_no_file_holds_what_is_forbidden() -> None:
    expect_none(forbidden(texts()))


def test_the_lock_of_npm_holds_digests_and_no_address() -> None:
    expect_none(addresses(LOCK.read_text()))


@pytest.mark.parametrize(
    "line",
    [
        "# TO" + "DO: later",
        "x = 1  # FIX" + "ME",
        "open('/ro" + "ot/.ssh')",
        "cd /wo" + "rk/main",
        "see https://py" + "pi.org/project/narthex",
        '"resolved": "https://registry.np' + 'mjs.org/koa/-/koa-3.tgz"',
    ],
)
def test_a_forbidden_line_is_caught(line: str) -> None:
    assert forbidden([("docs/page.md", f"first\n{line}\n")])[0].startswith("docs/page.md:2: ")


@pytest.mark.parametrize(
    "line", ["a method to do", "/var/lib/narthex/narthex.db", "<a href='/t/wo" + "rk/ho" + "me/'>", "/network/"]
)
def test_other_lines_may_stay(line: str) -> None:
    assert forbidden([("docs/page.md", line)]) == []


@pytest.mark.parametrize("package", [{"resolved": "x", "integrity": "y"}, {"funding": {}, "integrity": "y"}, {}])
def test_a_lock_with_an_address_or_without_a_digest_is_caught(package: object) -> None:
    assert addresses(json.dumps({"packages": {"": {}, "node_modules/koa": package}})) != []
