"""LIKE that tells small letters from capitals on both databases: SQLite's own does not, but its GLOB does."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

# No backslash: whether that has to be doubled depends on a setting of PostgreSQL.
ESCAPE = "!"
# From a pattern of LIKE to one of GLOB; what was escaped waits meanwhile as a control character.
TO_GLOB = (
    ("!!", "\x01"),
    ("!%", "\x02"),
    ("!_", "\x03"),
    ("[", "[[]"),
    ("*", "[*]"),
    ("?", "[?]"),
    ("%", "*"),
    ("_", "?"),
    ("\x01", "!"),
    ("\x02", "%"),
    ("\x03", "_"),
)


class Like(ColumnElement[bool]):
    """`column LIKE pattern`, with the wildcards `%` and `_`, escaped by `!`."""

    __visit_name__ = "exact_like"
    _traverse_internals = [  # noqa: RUF012 as SQLAlchemy declares it
        ("column", InternalTraversal.dp_clauseelement),
        ("pattern", InternalTraversal.dp_clauseelement),
    ]
    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], pattern: ColumnElement[Any]) -> None:
        self.column = column
        self.pattern = pattern

    @property
    def _from_objects(self) -> list[Any]:
        return self.column._from_objects

    def self_group(self, against: Any = None) -> "Like":
        """No parentheses needed: it renders as one comparison."""
        return self


@compiles(Like)
def _sqlite(element: Like, compiler: SQLCompiler, **kw: Any) -> str:
    glob = compiler.process(element.pattern, **kw)
    for old, new in TO_GLOB:
        glob = f"replace({glob}, {_text(old)}, {_text(new)})"
    return f"{compiler.process(element.column, **kw)} GLOB {glob}"


def _text(value: str) -> str:
    return f"char({ord(value)})" if not value.isprintable() else f"'{value}'"


@compiles(Like, "postgresql")
def _postgresql(element: Like, compiler: SQLCompiler, **kw: Any) -> str:
    # SQLAlchemy's dialect writes parameters as $1, so that % needs no doubling.
    return f"{compiler.process(element.column, **kw)} LIKE {compiler.process(element.pattern, **kw)} ESCAPE '!'"


def from_backslash(pattern: str) -> str:
    """The pattern of a caller who escapes by backslash, escaped by `!`. Raises `ValueError` for one at the end."""
    parts, characters = [], iter(pattern)
    for character in characters:
        if character != "\\":
            parts.append(ESCAPE * 2 if character == ESCAPE else character)
            continue
        escaped = next(characters, None)
        if escaped is None:
            raise ValueError("a backslash at the end of a pattern escapes nothing")
        parts.append(ESCAPE + escaped if escaped in "%_!" else escaped)
    return "".join(parts)
