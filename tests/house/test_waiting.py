"""Parts of security tests that wait for a feature wait no longer than until it exists.

`tests/security/waiting.toml` lists them:

    [[waiting]]
    id = "T6"                                            # the row of the list of attacks
    part = "client assertions"                           # what of it is not tested yet
    feature = "private_key_jwt"                          # what it waits for
    exists_when = "narthex.oidc.client_assertion"        # a module, or a name in one, that comes with it
"""

import re
import tomllib
from collections.abc import Iterable
from importlib.util import find_spec, resolve_name

import msgspec
import pytest

from tests.house.source import ROOT, expect_none

LIST = ROOT / "tests" / "security" / "waiting.toml"
ID = re.compile(r"[A-Z]{1,2}\d+[a-z]?")


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the list."""

    id: str
    part: str
    feature: str
    exists_when: str


class WaitingList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole list."""

    waiting: tuple[Waiting, ...] = ()


def overdue(entries: Iterable[Waiting]) -> list[str]:
    return [
        f"{entry.id}, {entry.part}: {entry.exists_when} exists, so {entry.feature} does: write the test"
        for entry in entries
        if exists(entry.exists_when)
    ]


def unclear(entries: Iterable[Waiting]) -> list[str]:
    return [
        f"{entry.id}: {entry}"
        for entry in entries
        if not (ID.fullmatch(entry.id) and entry.part and entry.feature and entry.exists_when.startswith("narthex."))
    ]


def exists(name: str) -> bool:
    """Whether a module of this name is there, or a name in the module before its last dot."""
    outer, _, inner = resolve_name(name, None).rpartition(".")
    if not outer or (outer.count(".") and not exists(outer)):
        return False
    if _is_module(name):
        return True
    if not _is_module(outer):
        return False
    module = __import__(outer, fromlist=["*"])
    return hasattr(module, inner)


def _is_module(name: str) -> bool:
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return False
    # A folder that only holds left-over caches counts for nothing.
    return spec is not None and spec.origin is not None


def entries_of(text: str) -> tuple[Waiting, ...]:
    return msgspec.convert(tomllib.loads(text), WaitingList).waiting


def test_nothing_waits_for_what_exists() -> None:
    assert LIST.exists(), "tests/security/waiting.toml is missing; an empty one is allowed"
    entries = entries_of(LIST.read_text())
    expect_none([*unclear(entries), *overdue(entries)])


def entry(exists_when: str, row: str = "T6") -> str:
    return f'[[waiting]]\nid = "{row}"\npart = "a part"\nfeature = "a feature"\nexists_when = "{exists_when}"\n'


@pytest.mark.parametrize(
    "name", ["narthex.settings", "narthex.settings.Settings", "narthex.kit.jose", "narthex.kit.jose.Signer"]
)
def test_what_exists_is_overdue(name: str) -> None:
    assert len(overdue(entries_of(entry(name)))) == 1


@pytest.mark.parametrize(
    "name", ["narthex.nothing", "narthex.nothing.at.all", "narthex.settings.Nothing", "narthex.kit.jose.Signer.nothing"]
)
def test_what_does_not_exist_may_wait(name: str) -> None:
    assert overdue(entries_of(entry(name))) == []


def test_an_unclear_entry_is_caught() -> None:
    assert unclear(entries_of(entry("narthex.nothing", row="somewhere"))) != []
    assert unclear(entries_of(entry("os.path"))) != []
    with pytest.raises(msgspec.ValidationError):
        entries_of('[[waiting]]\nid = "T6"\n')
