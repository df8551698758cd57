"""What an operation of the API is: one record says where it lives, what it takes, what it answers, and who does it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from narthex.access import Actor
from narthex.kit.runtime import Runtime
from narthex.management_api.paging import PageRequest, Paging
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

PARAMETER = re.compile(r"\{(\w+)\}")

Q = TypeVar("Q", bound=Struct)
B = TypeVar("B")


class NoQuery(Struct, frozen=True):
    """No query parameters beside those of pages."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """One request to an operation, parsed and permitted. `page` is None where the whole list is asked for."""

    runtime: Runtime
    request: Request
    actor: Actor
    path: Mapping[str, str]
    query: Q
    body: B
    page: PageRequest | None

    @property
    def tenant(self) -> Tenant:
        """The tenant whose API was called."""
        return self.request.tenant


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose status is another one than the operation's usual."""

    status: int
    value: object = None


Handler = Callable[[Call[Any, Any]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one path. `answer` and `body` are types that msgspec knows, None where there is nothing to send.

    Members of a body that `answer` has and `body` lacks are read-only: clients send back what they were given, so they
    are passed over. Any other member that `body` does not have is refused.
    """

    method: str
    path: str
    summary: str
    tag: str
    handler: Handler
    answer: Any = None
    status: int = 200
    other_statuses: tuple[int, ...] = ()
    query: type[Struct] = NoQuery
    body: Any = None
    paging: Paging = Paging.NONE
    is_public: bool = False
    is_searched: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters of the path."""
        return tuple(PARAMETER.findall(self.path))

    @property
    def id(self) -> str:
        """Its name in the OpenAPI document, after its handler."""
        return "".join(word.title() for word in self.handler.__name__.split("_"))


@dataclass(frozen=True, slots=True)
class Group:
    """The operations under one heading of the document, declared one after the other."""

    tag: str

    def get(self, path: str, summary: str, handler: Handler, answer: Any, **more: Any) -> Operation:
        """An operation that reads."""
        return self.operation("GET", path, summary, handler, answer=answer, **more)

    def operation(self, method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        """Any operation of the group."""
        return Operation(method=method, path=path, summary=summary, tag=self.tag, handler=handler, **more)
