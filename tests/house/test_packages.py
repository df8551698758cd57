"""A package opens with a paragraph, knows its place, and receives what it needs."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.house.source import Module, expect_none, modules, ours

PARAGRAPH = 60
# Inside a slice each may import those before it.
INSIDE = ("tables", "schemas", "service")
READS_SETTINGS = {"app", "cli", "settings"}


def without_paragraph(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}: a package opens with a paragraph: what it owns, and who uses it"
        for module in checked
        if module.path.endswith("__init__.py")
        if len(docstring := ast.get_docstring(module.tree) or "") < PARAGRAPH or not docstring.endswith((".", "`"))
    ]


def upward_inside(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}:{line}: {part} imports {imported}; inside a slice it is service, schemas, tables"
        for module in checked
        if (part := module.name.rpartition(".")[2]) in INSIDE
        for line, imported in imports(module.tree)
        for above in INSIDE[INSIDE.index(part) + 1 :]
        if imported.startswith(f"narthex.{module.slice}.{above}")
    ]


def settings_at_module_level(checked: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}:{line}: only app and cli read settings; take what you need as an argument"
        for module in checked
        if module.slice not in READS_SETTINGS
        for line, imported in imports(ast.Module(_outside_functions(module.tree), []))
        if imported.startswith("narthex.settings")
    ]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _outside_functions(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]


def test_every_package_opens_with_a_paragraph() -> None:
    expect_none(without_paragraph(ours()))


def test_no_slice_imports_upward_inside() -> None:
    expect_none(upward_inside(modules("src/")))


def test_only_app_and_cli_import_settings() -> None:
    expect_none(settings_at_module_level(modules("src/")))


@pytest.mark.parametrize("text", ["", '"""Users."""', "import narthex"])
def test_a_package_without_a_paragraph_is_caught(text: str) -> None:
    assert without_paragraph([Module.of(text, "src/narthex/users/__init__.py")]) != []


def test_an_upward_import_inside_a_slice_is_caught() -> None:
    upward = Module.of("from narthex.users.service import find", "src/narthex/users/schemas.py")
    downward = Module.of("from narthex.users.tables import users", "src/narthex/users/schemas.py")
    foreign = Module.of("from narthex.tenants.service import find", "src/narthex/users/schemas.py")
    assert len(upward_inside([upward])) == 1
    assert upward_inside([downward, foreign]) == []


@pytest.mark.parametrize(
    "text", ["from narthex.settings import Settings", "import narthex.settings", "from narthex import settings"]
)
def test_settings_at_module_level_are_caught(text: str) -> None:
    assert settings_at_module_level([Module.of(text)]) != []
    assert settings_at_module_level([Module.of(text, "src/narthex/app.py")]) == []
    assert settings_at_module_level([Module.of(text, "src/narthex/cli/serve.py")]) == []
