"""The shape of an audit event."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field


class Event(Struct, frozen=True):
    """One thing that happened. `params` are request parameters; secret ones are masked when the event is written."""

    key: str
    result: Literal["Success", "Error"] = "Success"
    user_id: str | None = None
    application_id: str | None = None
    session_id: str | None = None
    interaction_id: str | None = None
    error: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)


class LogEntry(Struct, frozen=True, rename="camel"):
    """An event as it is read back. Wire: management-logs.json."""

    id: str
    key: str
    payload: dict[str, object]
    created_at: int
