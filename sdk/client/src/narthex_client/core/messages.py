"""A request and its answer, as a transport carries them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What to send. With `form` it is a POST of that form, otherwise a GET."""

    url: str
    form: tuple[tuple[str, str], ...] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.form is None else "POST"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 200s."""
        return 200 <= self.status < 300

    def json_object(self) -> dict[str, object] | None:
        """The body if it is a JSON object, otherwise None."""
        try:
            value: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


def text_of(members: Mapping[str, object], name: str) -> str | None:
    """A member that is a text with something in it, otherwise None."""
    value = members.get(name)
    return value if isinstance(value, str) and value else None


def texts_of(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The texts of a member that is a list; anything else is left out."""
    value = members.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
