"""Taking a signing key out of the JWKS before its time, as when it leaked."""

from narthex.access import Actor, Permission
from narthex.kit.database import Transaction
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.signing_keys.service import ALL, DELETE
from narthex.tenants.service import bump_config_version


class KeyNotFound(Refusal):
    """The tenant has no signing key of this id. Wire: `oidc.key_not_found`."""

    def __init__(self, key_id: str) -> None:
        super().__init__("oidc.key_not_found", status=404, text=f"There is no key {key_id[:64]!r}.")


class KeyInUse(Refusal):
    """A key that signs, or will, stays. Wire: `oidc.only_previous_key_can_be_deleted`."""

    def __init__(self) -> None:
        super().__init__(
            "oidc.only_previous_key_can_be_deleted",
            status=422,
            text="Only a key that signs no more can be withdrawn; rotate first.",
        )


async def withdraw(tx: Transaction, actor: Actor, runtime: Runtime, key_id: str) -> None:
    """Delete a key that another has followed: every token that it signed holds no more. Raises `KeyNotFound`,
    `KeyInUse`. The caller writes the audit event."""
    actor.require(Permission.MANAGE)
    # First, since it takes the tenant's row: no rotation comes in between.
    await bump_config_version(tx, runtime.cache)
    rows = {row.id: row for row in await tx.all(ALL)}
    if key_id not in rows:
        raise KeyNotFound(key_id)
    signing = [row for row in rows.values() if row.signs_from is not None and row.signs_from <= tx.now]
    current = max(signing, key=lambda row: row.signs_from or 0)
    if rows[key_id] not in signing or key_id == current.id:
        raise KeyInUse
    await tx.run(DELETE, key_id=key_id)
