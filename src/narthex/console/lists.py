"""What the list pages of the console share: the cursors in their address."""

from typing import Protocol, TypedDict, TypeVar

from narthex.console.context import ConsoleContext
from narthex.kit.pagination import Page


class Placed(Protocol):
    """An item of a list that knows its place in it."""

    @property
    def cursor(self) -> str:
        """The place, as text for an address."""
        ...


T = TypeVar("T", bound=Placed)


class Turns(TypedDict):
    """The addresses of the pages around one; None where there is nothing more."""

    before_url: str | None
    after_url: str | None


def turns(context: ConsoleContext, path: str, page: Page[T], **kept: str | None) -> Turns:
    """`before_url` and `after_url` of a list at `path`: None where there is nothing more. `kept` are its filters."""
    going_back, going_on = bool(context.query.get("before")), bool(context.query.get("after"))
    has_before = page.has_more if going_back else going_on
    has_after = page.has_more if not going_back else True
    given = {name: value for name, value in kept.items() if value}
    first, last = (page.items[0].cursor, page.items[-1].cursor) if page.items else ("", "")
    return {
        "before_url": context.url(path, **given, before=first) if has_before and page.items else None,
        "after_url": context.url(path, **given, after=last) if has_after and page.items else None,
    }
