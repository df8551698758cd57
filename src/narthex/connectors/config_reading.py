"""Reading what an operator or a script gave as a connector's configuration: each reader names the field by its path."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

import msgspec

from narthex.connectors.contract import ConfigInvalid

LONGEST = 4_096
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"false", "0"})


class Fields(msgspec.Struct, frozen=True):
    """One object of a configuration, and the path at which it is."""

    values: Mapping[str, object]
    prefix: str = ""

    def path(self, key: str) -> str:
        """The dotted path of a field of this object."""
        return f"{self.prefix}{key}"

    def refuse(self, key: str, text: str) -> ConfigInvalid:
        """The refusal of a field."""
        return ConfigInvalid(self.path(key), text)

    def inside(self, key: str) -> "Fields":
        """An object inside this one, empty where it is not given."""
        value = self.values.get(key)
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise self.refuse(key, "must be an object")
        return Fields(value, f"{self.path(key)}.")

    def only(self, names: Iterable[str]) -> None:
        """Refuse what is not one of these fields: a misspelt name must not pass for a default."""
        known = list(names)
        for name in self.values:
            if name not in known:
                near = get_close_matches(str(name), known, n=1)
                raise self.refuse(str(name)[:64], "is not a field" + (f"; did you mean {near[0]}?" if near else ""))

    def text(self, key: str) -> str | None:
        """A text; None where it is not given or empty."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.refuse(key, "must be a text")
        if len(value) > LONGEST or not value.isprintable():
            raise self.refuse(key, "is too long, or has characters that cannot be shown")
        return value

    def required(self, key: str) -> str:
        """A text that must be given."""
        value = self.text(key)
        if value is None or not value.strip():
            raise self.refuse(key, "is required")
        return value

    def url(self, key: str) -> str:
        """An http or https URL that must be given."""
        value = self.required(key)
        if not is_url(value):
            raise self.refuse(key, "must be a URL that begins with https:// (or http://), without user name or #")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of some texts, the first where it is not given."""
        value = self.text(key)
        if value is not None and value not in choices:
            raise self.refuse(key, f"must be one of {', '.join(choices)}")
        return value or choices[0]

    def switch(self, key: str) -> bool | None:
        """A boolean; None where it is not given. Forms give it as a text."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or value.lower() not in _TRUE | _FALSE:
            raise self.refuse(key, "must be true or false")
        return value.lower() in _TRUE

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts; empty where it is not given."""
        value = self.values.get(key)
        if value is None or value == "":
            return ()
        listed = value if isinstance(value, list | tuple) else [value]
        if not listed:
            raise self.refuse(key, "must not be an empty list; leave it out instead")
        for entry in listed:
            if not isinstance(entry, str) or not entry.strip() or len(entry) > LONGEST or not entry.isprintable():
                raise self.refuse(key, "must be a text or a list of texts")
        return tuple(listed)


def is_url(text: str) -> bool:
    """Whether a text is an http or https URL that can be asked; where it leads is for the client's guard."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not any(character in text for character in ' \\#"<>')
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )
