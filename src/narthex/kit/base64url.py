"""Base64url without padding (RFC 4648 section 5, RFC 7515 section 2), in its one canonical spelling."""

import binascii

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# The standard alphabet and the padding become spaces, which the decoder refuses.
_FROM_URL_SAFE = bytes.maketrans(b"-_+/=", b"+/   ")


def encode(data: bytes) -> bytes:
    """The text of `data`, as ASCII bytes."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL_SAFE)


def encode_text(data: bytes) -> str:
    """The text of `data`."""
    return encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`; raises ValueError for padding, another alphabet, or unused bits that are not zero."""
    raw = text.encode("ascii")
    data = binascii.a2b_base64(raw.translate(_FROM_URL_SAFE) + b"=" * (-len(raw) % 4), strict_mode=True)
    if encode(data) != raw:
        raise ValueError("not canonical base64url")
    return data
