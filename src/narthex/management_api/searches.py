"""The words that lists are searched by. Wire: logto-api.md 2.1 (`q`), 2.2 (`search`, a pattern of LIKE)."""

from typing import Protocol

from narthex.kit.forms import Form
from narthex.users.search import WireSearch
from narthex.users.search_query import parse


class Searched(Protocol):
    """A query with the two parameters that a simple search may come by."""

    @property
    def search(self) -> str: ...

    @property
    def q(self) -> str: ...


def simple_search(query: Searched) -> str:
    """What to look for as a part of a name: callers of the wire put the wildcards of LIKE around it, which it needs
    not."""
    return (query.q or query.search).strip("%")


def advanced_search(query: Form) -> WireSearch:
    """The search over fields of users. Raises `SearchInvalid`."""
    return parse({name: query.all(name) for name in query.names()})
