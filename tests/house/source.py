"""What the house rules look at: the files of the repository, and its Python modules as syntax trees.

A rule is a function from modules or files to breaches, each one line of text that names the place; a test asserts that
there are none. So each rule can also be shown a bad example, made with `Module.of`.
"""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "narthex"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One Python file. `path` is relative to the repository, `name` as it is imported."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, path: str = "src/narthex/users/service.py") -> "Module":
        """The module that a file with this text at this path would be."""
        return cls(path, module_name(path), text, ast.parse(text))

    @property
    def slice(self) -> str:
        """The package or module right below narthex, such as `users`; empty for narthex itself and outside it."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "narthex" and len(parts) > 1 else ""


def expect_none(breaches: Iterable[str]) -> None:
    """Fail with every breach on a line of its own."""
    found = list(breaches)
    if found:
        pytest.fail("\n" + "\n".join(found), pytrace=False)


def module_name(path: str) -> str:
    """How the file at a path of the repository is imported."""
    parts = list(Path(path).with_suffix("").parts)
    if "src" in parts:
        parts = parts[parts.index("src") + 1 :]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


@cache
def files() -> tuple[Path, ...]:
    """Every file that is in the repository or would be added to it, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = (Path(name) for name in sorted(set(listed.stdout.split("\0"))) if name)
    return tuple(path for path in found if (ROOT / path).is_file())


def texts(*suffixes: str, under: str = "") -> Iterator[tuple[str, str]]:
    """Path and content of the text files, those with one of the suffixes if any is named."""
    for path in files():
        if path.as_posix().startswith(under) and (not suffixes or path.suffix in suffixes):
            content = (ROOT / path).read_bytes()
            if b"\0" not in content:
                yield path.as_posix(), content.decode("utf-8")


@cache
def modules(*under: str) -> tuple[Module, ...]:
    """The Python modules below the named folders, or all."""
    return tuple(Module.of(text, path) for path, text in texts(".py") if not under or path.startswith(under))


def ours() -> tuple[Module, ...]:
    """What we ship: the server and the SDK."""
    shipped = modules("src/", "sdk/")
    return tuple(module for module in shipped if "/tests/" not in module.path)


def functions(module: Module) -> Iterator[Function]:
    """Every function and method of a module, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def dotted(node: ast.expr) -> str:
    """A name or an attribute path as it is written, such as `datetime.now`; empty for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
