"""Proof Key for Code Exchange (RFC 7636), by the one method that Narthex speaks: S256."""

import hashlib

from narthex.kit.base64url import encode_text


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 4.2)."""
    return encode_text(hashlib.sha256(verifier.encode()).digest())
