"""Keeps the tokens of a visitor in Flask's session, encrypted: that is a cookie, and whoever has the browser can read
it."""

import base64
import hashlib
import secrets

from flask import current_app, g, session
from flask.sessions import SecureCookieSessionInterface

from narthex_client.errors import ConfigError
from narthex_client.storage import Key

PREFIX = "narthex."
# A browser drops a cookie of more than 4096 bytes. Access tokens beyond this come anew when they are needed.
LARGEST_MAP = 1600
_NONCE_BYTES = 12


class SessionStorage:
    """The storage of the visitor who makes the current request. The key comes from the application's `secret_key`."""

    def get(self, key: Key, /) -> str | None:
        """The value, or None, also where it was sealed with another key."""
        if key == "accessTokenMap" and "narthex_token_map" in g:
            kept: str = g.narthex_token_map
            return kept
        return _open(key, session.get(PREFIX + key))

    def set(self, key: Key, value: str | None, /) -> None:
        """Keep a value; None forgets it."""
        if value is None:
            self.delete(key)
        elif key == "accessTokenMap" and len(value) > LARGEST_MAP and _is_cookie():
            self.delete(key)
            g.narthex_token_map = value  # for the rest of this request
        else:
            sealed = _seal(key, value)
            self.delete(key)
            session[PREFIX + key] = sealed

    def delete(self, key: Key, /) -> None:
        """Forget a value."""
        if key == "accessTokenMap":
            g.pop("narthex_token_map", None)
        session.pop(PREFIX + key, None)


def _is_cookie() -> bool:
    return isinstance(current_app.session_interface, SecureCookieSessionInterface)


def _key() -> bytes:
    secret = current_app.secret_key
    if not secret:
        raise ConfigError("Set app.secret_key to a long random text that stays the same; the session needs it too.")
    secret_bytes = secret.encode() if isinstance(secret, str) else secret
    return hashlib.blake2b(b"tokens of a visitor", key=hashlib.sha256(secret_bytes).digest(), digest_size=32).digest()


def _seal(name: str, text: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key()).encrypt(nonce, text.encode(), name.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def _open(name: str, sealed: object) -> str | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not isinstance(sealed, str):
        return None
    try:
        content = base64.urlsafe_b64decode(sealed)
        return AESGCM(_key()).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], name.encode()).decode()
    except (InvalidTag, ValueError):
        return None
