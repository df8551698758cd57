"""Errors as values. A refusal says what the outside may see and, apart from it, what only the log may see."""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """A request that is refused for a known reason; only a surface's renderer turns it into a response.

    `code` is the stable name that programs read, `status` the HTTP status, `phrase` the catalogue key of the text that
    people read (filled with `values`), `text` the same in plain English for protocols that carry English, `detail` the
    private part for the log, `data` the machine-readable part for JSON.
    """

    keeps_writes: ClassVar[bool] = False

    def __init__(
        self,
        code: str,
        *,
        status: int = 400,
        text: str = "",
        phrase: str = "",
        values: Mapping[str, object] | None = None,
        detail: str = "",
        data: object = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.text = text or code
        self.phrase = phrase
        self.values = dict(values or {})
        self.detail = detail
        self.data = data
        self.headers = headers


class EntityNotFound(Refusal):
    """There is nothing of this kind with this id in this tenant. Wire: logto-api.md 2.1."""

    def __init__(self, kind: str, entity_id: str) -> None:
        super().__init__(
            "entity.not_exists_with_id",
            status=404,
            text=f"There is no {kind} {entity_id[:64]!r}.",
            phrase="error.not_found",
            data={"kind": kind, "id": entity_id[:64]},
        )


class InvalidInput(Refusal):
    """A value that cannot be taken; the text names the field and the fix. Wire: `guard.invalid_input`."""

    def __init__(self, field: str, text: str, *, phrase: str = "", **values: object) -> None:
        super().__init__(
            "guard.invalid_input",
            status=400,
            text=f"{field}: {text}",
            phrase=phrase,
            values={"field": field, **values},
            data={"field": field},
        )
