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
