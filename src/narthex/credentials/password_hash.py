"""Argon2id, as PHC strings (RFC 9106; parameters of OWASP: 19 MiB, two passes, one lane)."""

import functools

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
LENGTH = 32
# No account has this password: it is what an unknown name is checked against, at the same cost.
DECOY_PASSWORD = b"\x00narthex-decoy"
DECOY_SALT = b"narthex-decoy-01"


def hash_password(password: str, salt: bytes) -> str:
    """The PHC string of a password; some 25 ms and 19 MiB, and the interpreter lock is free meanwhile."""
    kdf = Argon2id(salt=salt, length=LENGTH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(password.encode())


def verify_password(password: str, phc: str) -> bool:
    """Whether the password belongs to the PHC string."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True


@functools.cache
def decoy_hash() -> str:
    """A hash of the same cost as any other, that no password that a form can carry belongs to."""
    kdf = Argon2id(salt=DECOY_SALT, length=LENGTH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(DECOY_PASSWORD)
