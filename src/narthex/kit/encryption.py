"""Encryption at rest for secrets that must be shown or used again, and the key that does it."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from narthex.kit import base64url

KEY_SIZE = 32
VERSION = "v1."
NONCE_SIZE = 12


class SealBroken(Exception):
    """A sealed value that this key did not seal, that was sealed for another context, or that was changed."""


class KeyFileInvalid(Exception):
    """A key file that cannot be used; the message says why and what to do."""


class Cipher:
    """Seals values with AES-256-GCM (NIST SP 800-38D); a value opens only in the context it was sealed for."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError(f"The encryption key must have {KEY_SIZE} bytes, not {len(key)}.")
        self._gcm = AESGCM(key)

    def seal(self, plain: bytes, context: str) -> str:
        """`plain` encrypted and bound to `context` (say "signing_keys:<tenant>:<kid>"), as text."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        sealed = self._gcm.encrypt(nonce, plain, context.encode())
        return VERSION + base64url.encode_text(nonce + sealed)

    def open(self, sealed: str, context: str) -> bytes:
        """What `seal` was given; raises `SealBroken`."""
        if not sealed.startswith(VERSION):
            raise SealBroken("unknown version")
        try:
            raw = base64url.decode(sealed[len(VERSION) :])
            return self._gcm.decrypt(raw[:NONCE_SIZE], raw[NONCE_SIZE:], context.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("wrong key, wrong context or changed value") from None


def generate_key() -> str:
    """A new key in the form that `decode_key` takes."""
    return base64.b64encode(secrets.token_bytes(KEY_SIZE)).decode("ascii")


def decode_key(text: str) -> bytes:
    """The 32 bytes behind base64 (standard or URL-safe); raises ValueError."""
    try:
        key = binascii.a2b_base64(text.strip().replace("-", "+").replace("_", "/").rstrip("=") + "=", strict_mode=True)
    except ValueError:
        raise ValueError("it is not base64") from None
    if len(key) != KEY_SIZE:
        raise ValueError(f"it has {len(key)} bytes instead of {KEY_SIZE}")
    return key


def load_or_create_key(path: Path) -> bytes:
    """The key in the file, made on first use and readable by its owner only; raises `KeyFileInvalid`."""
    if not path.exists():
        _create_key_file(path)
    if path.stat().st_mode & 0o077:
        raise KeyFileInvalid(f"{path} can be read by others than its owner. Run: chmod 600 {path}")
    try:
        return decode_key(path.read_text("ascii"))
    except ValueError as error:
        raise KeyFileInvalid(
            f"{path} holds no encryption key: {error}. Restore the file from a backup; without it the signing keys and "
            "the other encrypted values of this database cannot be read."
        ) from None


def _create_key_file(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(generate_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link appears whole or not at all, and the first of two processes wins.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
