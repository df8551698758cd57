"""Which address is which page: patterns such as `applications/{id}`, below `/console/<tenant>/`."""

import re
from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct

from narthex.console.context import ConsoleContext
from narthex.kit.errors import Refusal
from narthex.kit.http import Response

Handler = Callable[[ConsoleContext], Awaitable[Response]]


class Route(Struct, frozen=True):
    """One page or one form. The arguments of the pattern arrive in `context.args`."""

    method: str
    pattern: str
    handler: Handler

    @property
    def expression(self) -> re.Pattern[str]:
        """The pattern as a regular expression; an argument is one part of the path."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]{1,256})", self.pattern))


class PageNotFound(Refusal):
    """The console has no such page."""

    def __init__(self) -> None:
        super().__init__("request.not_found", status=404, text="There is no such page.", phrase="error.not_found")


class PageMethodNotAllowed(Refusal):
    """The page is there, but not for this method (RFC 9110 15.5.6)."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__(
            "request.method_not_allowed",
            status=405,
            text="This page is not for this method.",
            phrase="error.method_not_allowed",
            headers=((b"allow", ", ".join(sorted(allowed)).encode()),),
        )


class RouteTable:
    """All routes, found by method and path; what stands literally wins over an argument."""

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: route.pattern.count("{"))
        self._routes = [(route, route.expression) for route in ordered]

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """The handler and its arguments; raises `PageNotFound`, `PageMethodNotAllowed`."""
        wanted = "GET" if method == "HEAD" else method
        allowed: set[str] = set()
        for route, expression in self._routes:
            if (match := expression.fullmatch(path)) is None:
                continue
            if route.method == wanted:
                return route.handler, match.groupdict()
            allowed.add(route.method)
        if allowed:
            raise PageMethodNotAllowed(allowed)
        raise PageNotFound
