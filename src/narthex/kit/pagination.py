"""Pages of lists: by cursor inside, by number on the wire."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """Some items of a list, in order, and whether more follow; `items` is at most as long as was asked for."""

    items: tuple[T, ...]
    has_more: bool = False


def page_of(rows: Sequence[T], size: int) -> Page[T]:
    """The page that `size + 1` rows read from the database make: the one too many says that there are more."""
    return Page(tuple(rows[:size]), len(rows) > size)
