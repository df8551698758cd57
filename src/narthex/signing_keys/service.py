"""Rules of signing keys: when a key is made, published, signs, and goes."""

from itertools import pairwise

from sqlalchemy import bindparam, delete, insert, select, update

from narthex.access import Actor, Permission
from narthex.kit.cache import Versioned
from narthex.kit.database import Transaction, statement
from narthex.kit.encryption import Cipher
from narthex.kit.errors import Refusal
from narthex.kit.jose import Signer, generate_private_key, load_private_key, private_key_pem, public_jwk
from narthex.kit.runtime import Runtime
from narthex.signing_keys.schemas import KeyRing, KeyRow, KeySummary, Rotation
from narthex.signing_keys.tables import signing_keys
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants

DEFAULT_ALGORITHM = "ES256"
# Clients cache the JWKS: a key signs only after it was published for longer than they do.
PUBLISHED_BEFORE_SIGNING = 60 * 60 * 1000
# An ID token may come back as a hint, and a grant lives 180 days at most.
KEPT_AFTER_SIGNING = 180 * 24 * 60 * 60 * 1000

INSERT = statement(insert(signing_keys))
ALL = statement(
    select(
        signing_keys.c.id,
        signing_keys.c.algorithm,
        signing_keys.c.private_key,
        signing_keys.c.public_jwk,
        signing_keys.c.created_at,
        signing_keys.c.signs_from,
        tenants.c.config_version,
    )
    .join_from(signing_keys, tenants, signing_keys.c.tenant_id == tenants.c.tenant_id)
    .order_by(signing_keys.c.created_at.desc(), signing_keys.c.id),
    KeyRow,
)
ACTIVATE = statement(
    update(signing_keys).where(signing_keys.c.id == bindparam("key_id")).values(signs_from=bindparam("from_time"))
)
DELETE = statement(delete(signing_keys).where(signing_keys.c.id == bindparam("key_id")))


class RotationPending(Refusal):
    """A rotation is under way already: its key has been published, but does not sign yet."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            "oidc.invalid_request",
            status=422,
            text=f"The key {key_id} is about to take over; rotate again once it signs.",
            phrase="error.invalid_request",
        )


async def key_ring(runtime: Runtime, tenant_id: str) -> KeyRing:
    """The tenant's keys, from the cache."""
    ring = await runtime.cache.get(tenant_id, "key_ring", _load_ring, runtime, tenant_id)
    if ring is None:
        raise LookupError(f"the tenant {tenant_id} has no signing key")
    return ring


async def _load_ring(runtime: Runtime, tenant_id: str) -> Versioned[KeyRing] | None:
    async with runtime.database.read(tenant_id) as reader:
        rows = await reader.all(ALL)
    return (rows[0].config_version, _ring(runtime.cipher, tenant_id, rows)) if rows else None


def _ring(cipher: Cipher, tenant_id: str, rows: list[KeyRow]) -> KeyRing:
    signers = [
        (row.signs_from, Signer(load_private_key(_opened(cipher, tenant_id, row)), row.algorithm, row.id))
        for row in rows
        if row.signs_from is not None
    ]
    algorithms = list(dict.fromkeys(row.algorithm for row in rows))
    return KeyRing(signers, [row.public_jwk for row in rows], algorithms)


def _opened(cipher: Cipher, tenant_id: str, row: KeyRow) -> bytes:
    return cipher.open(row.private_key, f"signing_key:{tenant_id}:{row.id}")


async def create_first(tx: Transaction, actor: Actor, cipher: Cipher, algorithm: str = DEFAULT_ALGORITHM) -> None:
    """Give a new tenant its first key, which signs at once, and the next one, which is only published."""
    actor.require(Permission.MANAGE)
    await _insert(tx, cipher, algorithm, signs_from=tx.now)
    await _insert(tx, cipher, algorithm, signs_from=None)


async def rotate(tx: Transaction, actor: Actor, runtime: Runtime, algorithm: str = DEFAULT_ALGORITHM) -> Rotation:
    """Let the published next key take over and publish a new next one: at once, unless it has been published for less
    than an hour. Raises `RotationPending` while one is under way. The caller writes the audit event."""
    actor.require(Permission.MANAGE)
    # First, since it takes the tenant's row: two rotations at once come one after the other.
    await bump_config_version(tx, runtime.cache)
    rows = await tx.all(ALL)
    pending = [row for row in rows if row.signs_from is not None and row.signs_from > tx.now]
    if pending:
        raise RotationPending(pending[0].id)
    following = next((row.id for row in rows if row.signs_from is None), None)
    published = next((row.created_at for row in rows if row.id == following), tx.now)
    if following is None or not any(row.id == following and row.algorithm == algorithm for row in rows):
        following, published = await _insert(tx, runtime.cipher, algorithm, signs_from=None), tx.now
    signs_from = max(tx.now, published + PUBLISHED_BEFORE_SIGNING)
    await tx.run(ACTIVATE, key_id=following, from_time=signs_from)
    await _insert(tx, runtime.cipher, algorithm, signs_from=None)
    await _delete_expired(tx, rows)
    return Rotation(following, signs_from)


async def _delete_expired(tx: Transaction, rows: list[KeyRow]) -> None:
    signing = sorted((row for row in rows if row.signs_from is not None), key=lambda row: row.signs_from or 0)
    for row, successor in pairwise(signing):
        if (successor.signs_from or 0) + KEPT_AFTER_SIGNING < tx.now:
            await tx.run(DELETE, key_id=row.id)


async def _insert(tx: Transaction, cipher: Cipher, algorithm: str, signs_from: int | None) -> str:
    key = generate_private_key(algorithm)
    jwk = public_jwk(key, algorithm)
    sealed = cipher.seal(private_key_pem(key), f"signing_key:{tx.tenant_id}:{jwk['kid']}")
    await tx.run(
        INSERT,
        id=jwk["kid"],
        algorithm=algorithm,
        private_key=sealed,
        public_jwk=jwk,
        created_at=tx.now,
        signs_from=signs_from,
    )
    return jwk["kid"]


async def summaries(runtime: Runtime, tenant_id: str) -> list[KeySummary]:
    """The keys with their status: Next, Current or Previous (wire: logto-api.md 1.6)."""
    now = runtime.clock.now()
    async with runtime.database.read(tenant_id) as reader:
        rows = await reader.all(ALL)
    current = max((row.signs_from for row in rows if row.signs_from and row.signs_from <= now), default=None)

    def status(row: KeyRow) -> str:
        if row.signs_from is None or row.signs_from > now:
            return "Next"
        return "Current" if row.signs_from == current else "Previous"

    return [KeySummary(row.id, row.algorithm, status(row), row.created_at, row.signs_from) for row in rows]
