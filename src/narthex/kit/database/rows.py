"""Makes records of rows, as cheaply as their types allow, and checks that names and order agree."""

import enum
import types
from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import Column, ColumnElement

from narthex.kit.database.tables import Json

R_co = TypeVar("R_co", covariant=True)

Decoder = Callable[[Any], Any]


class RowBuilder(Generic[R_co]):
    """Turns what a driver gives for one row into a record, or into a plain value where the row type is one."""

    __slots__ = ("_decoders", "_make", "one")

    def __init__(
        self, row: type[R_co], columns: Sequence[ColumnElement[Any]], names: Sequence[str], dialect: str
    ) -> None:
        fields = _fields(row, names)
        decoders = enumerate(_decoder(kind, column, dialect) for kind, column in zip(fields, columns, strict=True))
        self._decoders = tuple((index, decoder) for index, decoder in decoders if decoder is not None)
        self._make: Callable[..., R_co] = row if issubclass(row, msgspec.Struct) else _only_value
        self.one: Callable[[Sequence[Any]], R_co] = self._decoded if self._decoders else self._plain

    def many(self, rows: Iterable[Sequence[Any]]) -> list[R_co]:
        """The records of many rows."""
        if self._decoders:
            return [self._decoded(row) for row in rows]
        return list(starmap(self._make, rows))

    def _plain(self, row: Sequence[Any]) -> R_co:
        return self._make(*row)

    def _decoded(self, row: Sequence[Any]) -> R_co:
        values = list(row)
        for index, decoder in self._decoders:
            if values[index] is not None:
                values[index] = decoder(values[index])
        return self._make(*values)


def _only_value(value: Any) -> Any:
    return value


def _fields(row: type[Any], names: Sequence[str]) -> list[Any]:
    if not issubclass(row, msgspec.Struct):
        if len(names) != 1:
            raise TypeError(f"a row of {len(names)} columns ({', '.join(names)}) is not one {row.__name__}")
        return [row]
    if tuple(names) != row.__struct_fields__:
        raise TypeError(
            f"{row.__name__} has the fields {', '.join(row.__struct_fields__)},"
            f" but the statement gives {', '.join(names)}"
        )
    hints = get_type_hints(row)
    return [hints[name] for name in names]


def _decoder(kind: Any, column: ColumnElement[Any], dialect: str) -> Decoder | None:
    """How a value becomes what its field says; None where the driver gives that already."""
    if isinstance(column.type, Json):
        return msgspec.json.Decoder(kind).decode
    plain = _without_none(kind)
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        return cast("Decoder", plain)
    if plain is bool:
        return bool if dialect == "sqlite" else None
    # Sums and averages of integers are NUMERIC on PostgreSQL, which asyncpg gives as Decimal.
    if plain in (int, float) and dialect == "postgresql" and not isinstance(column, Column):
        return cast("Decoder", plain)
    return None


def _without_none(kind: Any) -> Any:
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    kinds = [part for part in get_args(kind) if part is not type(None)]
    return kinds[0] if len(kinds) == 1 else kind
