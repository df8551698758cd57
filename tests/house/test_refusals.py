"""Refusals whose writes are committed all the same are few, and each is listed with its reason."""

import ast
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tests.house.source import Module, modules

LISTED = Path(__file__).with_name("keeps_writes.toml")


def keeping(checked: Iterable[Module]) -> set[str]:
    """Names of the classes that set `keeps_writes`, and the places that set it on anything else."""
    found = set()
    for module in checked:
        classes = [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
        owner = {id(statement): f"{module.name}.{one.name}" for one in classes for statement in one.body}
        for node in ast.walk(module.tree):
            if _sets(node) and not (isinstance(node, ast.AnnAssign) and module.name == "narthex.kit.errors"):
                found.add(owner.get(id(node), f"{module.path}:{getattr(node, 'lineno', 0)}"))
    return found


def _sets(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    elif isinstance(node, ast.Call):
        return any(isinstance(one, ast.Constant) and one.value == "keeps_writes" for one in node.args)
    else:
        return False
    return any(getattr(target, "attr", getattr(target, "id", "")) == "keeps_writes" for target in targets)


def test_refusals_that_keep_their_writes_are_listed() -> None:
    listed = tomllib.loads(LISTED.read_text())
    assert keeping(modules("src/")) == set(listed)
    assert all(listed.values()), "say which writes must survive"


def test_one_that_is_not_listed_is_caught() -> None:
    assert keeping([Module.of("class Reused(Refusal):\n    keeps_writes = True")]) == {"narthex.users.service.Reused"}
    assert keeping([Module.of("class Reused(Refusal):\n    keeps_writes: ClassVar[bool] = True")]) != set()
    assert keeping([Module.of("def f(error):\n    error.keeps_writes = True")]) == {"src/narthex/users/service.py:2"}
    assert keeping([Module.of("setattr(error, 'keeps_writes', True)")]) != set()
    assert keeping([Module.of("if error.keeps_writes: commit()")]) == set()
