"""ES256 by raw cryptography: the header is encoded once, the claims by msgspec."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ENCODE = msgspec.json.Encoder().encode


def base64url(data: bytes) -> bytes:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


class Signer:
    """One key that signs tokens of one type."""

    def __init__(self, typ: str) -> None:
        self._sign = ec.generate_private_key(ec.SECP256R1()).sign
        self._scheme = ec.ECDSA(SHA256())
        self._header = base64url(ENCODE({"alg": "ES256", "typ": typ, "kid": secrets.token_urlsafe(32)})) + b"."

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JWT."""
        signed = self._header + base64url(ENCODE(claims))
        r, s = decode_dss_signature(self._sign(signed, self._scheme))
        return (signed + b"." + base64url(r.to_bytes(32) + s.to_bytes(32))).decode()
