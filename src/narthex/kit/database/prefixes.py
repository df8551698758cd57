"""Texts that begin with a prefix, as a range of an index: byte by byte on both databases, whatever their collation.

On PostgreSQL the index has the operator class `PREFIX_OPS` (manual, 11.10); SQLite compares bytes anyway.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

PREFIX_OPS = "varchar_pattern_ops"
NOTHING = ("1", "0")
SURROGATES = range(0xD800, 0xE000)
LAST_CHARACTER = 0x10FFFF


class ByteRange(ColumnElement[bool]):
    """`low <= column < high`, in the order of bytes."""

    __visit_name__ = "byte_range"
    _traverse_internals = [  # noqa: RUF012 as SQLAlchemy declares it
        ("column", InternalTraversal.dp_clauseelement),
        ("low", InternalTraversal.dp_clauseelement),
        ("high", InternalTraversal.dp_clauseelement),
    ]
    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], low: ColumnElement[Any], high: ColumnElement[Any]) -> None:
        self.column = column
        self.low = low
        self.high = high

    @property
    def _from_objects(self) -> list[Any]:
        return self.column._from_objects

    def self_group(self, against: Any = None) -> "ByteRange":
        """It has parentheses of its own, and is a condition as it is."""
        return self


@compiles(ByteRange)
def _sqlite(element: ByteRange, compiler: SQLCompiler, **kw: Any) -> str:
    return _range(element, compiler, ">=", "<", kw)


@compiles(ByteRange, "postgresql")
def _postgresql(element: ByteRange, compiler: SQLCompiler, **kw: Any) -> str:
    return _range(element, compiler, "~>=~", "~<~", kw)


def _range(element: ByteRange, compiler: SQLCompiler, from_: str, below: str, kw: dict[str, Any]) -> str:
    column, low, high = (compiler.process(part, **kw) for part in (element.column, element.low, element.high))
    return f"({column} {from_} {low} AND {column} {below} {high})"


def begins_with(column: ColumnElement[Any], name: str) -> ByteRange:
    """Whether a text begins with the prefix whose `prefix_range` is in the parameters `<name>_low`, `<name>_high`."""
    return ByteRange(column, bindparam(f"{name}_low", type_=column.type), bindparam(f"{name}_high", type_=column.type))


def prefix_range(prefix: str) -> tuple[str, str]:
    """The first text that begins with the prefix, and the first that comes after all of them. Nothing begins with an
    empty one, so that a caller who has nothing to look for finds nothing. A text that the database cannot hold is the
    beginning of nothing either."""
    if not prefix or "\0" in prefix or any(ord(character) in SURROGATES for character in prefix):
        return NOTHING
    kept = prefix.rstrip(chr(LAST_CHARACTER))
    if not kept:
        return NOTHING
    following = ord(kept[-1]) + 1
    return prefix, kept[:-1] + chr(SURROGATES.stop if following in SURROGATES else following)


def prefix_parameters(name: str, prefix: str) -> dict[str, object]:
    """The two parameters of `begins_with(column, name)`."""
    low, high = prefix_range(prefix)
    return {f"{name}_low": low, f"{name}_high": high}
