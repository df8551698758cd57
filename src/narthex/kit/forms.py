"""Form bodies and query strings, parsed once and strictly; and the token that binds a form to a browser."""

import hmac
from collections.abc import Iterable, Mapping
from typing import Self
from urllib.parse import unquote_to_bytes

from narthex.kit.base64url import encode_text
from narthex.kit.errors import Refusal

FIELD_LIMIT = 1_000


class FormInvalid(Refusal):
    """A form or query string that no honest client sends."""

    def __init__(self, text: str) -> None:
        super().__init__("request.invalid_form", text=text, phrase="error.unreadable_form")


class Form:
    """The fields of a form or a query string, in order; a name may be given more than once."""

    __slots__ = ("_fields",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        self._fields = fields

    @classmethod
    def parse(cls, raw: bytes | str) -> Self:
        """The fields of `application/x-www-form-urlencoded` data; raises `FormInvalid`."""
        data = _encode(raw) if isinstance(raw, str) else raw
        if not data:
            return cls()
        if data.count(b"&") >= FIELD_LIMIT:
            raise FormInvalid(f"The request has more than {FIELD_LIMIT} fields.")
        if b"%" not in data and b"+" not in data:
            # Nothing is escaped, as in most token requests: decoded at once, which takes half the time.
            plain = (part.partition("=") for part in _decode(data).split("&") if part)
            return cls((name, value) for name, _, value in plain)
        escaped = (part.partition(b"=") for part in data.split(b"&") if part)
        return cls((_decode(name), _decode(value)) for name, _, value in escaped)

    @classmethod
    def of(cls, values: Mapping[str, str | int | list[str] | None]) -> Self:
        """The form that a JSON object stands for; a list is a repeated name, null is absent; raises `FormInvalid`."""
        pairs: list[tuple[str, str]] = []
        for name, value in values.items():
            if value is not None:
                pairs.extend((name, str(item)) for item in (value if isinstance(value, list) else [value]))
        if len(pairs) > FIELD_LIMIT:
            raise FormInvalid(f"The request has more than {FIELD_LIMIT} fields.")
        if any("\0" in name or "\0" in value for name, value in pairs):
            raise FormInvalid("The request contains a NUL character.")
        return cls(pairs)

    def get(self, name: str) -> str | None:
        """The first value of `name`, or None."""
        values = self._fields.get(name)
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of `name`, in order."""
        return tuple(self._fields.get(name, ()))

    def repeated(self) -> tuple[str, ...]:
        """The names that were given more than once (RFC 6749 3.1 forbids most of them)."""
        return tuple(name for name, values in self._fields.items() if len(values) > 1)

    def names(self) -> tuple[str, ...]:
        """Every name, in order of first appearance."""
        return tuple(self._fields)

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with every value, grouped by name."""
        return [(name, value) for name, values in self._fields.items() for value in values]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __repr__(self) -> str:
        # Names only: values are passwords, codes and secrets, and a repr ends up in logs.
        return f"Form({', '.join(self._fields)})"


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FormInvalid("The request is not valid UTF-8.") from None


def _decode(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    if b"\0" in raw:
        raise FormInvalid("The request contains a NUL character.")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise FormInvalid("The request is not valid UTF-8.") from None


def form_token(secret: str, purpose: str) -> str:
    """The token of a form: HMAC-SHA-256 over its purpose, keyed by the secret cookie of the browser it is shown to."""
    return encode_text(hmac.digest(secret.encode(), purpose.encode(), "sha256"))


def check_form_token(secret: str, purpose: str, value: str | None) -> bool:
    """Whether `value` is the token of this form in this browser."""
    if not secret or not value:
        return False
    return hmac.compare_digest(form_token(secret, purpose).encode(), value.encode())
