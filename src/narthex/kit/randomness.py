"""Random tokens, identifiers and secrets, passed in to whoever needs them."""

import builtins
import random
import secrets
import string

from narthex.kit.base64url import encode_text

IDENTIFIER_ALPHABET = string.digits + string.ascii_lowercase
SECRET_ALPHABET = string.digits + string.ascii_letters


class _Alphabet:
    """Turns random bytes into characters; bytes that would favour the first characters are thrown away."""

    def __init__(self, characters: str) -> None:
        size = len(characters)
        fair = 256 - 256 % size
        self.characters = builtins.bytes(ord(characters[byte % size]) for byte in range(256))
        self.unfair = builtins.bytes(range(fair, 256))

    def spell(self, raw: builtins.bytes) -> str:
        return raw.translate(self.characters, self.unfair).decode("ascii")


_IDENTIFIER = _Alphabet(IDENTIFIER_ALPHABET)
_SECRET = _Alphabet(SECRET_ALPHABET)


class Randomness:
    """The operating system's random source."""

    def token(self, size: int = 32) -> str:
        """An opaque token of `size` random bytes, base64url without padding (32 bytes: 43 characters)."""
        return encode_text(self.bytes(size))

    def identifier(self, length: int = 21) -> str:
        """An id of `length` characters [0-9a-z], each equally likely (21: 108 bits, 12: 62 bits)."""
        return self._spell(_IDENTIFIER, length)

    def secret(self, length: int = 32) -> str:
        """A secret of `length` characters [0-9a-zA-Z], each equally likely (32: 190 bits)."""
        return self._spell(_SECRET, length)

    def _spell(self, alphabet: _Alphabet, length: int) -> str:
        # A quarter more than needed: at most 8 of 256 bytes are thrown away, so one round is nearly always enough.
        spelled = alphabet.spell(self.bytes(length + length // 4 + 8))
        while len(spelled) < length:
            spelled += alphabet.spell(self.bytes(length))
        return spelled[:length]

    # Last in the class: below this line the name `bytes` is the method.
    def bytes(self, size: int) -> builtins.bytes:
        """`size` random bytes."""
        return secrets.token_bytes(size)


class SeededRandomness(Randomness):
    """Repeatable randomness for tests; never for a server."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose

    def bytes(self, size: int) -> builtins.bytes:
        """`size` bytes that are the same for the same seed and history."""
        return self._random.randbytes(size)
