"""How secrets that are only ever compared are stored and compared."""

import hashlib
import hmac

from narthex.kit.base64url import encode_text


def digest(text: str) -> str:
    """SHA-256 of `text` as 43 characters of base64url; for values with 128 random bits or more, never for passwords."""
    return encode_text(hashlib.sha256(text.encode()).digest())


def same(a: str, b: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(a.encode(), b.encode())
