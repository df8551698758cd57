"""Finds every error code in the source, by following how refusals are made.

A class or function *takes a code* when one of its parameters ends up as the code of a `Refusal`, perhaps with a prefix
(`f"oidc.{error}"`). Each call of one must give a code that can be read here: a literal, a constant of its module, a
loop over literals, or the code of another refusal. Anything else is reported, so that no code is missed silently.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.house.source import Function, Module, dotted

ROOT_TAKER = "Refusal"


class Taker(NamedTuple):
    """Which parameter carries the code, counted without `self`, and what is put around it."""

    position: int
    parameter: str
    before: str = ""
    after: str = ""

    def around(self, code: str) -> str:
        return f"{self.before}{code}{self.after}"


class Codes(NamedTuple):
    """The codes that were found, each with a place, and the calls whose code cannot be read."""

    found: dict[str, str]
    unreadable: list[str]


class _Call(NamedTuple):
    module: Module
    node: ast.Call
    taker: Taker
    scopes: tuple[ast.AST, ...]


def find_codes(modules: Iterable[Module]) -> Codes:
    """Every code that some refusal of these modules can carry."""
    checked = list(modules)
    takers = {ROOT_TAKER: Taker(0, "code")}
    while len(takers) != len(takers := {**takers, **dict(_new_takers(checked, takers))}):
        pass
    codes = Codes({}, [])
    for call in _calls(checked, takers):
        place = f"{call.module.path}:{call.node.lineno}"
        given = _given(call)
        if given is None or _forwarded(given, call.scopes) is not None or dotted(given).endswith(".code"):
            continue
        read = list(_values(given, call))
        codes.found.update((call.taker.around(code), place) for code in read)
        if not read:
            codes.unreadable.append(f"{place}: the code {ast.unparse(given)} cannot be read from the source")
    return codes


def _new_takers(modules: list[Module], takers: dict[str, Taker]) -> Iterator[tuple[str, Taker]]:
    """Subclasses without an `__init__` of their own, and whatever hands a parameter on as a code."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and not any(_is_init(one) for one in node.body):
                yield from ((node.name, takers[base]) for base in _bases(node) if base in takers)
    for call in _calls(modules, takers):
        given = _given(call)
        passed = None if given is None else _forwarded(given, call.scopes)
        if passed is not None:
            function, parameter, before, after = passed
            owner = next((one.name for one in call.scopes if isinstance(one, ast.ClassDef)), "")
            name = owner if _is_init(function) else function.name
            names = [one.arg for one in (*function.args.posonlyargs, *function.args.args) if one.arg != "self"]
            position = names.index(parameter) if parameter in names else len(names)
            yield name, Taker(position, parameter, call.taker.before + before, after + call.taker.after)


def _calls(modules: list[Module], takers: dict[str, Taker]) -> Iterator[_Call]:
    for module in modules:
        for node, scopes in _scoped(module.tree, ()):
            if isinstance(node, ast.Call) and (name := _called(node, scopes, takers)) in takers:
                yield _Call(module, node, takers[name], scopes)


def _called(node: ast.Call, scopes: tuple[ast.AST, ...], takers: dict[str, Taker]) -> str:
    """The name that is called; for `super().__init__` that of the base class."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr == "__init__" and ast.unparse(function.value) == "super()":
        bases = [base for one in scopes if isinstance(one, ast.ClassDef) for base in _bases(one)]
        return next((base for base in bases if base in takers), "")
    return dotted(function).rpartition(".")[2]


def _scoped(node: ast.AST, scopes: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node with what is around it, innermost first."""
    for child in ast.iter_child_nodes(node):
        yield child, scopes
        inner = isinstance(child, (Function, ast.ClassDef, ast.For, ast.AsyncFor))
        yield from _scoped(child, (child, *scopes) if inner else scopes)


def _given(call: _Call) -> ast.expr | None:
    """The expression that is handed over as the code; None where the default stands."""
    for keyword in call.node.keywords:
        if keyword.arg == call.taker.parameter:
            return keyword.value
    arguments = call.node.args
    return arguments[call.taker.position] if call.taker.position < len(arguments) else None


def _forwarded(given: ast.expr, scopes: tuple[ast.AST, ...]) -> tuple[Function, str, str, str] | None:
    """The function whose parameter this is, and what is put before and behind it."""
    function = next((one for one in scopes if isinstance(one, Function)), None)
    before, name, after = _template(given)
    if function is None or not name:
        return None
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return (function, name, before, after) if name in {one.arg for one in arguments} else None


def _template(given: ast.expr) -> tuple[str, str, str]:
    """Text, name and text of an expression such as `name` or `f"oidc.{name}"`; no name for any other."""
    if isinstance(given, ast.Name):
        return "", given.id, ""
    parts: list[str] = ["", "", ""]
    if isinstance(given, ast.JoinedStr):
        for part in given.values:
            if isinstance(part, ast.Constant):
                parts[2 if parts[1] else 0] += str(part.value)
            elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and not parts[1]:
                parts[1] = part.value.id
            else:
                return "", "", ""
    return parts[0], parts[1], parts[2]


def _values(given: ast.expr, call: _Call) -> Iterator[str]:
    """The texts that an expression can have, as far as they can be read."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        yield given.value
    elif isinstance(given, ast.IfExp):
        either = [list(_values(branch, call)) for branch in (given.body, given.orelse)]
        yield from (value for values in either if all(either) for value in values)
    elif (template := _template(given))[1]:
        before, name, after = template
        yield from (f"{before}{value}{after}" for value in _texts_of(name, call))


def _texts_of(name: str, call: _Call) -> Iterator[str]:
    loops = [one for one in call.scopes if isinstance(one, (ast.For, ast.AsyncFor)) and dotted(one.target) == name]
    source: ast.expr = loops[0].iter if loops else ast.Name(name)
    if isinstance(source, ast.Name):
        source = _constant(source.id, call.module) or source
    if isinstance(source, ast.Dict):
        source = ast.Tuple([key for key in source.keys if key is not None])
    elements = source.elts if isinstance(source, (ast.Tuple, ast.List, ast.Set)) else [source]
    texts = [one.value for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    yield from texts if len(texts) == len(elements) else []


def _constant(name: str, module: Module) -> ast.expr | None:
    """What a name of the module is, once, set to."""
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            value: ast.expr | None = getattr(node, "value", None)
            return value
    return None


def _bases(node: ast.ClassDef) -> list[str]:
    return [dotted(base).rpartition(".")[2] for base in node.bases]


def _is_init(node: ast.AST) -> bool:
    return isinstance(node, Function) and node.name == "__init__"
