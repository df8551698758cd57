"""The form of a connector's configuration: its fields are declared by the connector, as dotted paths into JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from narthex.connectors.contract import FormField
from narthex.kit.errors import InvalidInput
from narthex.kit.forms import Form


class ShownField(Struct, frozen=True):
    """A field of the form with its value as text; `checked` is for switches."""

    about: FormField
    value: str
    checked: bool


def shown(fields: Iterable[FormField], typed: Mapping[str, str]) -> tuple[ShownField, ...]:
    """The fields with what was typed into them."""
    return tuple(ShownField(one, typed.get(one.key, ""), typed.get(one.key) == "on") for one in fields)


def typed_of(fields: Iterable[FormField], form: Form) -> dict[str, str]:
    """What was typed, by key; a secret is among it, so this goes no further than the page itself."""
    return {one.key: (form.get(one.key) or "").strip() for one in fields}


def as_typed(fields: Iterable[FormField], config: Mapping[str, Any]) -> dict[str, str]:
    """A stored configuration as the form shows it."""
    return {one.key: _as_text(one, _at(config, one.key)) for one in fields}


def as_config(fields: Iterable[FormField], typed: Mapping[str, str]) -> dict[str, Any]:
    """The configuration that the form stands for; empty fields are left out. Raises `InvalidInput` for bad JSON or a
    bad number, named by the key of the field."""
    config: dict[str, Any] = {}
    for one in fields:
        value = _as_value(one, typed.get(one.key, ""))
        if value is not None:
            _put(config, one.key, value)
    return config


def with_discovered(fields: Iterable[FormField], typed: Mapping[str, str], found: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, with what the provider says of itself in the fields that it says something about."""
    news = {one.key: _as_text(one, value) for one in fields if (value := _at(found, one.key)) is not None}
    return {**typed, **news}


def _as_value(about: FormField, text: str) -> Any:
    match about.type:
        case "switch":
            return text == "on"
        case "json":
            return _json(about.key, text) if text else None
        case "list":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        case "number":
            return _number(about.key, text) if text else None
    return text or None


def _json(key: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise InvalidInput(key, "this is nested too deep.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(key, f"this is not JSON: {error}.") from None


def _number(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise InvalidInput(key, "give a whole number.")
    return int(text)


def _as_text(about: FormField, value: Any) -> str:
    if value is None:
        default = about.default
        return ("on" if default else "") if isinstance(default, bool) else str(default or "")
    match about.type:
        case "switch":
            return "on" if value else ""
        case "json":
            return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
        case "list":
            return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    return str(value)


def _at(config: Mapping[str, Any], key: str) -> Any:
    value: Any = config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(config: dict[str, Any], key: str, value: Any) -> None:
    *outer, last = key.split(".")
    place = config
    for part in outer:
        place = place.setdefault(part, {})
    place[last] = value
