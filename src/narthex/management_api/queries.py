"""Query parameters as records: each one once, unless its field is a list; parameters that nobody knows do nothing."""

from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo, fields

from narthex.kit.errors import InvalidInput
from narthex.kit.forms import Form
from narthex.management_api.bodies import invalid

Q = TypeVar("Q", bound=Struct)


def parsed_query(query: Form, kind: type[Q]) -> Q:
    """The record that a query string stands for. Raises `InvalidInput`."""
    given = {field.encode_name: _value(query, field) for field in fields(kind) if field.encode_name in query}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error, "query") from None


def _value(query: Form, field: FieldInfo) -> object:
    values = query.all(field.encode_name)
    if _is_list(field.type):
        return values
    if len(values) > 1:
        raise InvalidInput(field.encode_name, "it is given more than once.")
    return values[0]


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(get_origin(inner) is tuple for inner in get_args(annotation))
