"""Cursors of lists that have the newest first: a place between two rows, as one opaque text."""

import base64
import binascii
import re
from typing import Any

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, String, bindparam, tuple_

from narthex.kit.errors import InvalidInput

END_OF_TIME = 2**62
LONGEST = 128
# Ids of what is built in have hyphens.
ROW_ID = re.compile(r"[0-9A-Za-z-]+")


class Cursor(Struct, frozen=True):
    """The row made at `at` (ms) with this id."""

    at: int
    id: str

    @property
    def text(self) -> str:
        """What a link or a program carries."""
        return base64.urlsafe_b64encode(f"{self.at}.{self.id}".encode()).decode().rstrip("=")

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of `beside`."""
        return {"cursor_at": self.at, "cursor_id": self.id}


NEWEST = Cursor(END_OF_TIME, "")


def read_cursor(text: str) -> Cursor:
    """The cursor of a text; raises `InvalidInput`."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        at, _, row_id = decoded.partition(".")
        if not (at.isascii() and at.isdigit() and ROW_ID.fullmatch(row_id)) or int(at) > END_OF_TIME:
            raise ValueError
    except (ValueError, binascii.Error):
        raise InvalidInput("cursor", "This is no cursor of this list.") from None
    return Cursor(int(at), row_id)


def beside(at: ColumnElement[Any], id: ColumnElement[Any], *, older: bool) -> ColumnElement[bool]:
    """Whether a row comes after the cursor in a list with the newest first, or before it."""
    place = tuple_(bindparam("cursor_at", type_=BigInteger), bindparam("cursor_id", type_=String()))
    return tuple_(at, id) < place if older else tuple_(at, id) > place


def chosen(after: str | None, before: str | None) -> tuple[Cursor, bool]:
    """The cursor to read from, and whether what is older is wanted; without one, from the newest on."""
    if after is not None and before is not None:
        raise InvalidInput("cursor", "Give one of after and before.")
    if before is not None:
        return read_cursor(before), False
    return (NEWEST if after is None else read_cursor(after)), True
