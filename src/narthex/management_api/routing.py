"""Which operation a path and a method mean."""

import re
from collections.abc import Iterable, Mapping

from narthex.management_api.errors import MethodNotAllowed, NoSuchOperation
from narthex.management_api.operation import PARAMETER, Operation

# A name that people chose may have a slash in it, and stands last.
FREE_NAMES = frozenset({"name"})
LONGEST_PARAMETER = 256


class Routes:
    """The operations, found by path: those without parameters at once, the others by their group."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._exact: dict[str, dict[str, Operation]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], dict[str, Operation]]]] = {}
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        for path, methods in by_path.items():
            if "{" in path:
                self._patterns.setdefault(_group(path), []).append((_expression(path), methods))
            else:
                self._exact[path] = methods

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and the parameters of its path; HEAD is answered as GET. Raises `NoSuchOperation`,
        `MethodNotAllowed`."""
        methods, parameters = self._methods(path.rstrip("/"))
        operation = methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise MethodNotAllowed(sorted({*methods, *(("HEAD",) if "GET" in methods else ())}))
        return operation, parameters

    def _methods(self, path: str) -> tuple[dict[str, Operation], Mapping[str, str]]:
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for pattern, methods in self._patterns.get(_group(path), ()):
            found = pattern.fullmatch(path)
            if found is not None and all(map(_is_plain, found.groupdict().values())):
                return methods, found.groupdict()
        raise NoSuchOperation


def _group(path: str) -> str:
    return "/".join(path.split("/", 3)[:3])


def _is_plain(parameter: str) -> bool:
    # Nothing has an id or a name with control characters or lone surrogates, and not every database takes them.
    return len(parameter) <= LONGEST_PARAMETER and parameter.isprintable()


def _expression(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", path)
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    parameter = PARAMETER.fullmatch(part)
    if parameter is None:
        return re.escape(part)
    return f"(?P<{parameter[1]}>{'.+' if parameter[1] in FREE_NAMES else '[^/]+'})"
