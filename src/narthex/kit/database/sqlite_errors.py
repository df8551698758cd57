"""What SQLite's errors mean in the words of `errors`."""

import sqlite3
from typing import Any, NoReturn

from narthex.kit.database.errors import (
    ConstraintViolation,
    DatabaseUnavailable,
    ForeignKeyViolation,
    UniqueViolation,
    ValueNotStorable,
)
from narthex.kit.database.statement import Statement
from narthex.kit.database.violations import unique_by_columns, unique_by_name

# Primary result codes (sqlite.org/rescode.html) of a file that cannot be used at the moment.
UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_NOMEM,
    }
)


def raise_translated(error: Exception, statement: Statement[Any]) -> NoReturn:
    """Raise what the driver's error means; errors of the program itself are raised as they are."""
    meaning = _meaning(error, statement)
    if meaning is None:
        raise error
    raise meaning from error


def _meaning(error: Exception, statement: Statement[Any]) -> Exception | None:
    if isinstance(error, (UnicodeEncodeError, OverflowError, sqlite3.DataError)):
        return ValueNotStorable(str(error))
    if isinstance(error, sqlite3.IntegrityError):
        return _violation(str(error), statement)
    if isinstance(error, sqlite3.Error) and primary_code(error) in UNUSABLE:
        return DatabaseUnavailable(str(error))
    return None


def primary_code(error: sqlite3.Error) -> int:
    """The result code without its extension; 0 where the error is the driver's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _violation(message: str, statement: Statement[Any]) -> ConstraintViolation:
    kind, _, place = message.partition(" constraint failed: ")
    if kind == "UNIQUE":
        return _unique(place, statement)
    if message.startswith("FOREIGN KEY"):
        return ForeignKeyViolation(message)
    return ConstraintViolation(message)


def _unique(place: str, statement: Statement[Any]) -> UniqueViolation:
    clause = statement.clause_for("sqlite")
    if place.startswith("index '"):
        return unique_by_name(clause, place[7:-1])
    names = [name.partition(".") for name in place.split(", ")]
    return unique_by_columns(clause, names[0][0], tuple(column for _, _, column in names))
