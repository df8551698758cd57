"""The secret parts of a configuration, by their dotted paths: left out of what is shown, kept where none is given."""

from collections.abc import Iterable, Mapping

Config = Mapping[str, object]


def without_secrets(config: Config, secret_keys: Iterable[str]) -> dict[str, object]:
    """The configuration without what must not be shown again."""
    shown = dict(config)
    for key in secret_keys:
        shown = _with(shown, key.split("."), None)
    return shown


def with_kept_secrets(given: Config, stored: Config, secret_keys: Iterable[str]) -> dict[str, object]:
    """The new configuration, in which a secret that is missing or empty has its stored value."""
    merged = dict(given)
    for key in secret_keys:
        path = key.split(".")
        if not _at(given, path) and (kept := _at(stored, path)):
            merged = _with(merged, path, kept)
    return merged


def _at(config: Config, path: list[str]) -> object:
    found: object = config
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _with(config: Config, path: list[str], value: object) -> dict[str, object]:
    """The configuration with this value at the path, or without it where the value is None."""
    name, rest = path[0], path[1:]
    inner = config.get(name)
    if rest:
        value = _with(inner if isinstance(inner, Mapping) else {}, rest, value) or None
    others = {key: one for key, one in config.items() if key != name}
    return others if value is None else {**others, name: value}
