"""The shape of an audit event."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from narthex.kit.cursors import Cursor

Result = Literal["Success", "Error"]


class Event(Struct, frozen=True):
    """One thing that happened. `params` are request parameters; secret ones are masked when the event is written."""

    key: str
    result: Result = "Success"
    user_id: str | None = None
    application_id: str | None = None
    session_id: str | None = None
    interaction_id: str | None = None
    error: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)


class LogEntry(Struct, frozen=True):
    """An event as it is read back. The wire has the first four (management-logs.json)."""

    id: str
    key: str
    payload: dict[str, object]
    created_at: int
    user_id: str | None
    application_id: str | None

    @property
    def result(self) -> str:
        """Success or Error."""
        return str(self.payload.get("result", ""))

    @property
    def cursor(self) -> str:
        """The place of this event in a list with the newest first."""
        return Cursor(self.created_at, self.id).text


class LogFilter(Struct, frozen=True):
    """Which events a list shows; all conditions hold together. Times in ms, both ends included."""

    user_id: str | None = None
    application_id: str | None = None
    key: str | None = None
    key_prefix: str | None = None
    result: Result | None = None
    start: int | None = None
    end: int | None = None
    interaction_id: str | None = None


class Counted(Struct, frozen=True):
    """How many there are, or that there are more than one cared to count."""

    total: int
    is_capped: bool
