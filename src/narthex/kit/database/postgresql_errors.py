"""What PostgreSQL's and asyncpg's errors mean in the words of `errors`."""

from typing import Any, NoReturn

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from narthex.kit.database.errors import (
    ConstraintViolation,
    DatabaseUnavailable,
    ForeignKeyViolation,
    RetryableConflict,
    ValueNotStorable,
)
from narthex.kit.database.statement import Statement
from narthex.kit.database.violations import unique_by_name

# SQLSTATE codes and classes (PostgreSQL manual, appendix A).
UNAVAILABLE_CLASSES = ("08", "53", "57", "58")
UNAVAILABLE = ("25006", "25P03")
CONFLICTS = ("40001", "40P01", "55P03")
NOT_STORABLE = ("22001", "22003", "22021", "22P05")
FOREIGN_KEY = ("23503", "23001")
UNIQUE = "23505"

LOST = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError)


def raise_translated(error: Exception, statement: Statement[Any]) -> NoReturn:
    """Raise what the driver's error means; errors of the program itself are raised as they are."""
    meaning = _meaning(error, statement)
    if meaning is None:
        raise error
    raise meaning from error


def _meaning(error: Exception, statement: Statement[Any]) -> Exception | None:
    if isinstance(error, LOST) or _is_closed(error):
        return DatabaseUnavailable(repr(error))
    # asyncpg refuses a value of the wrong type as well, but that is a mistake of the program.
    if isinstance(error.__cause__, (OverflowError, UnicodeEncodeError)):
        return ValueNotStorable(str(error))
    return _server_meaning(error, statement) if isinstance(error, asyncpg.PostgresError) else None


def raise_lost(error: BaseException) -> NoReturn:
    """Raise `DatabaseUnavailable` where the server failed a connection, BEGIN or COMMIT; other errors as they are."""
    if isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, *LOST)):
        raise DatabaseUnavailable(repr(error)) from error
    raise error


def _is_closed(error: Exception) -> bool:
    # The pool takes a lost connection from under its user, whose next call then hears that it was released.
    return isinstance(error, asyncpg.InterfaceError) and any(word in str(error) for word in ("clos", "released"))


def _server_meaning(error: Any, statement: Statement[Any]) -> Exception | None:
    state: str = error.sqlstate or ""
    if state[:2] in UNAVAILABLE_CLASSES or state in UNAVAILABLE:
        return DatabaseUnavailable(repr(error))
    if state in CONFLICTS:
        return RetryableConflict(repr(error))
    if state in NOT_STORABLE:
        return ValueNotStorable(str(error))
    return _violation(error, state, statement)


def _violation(error: Any, state: str, statement: Statement[Any]) -> ConstraintViolation | None:
    if state == UNIQUE:
        return unique_by_name(statement.clause, error.constraint_name)
    if state in FOREIGN_KEY:
        return ForeignKeyViolation(str(error))
    return ConstraintViolation(str(error)) if state[:2] == "23" else None
