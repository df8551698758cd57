"""JSON bodies as records: strict in what is known, passing over what is read-only, naming the member at fault."""

import re
from typing import Any, TypeGuard

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from narthex.kit.errors import InvalidInput
from narthex.management_api.errors import UnsupportedMediaType
from narthex.management_api.operation import Operation
from narthex.tenants.request import Request

DEEPEST = 32
# What JSON numbers may be here: more than this many bits cannot be written again.
LARGEST = 2**63
# msgspec's wording: what is wrong, then where.
PLACE = re.compile(r"(?s)(.*) - at `(.*)`")
MEMBER = re.compile(r"(?s)Object (contains unknown|missing required) field `(.*?)`")


async def parsed_body(request: Request, operation: Operation) -> Any:
    """The record that the body stands for; None where the operation takes none. Raises `InvalidInput`,
    `UnsupportedMediaType`, `BodyTooLarge`."""
    if operation.body is None:
        return None
    raw = await request.body()
    media_type = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if raw and media_type != "application/json":
        raise UnsupportedMediaType
    value = _decoded(raw or b"{}")
    check_storable(value)
    try:
        return msgspec.convert(_writable(value, operation), operation.body)
    except msgspec.ValidationError as error:
        raise invalid(error, "body") from None


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("body", f"it is no JSON: {error}.") from None
    except RecursionError:
        raise InvalidInput("body", f"it is nested deeper than {DEEPEST} levels.") from None


def _writable(value: Any, operation: Operation) -> Any:
    """The value without the members that an answer has and a change does not."""
    if not isinstance(value, dict) or not _is_struct(operation.body) or not _is_struct(operation.answer):
        return value
    read_only = _names(operation.answer) - _names(operation.body)
    return {name: member for name, member in value.items() if name not in read_only}


def _is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _names(kind: type[Struct]) -> set[str]:
    return {field.encode_name for field in fields(kind)}


def check_storable(value: object) -> None:
    """Raise `InvalidInput` for what no column takes: NUL characters, numbers out of range, endless nesting."""
    level, found = 0, [value]
    while found:
        level += 1
        if level > DEEPEST:
            raise InvalidInput("body", f"it is nested deeper than {DEEPEST} levels.")
        found = [inner for outer in found for inner in _inside(outer)]


def _inside(value: object) -> list[object]:
    if isinstance(value, str) and "\0" in value:
        raise InvalidInput("body", "it has a NUL character.")
    if isinstance(value, int) and not -LARGEST <= value < LARGEST:
        raise InvalidInput("body", "it has a number that is out of range.")
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def invalid(error: msgspec.ValidationError, whole: str) -> InvalidInput:
    """msgspec's objection as a refusal that names the member by its path, such as `signIn.methods[0].identifier`."""
    located = PLACE.fullmatch(str(error))
    text, place = (located[1], located[2]) if located else (str(error), "$")
    path = place.removeprefix("$").lstrip(".").replace("[...]", "[]")
    member = MEMBER.fullmatch(text)
    if member is None:
        return InvalidInput(path or whole, f"{text}.")
    name = f"{path}.{member[2]}" if path else member[2]
    return InvalidInput(name, "there is no such member." if "unknown" in member[1] else "it is missing.")
