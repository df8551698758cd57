"""Every address that the server answers is asked for by some test."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.house.source import Module, expect_none, modules

SURFACES = {
    *("app", "edge", "console", "oidc", "sign_in", "account", "management_api", "demo_app", "docs_site", "operations"),
}
PATH = re.compile(r"/[a-z.][\w./{}:-]*")
PARAMETER = re.compile(r"\{[^}]*\}")


def untested(surfaces: Iterable[Module], tests: Iterable[Module]) -> list[str]:
    asked = {text for module in tests for text in _texts(module.tree)}
    return [
        f"{module.path}: no test asks for {path}"
        for module in surfaces
        for path in sorted(set(addresses(module.tree)))
        if not any(re.search(_pattern(path), text) for text in asked)
    ]


def addresses(tree: ast.Module) -> Iterator[str]:
    """Paths in the places where a path is chosen: routes, keys of tables, cases and comparisons."""
    for node in ast.walk(tree):
        for choice in _choices(node):
            yield from (text for text in _constants(choice) if PATH.fullmatch(text))


def _choices(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.Set):
        return list(node.elts)
    if isinstance(node, ast.match_case):
        return [node.pattern]
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.In)):
        return list(node.comparators)
    is_route = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Route", "Mount"}
    return list(node.args[:1]) if is_route and isinstance(node, ast.Call) else []


def _constants(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _texts(tree: ast.Module) -> Iterator[str]:
    """Texts of a test; what an f-string fills in stands as a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "_" for one in node.values)


def _pattern(path: str) -> str:
    parts = [re.escape(part) for part in PARAMETER.split(path)]
    return r"[^/?#]+".join(parts) + ("" if path.endswith("/") else r"(?![\w/.-])")


def test_every_address_is_asked_for() -> None:
    surfaces = [module for module in modules("src/") if module.slice in SURFACES]
    tests = [module for module in modules("tests/") if not module.path.startswith("tests/house/")]
    expect_none(untested(surfaces, tests))


@pytest.mark.parametrize(
    "text",
    [
        "ROUTES = {'/oidc/token': token}",
        "STEPS = {('POST', '/oidc/token'): token}",
        "PATHS = frozenset({'/oidc/token'})",
        "match method, path:\n    case ('POST', '/oidc/token'): pass",
        "if path == '/oidc/token': pass",
        "routes = [Route('/oidc/token', token)]",
    ],
)
def test_an_address_without_a_test_is_caught(text: str) -> None:
    surface = Module.of(text, "src/narthex/oidc/routes.py")
    assert untested([surface], []) == ["src/narthex/oidc/routes.py: no test asks for /oidc/token"]
    assert untested([surface], [Module.of("post('/oidc/token/revocation')")]) != []
    assert untested([surface], [Module.of("post(f'{base}/oidc/token?x=1')")]) == []


def test_a_parameter_stands_for_any_text() -> None:
    surface = Module.of("routes = [Route('/api/users/{id}/roles', f)]", "src/narthex/management_api/users.py")
    assert untested([surface], [Module.of("get(f'/api/users/{user.id}/roles')")]) == []
    assert untested([surface], [Module.of("get('/api/users')")]) != []
