"""Values that nobody can guess: state, nonce, and the code verifier with its challenge (RFC 7636)."""

import base64
import hashlib
import secrets


def new_secret() -> str:
    """32 random bytes as 43 characters; good as state, nonce and code verifier."""
    return secrets.token_urlsafe(32)


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
