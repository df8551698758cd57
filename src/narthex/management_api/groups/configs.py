"""`/api/configs/oidc/…`: signing keys and the life of sessions. Wire: management-configs-jwt.json, logto-api.md 1.6."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.errors import InvalidInput
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.sessions.schemas import SESSION_TTL
from narthex.signing_keys import service as signing_keys
from narthex.signing_keys import withdrawal
from narthex.signing_keys.schemas import KeySummary

SECOND = 1000
PRIVATE_KEYS, COOKIE_KEYS = "private-keys", "cookie-keys"
ALGORITHMS = {"EC": signing_keys.DEFAULT_ALGORITHM, "RSA": "RS256"}


class KeyAnswer(Struct, frozen=True, rename="camel"):
    """A key without what is secret of it; times in seconds. `effectiveAt` where it is still to come."""

    id: str
    created_at: int
    signing_key_algorithm: str
    status: str
    effective_at: int | UnsetType = UNSET


class RotationBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The kind of the new key."""

    signing_key_algorithm: Literal["EC", "RSA"] = "EC"


class SessionConfig(Struct, frozen=True):
    """How long a session lives, in seconds."""

    ttl: int


async def get_oidc_keys(call: Call[NoQuery, None]) -> list[KeyAnswer]:
    """The signing keys of the tenant, the newest first. Cookies are not signed, so there are no keys for them."""
    return [] if _key_type(call) == COOKIE_KEYS else await _keys(call)


async def rotate_oidc_keys(call: Call[NoQuery, RotationBody]) -> list[KeyAnswer]:
    """Let the next signing key take over, once it has been published long enough, and publish a new next one."""
    _require_private_keys(call)
    async with call.runtime.database.write(call.tenant.id) as tx:
        algorithm = ALGORITHMS[call.body.signing_key_algorithm]
        rotation = await signing_keys.rotate(tx, call.actor, call.runtime, algorithm)
        details = {"keyId": rotation.key_id, "signsFrom": rotation.signs_from}
        await audit_log.record(tx, call.actor, Event(audit_keys.SIGNING_KEY_ROTATE, details=details))
    return await _keys(call)


async def delete_oidc_key(call: Call[NoQuery, None]) -> None:
    """Withdraw a previous signing key; what it signed holds no more."""
    _require_private_keys(call)
    async with call.runtime.database.write(call.tenant.id) as tx:
        key_id = call.path["keyId"]
        await withdrawal.withdraw(tx, call.actor, call.runtime, key_id)
        await audit_log.record(tx, call.actor, Event(audit_keys.SIGNING_KEY_DELETE, details={"keyId": key_id}))


async def get_oidc_session_config(call: Call[NoQuery, None]) -> SessionConfig:
    """How long a session lives."""
    return SessionConfig(SESSION_TTL // SECOND)


def _key_type(call: Call[NoQuery, RotationBody] | Call[NoQuery, None]) -> str:
    key_type = call.path["keyType"]
    if key_type not in {PRIVATE_KEYS, COOKIE_KEYS}:
        raise InvalidInput("keyType", f"{PRIVATE_KEYS} or {COOKIE_KEYS}.")
    return key_type


def _require_private_keys(call: Call[NoQuery, RotationBody] | Call[NoQuery, None]) -> None:
    if _key_type(call) == COOKIE_KEYS:
        raise InvalidInput("keyType", "cookies are not signed here, so there are no keys to change.")


async def _keys(call: Call[NoQuery, RotationBody] | Call[NoQuery, None]) -> list[KeyAnswer]:
    now = call.runtime.clock.now()
    return [_answer(key, now) for key in await signing_keys.summaries(call.runtime, call.tenant.id)]


def _answer(key: KeySummary, now: int) -> KeyAnswer:
    kind = "RSA" if key.algorithm.startswith(("RS", "PS")) else "EC"
    to_come = key.signs_from is not None and key.signs_from > now
    effective_at = key.signs_from // SECOND if to_come and key.signs_from else UNSET
    return KeyAnswer(key.id, key.created_at // SECOND, kind, key.status, effective_at)


_GROUP = Group("Configs")
_KEYS = "/api/configs/oidc/{keyType}"

OPERATIONS = (
    _GROUP.get("/api/configs/oidc/session", "Get the life of sessions", get_oidc_session_config, SessionConfig),
    _GROUP.get(_KEYS, "List keys", get_oidc_keys, list[KeyAnswer]),
    _GROUP.operation(
        "POST",
        "/api/configs/oidc/{keyType}/rotate",
        "Rotate keys",
        rotate_oidc_keys,
        body=RotationBody,
        answer=list[KeyAnswer],
    ),
    _GROUP.operation(
        "DELETE", "/api/configs/oidc/{keyType}/{keyId}", "Withdraw a previous key", delete_oidc_key, status=204
    ),
)
