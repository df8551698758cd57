"""Texts that contain another one, in any case: for lists that are short enough to be read through."""

from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func

ESCAPE = "\\"


def contains(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a text contains the one that parameter `name` was made of by `contained`."""
    # SQLite's lower() knows ASCII only, so what differs in the case of other letters is found on PostgreSQL alone.
    return func.lower(column).like(bindparam(name, type_=String()), escape=ESCAPE)


def contained(text: str) -> str:
    """The pattern of a text that is looked for as it is; an empty one is contained in every text."""
    plain = text.strip().lower()
    for special in (ESCAPE, "%", "_"):
        plain = plain.replace(special, ESCAPE + special)
    return f"%{plain}%"
