"""Pages of lists on the wire: `page` and `page_size` in the query, `Total-Number` and `Link` in the answer
(logto-api.md 2.1)."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from urllib.parse import urlencode

from msgspec import Struct

from narthex.kit.forms import Form
from narthex.kit.http import Header, header
from narthex.management_api.errors import InvalidPagination
from narthex.tenants.request import Request

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
# Up to this page the offset stays a number that both databases take; nobody reads so far.
NUMBER = re.compile(r"[1-9][0-9]{0,6}")


class Paging(Enum):
    """Whether a list comes in pages: never, always, or only where the caller says which."""

    NONE = auto()
    ALWAYS = auto()
    OPTIONAL = auto()


class PageRequest(Struct, frozen=True):
    """Which page was asked for; `page` counts from 1."""

    page: int = 1
    size: int = DEFAULT_SIZE

    @property
    def offset(self) -> int:
        """How many items come before it."""
        return (self.page - 1) * self.size


class Listed(Struct, frozen=True):
    """Some items of a list with the number of all; `is_capped` where counting stopped before the end."""

    items: Sequence[object]
    total: int
    is_capped: bool = False


def requested_page(query: Form, paging: Paging) -> PageRequest | None:
    """The page that a query asks for; None for the whole list. Raises `InvalidPagination`."""
    if paging is Paging.NONE:
        return None
    page, size = _number(query, "page", 1), _number(query, "page_size", DEFAULT_SIZE)
    if size > LARGEST_SIZE:
        raise InvalidPagination
    if paging is Paging.OPTIONAL and "page" not in query and "page_size" not in query:
        return None
    return PageRequest(page, size)


def _number(query: Form, name: str, default: int) -> int:
    values = query.all(name)
    if not values:
        return default
    if len(values) > 1 or not NUMBER.fullmatch(values[0]):
        raise InvalidPagination
    return int(values[0])


def page_headers(request: Request, page: PageRequest, listed: Listed) -> tuple[Header, ...]:
    """`Total-Number`, `Link`, and `Total-Number-Is-Capped` where the number is not the whole truth."""
    last = max(1, -(-listed.total // page.size))
    pages = {"first": 1}
    if page.page > 1:
        pages["prev"] = min(page.page - 1, last)
    if page.page < last or listed.is_capped:
        pages["next"] = page.page + 1
    if not listed.is_capped:
        pages["last"] = last
    links = ", ".join(f'<{_address(request, number)}>; rel="{name}"' for name, number in pages.items())
    capped = (header("total-number-is-capped", "true"),) if listed.is_capped else ()
    return (header("total-number", str(listed.total)), header("link", links), *capped)


def _address(request: Request, page: int) -> str:
    kept = [(name, value) for name, value in request.query.pairs() if name != "page"]
    return f"{request.tenant.base_url}{request.path}?{urlencode([*kept, ('page', page)])}"
