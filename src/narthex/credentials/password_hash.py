"""Argon2id, as PHC strings (RFC 9106; parameters of OWASP: 19 MiB, two passes, one lane)."""

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
LENGTH = 32
# What an unknown name is checked against, at the same cost: nobody knows a password whose hash is all zeros. It is
# written down, so that the first unknown name after a start does not wait for a second hash.
DECOY_HASH = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$bmFydGhleC1kZWNveS0wMQ${'A' * 43}"


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
