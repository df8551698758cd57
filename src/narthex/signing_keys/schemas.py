"""A signing key and the ring of them that a tenant signs and verifies with."""

import msgspec
from msgspec import Struct

from narthex.kit.jose import Signer, Verifier


class KeyRow(Struct, frozen=True):
    """A row of `signing_keys`, read together with the version of the tenant's configuration."""

    id: str
    algorithm: str
    private_key: str
    public_jwk: dict[str, str]
    created_at: int
    signs_from: int | None
    config_version: int


class KeySummary(Struct, frozen=True):
    """What may be shown of a key. Wire: logto-api.md 1.6."""

    id: str
    algorithm: str
    status: str
    created_at: int
    signs_from: int | None


class Rotation(Struct, frozen=True):
    """Which key takes over, and from when it signs (ms since epoch)."""

    key_id: str
    signs_from: int


class KeyRing:
    """All keys of a tenant; which one signs depends on the time alone, so that every node changes over together."""

    def __init__(self, signers: list[tuple[int, Signer]], public_jwks: list[dict[str, str]], algorithms: list[str]):
        self._signers = sorted(signers, key=lambda entry: entry[0], reverse=True)
        self.verifier = Verifier(public_jwks)
        self.jwks = msgspec.json.encode({"keys": public_jwks})
        self.algorithms = algorithms

    def signer(self, now: int) -> Signer:
        """The key that signs at `now`: the newest whose time has come."""
        for signs_from, signer in self._signers:
            if signs_from <= now:
                return signer
        raise LookupError("no signing key may sign yet")
