"""What a database may answer instead of a result, in the same words on SQLite and PostgreSQL."""

from narthex.kit.errors import Refusal


class DatabaseUnavailable(Refusal):
    """The database cannot be reached, or could not make a write durable. Nothing is known to have been kept."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "database.unavailable",
            status=503,
            text="The database cannot be reached at the moment.",
            detail=detail,
            headers=((b"retry-after", b"1"),),
        )


class ReadTimeout(Refusal):
    """A scan took longer than its time limit and was stopped."""

    def __init__(self, limit_ms: int) -> None:
        super().__init__(
            "database.read_timeout",
            status=503,
            text="Reading this took too long; ask for less.",
            detail=f"a scan was stopped after {limit_ms} ms",
        )


class RetryableConflict(Refusal):
    """Two writes stood in each other's way and this one was undone; the same write may be tried again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "database.conflict",
            status=503,
            text="Another change came in between; try again.",
            detail=detail,
            headers=((b"retry-after", b"1"),),
        )


class ValueNotStorable(Refusal):
    """A value that its column cannot hold: a NUL character, a lone surrogate, too long a text, too large a number."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "database.value_not_storable",
            status=422,
            text="A value is too long or holds a character that cannot be stored.",
            detail=detail,
        )


class ConstraintViolation(Exception):
    """A write broke a rule of its table; everything the transaction had written is undone."""


class UniqueViolation(ConstraintViolation):
    """A row with these values exists. `constraint` is the constraint's or index's name, `columns` are its columns."""

    def __init__(self, constraint: str | None, columns: tuple[str, ...]) -> None:
        super().__init__(f"{constraint or 'a unique constraint'} ({', '.join(columns)})")
        self.constraint = constraint
        self.columns = columns


class ForeignKeyViolation(ConstraintViolation):
    """A row points to one that does not exist, or is pointed to and cannot go."""
