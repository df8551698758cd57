"""Names say what a thing is; a name that fits anything says nothing."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.house.source import Module, expect_none, modules

EMPTY_WORDS = {
    *("base", "common", "helper", "helpers", "impl", "manager", "managers", "misc"),
    *("mixin", "mixins", "shared", "stuff", "util", "utilities", "utils"),
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def empty_names(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}: {name!r} has the empty word {word!r}"
        for module in checked
        for name in _names(module)
        for word in WORD.findall(name)
        if word.lower() in EMPTY_WORDS
    ]


def _names(module: Module) -> Iterator[str]:
    path = PurePosixPath(module.path)
    yield path.stem
    if path.stem == "__init__":
        yield path.parent.name
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            yield node.name


def test_no_name_is_empty() -> None:
    expect_none(empty_names(modules()))


@pytest.mark.parametrize(
    "name", ["SessionManager", "BaseConnector", "TokenUtil", "HTTPHelper", "AuditMixin", "StoreImpl"]
)
def test_an_empty_class_name_is_caught(name: str) -> None:
    assert empty_names([Module.of(f"class {name}: ...")]) != []


@pytest.mark.parametrize("path", ["utils.py", "helpers/__init__.py", "users/user_helpers.py", "token_manager.py"])
def test_an_empty_module_name_is_caught(path: str) -> None:
    assert empty_names([Module.of("", f"src/narthex/{path}")]) != []


@pytest.mark.parametrize("name", ["Base64Url", "Database", "Implicit", "Commonality"])
def test_a_word_that_only_begins_alike_may_stay(name: str) -> None:
    assert empty_names([Module.of(f"class {name}: ...", "src/narthex/kit/base64url.py")]) == []
