"""The secrets of an application: several may hold at once, so that one can be replaced without a break."""

from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy import delete as delete_from

from narthex.access import Actor, Permission
from narthex.applications.checks import check_name
from narthex.applications.schemas import SecretInfo, SecretValue
from narthex.applications.tables import application_secrets, applications
from narthex.applications.types import RULES, ApplicationType
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Reader, Transaction, UniqueViolation, statement
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.runtime import Runtime
from narthex.tenants.service import bump_config_version

DEFAULT_SECRET_NAME = "Default secret"
# The last moment that a JavaScript date knows (ECMA-262, 21.4.1.1).
END_OF_TIME = 8_640_000_000_000_000


class SealedSecret(Struct, frozen=True):
    """A secret as it is kept."""

    name: str
    value_sealed: str
    created_at: int
    expires_at: int | None


OF_APPLICATION = application_secrets.c.application_id == bindparam("of_application")
NAMED = application_secrets.c.name == bindparam("named")
OLDEST_FIRST = (application_secrets.c.created_at, application_secrets.c.name)
TYPE = statement(select(applications.c.type).where(applications.c.id == bindparam("id")), ApplicationType)
INFOS = statement(
    select(application_secrets.c.name, application_secrets.c.created_at, application_secrets.c.expires_at)
    .where(OF_APPLICATION)
    .order_by(*OLDEST_FIRST),
    SecretInfo,
)
SEALED = select(
    application_secrets.c.name,
    application_secrets.c.value_sealed,
    application_secrets.c.created_at,
    application_secrets.c.expires_at,
).where(OF_APPLICATION)
ALL_SEALED = statement(SEALED.order_by(*OLDEST_FIRST), SealedSecret)
ONE_SEALED = statement(SEALED.where(NAMED), SealedSecret)
INSERT = statement(insert(application_secrets))
RENAME = statement(
    update(application_secrets)
    .where(OF_APPLICATION, NAMED)
    .values(name=bindparam("new_name"), value_sealed=bindparam("sealed"))
)
DELETE = statement(delete_from(application_secrets).where(OF_APPLICATION, NAMED))


class SecretNameTaken(Refusal):
    """The application has a secret of this name. Wire: logto-api.md appendix A."""

    def __init__(self) -> None:
        super().__init__("application.secret_name_exists", status=422, text="This secret name is in use.")


class NoSecrets(Refusal):
    """Applications of this type cannot keep a secret (RFC 6749 2.1)."""

    def __init__(self, type: ApplicationType) -> None:
        text = f"An application of the type {type.value} cannot keep a secret."
        super().__init__("application.no_secrets", status=422, text=text)


async def secrets_of(reader: Reader, application_id: str) -> list[SecretInfo]:
    """The secrets of an application without their values, the oldest first. Raises `EntityNotFound`."""
    await _type_of(reader, application_id)
    return await reader.all(INFOS, of_application=application_id)


async def revealed(runtime: Runtime, reader: Reader, application_id: str) -> list[SecretValue]:
    """The secrets of an application with their values, the oldest first. Raises `EntityNotFound`."""
    await _type_of(reader, application_id)
    found = await reader.all(ALL_SEALED, of_application=application_id)
    values = [_opened(runtime, reader.tenant_id, application_id, one) for one in found]
    return [
        SecretValue(application_id, one.name, value, one.created_at, one.expires_at)
        for one, value in zip(found, values, strict=True)
    ]


async def reveal(runtime: Runtime, reader: Reader, application_id: str, name: str) -> str:
    """The value of one secret. Raises `EntityNotFound`."""
    return _opened(runtime, reader.tenant_id, application_id, await _sealed(reader, application_id, name))


async def add_secret(
    tx: Transaction, actor: Actor, runtime: Runtime, application_id: str, name: str, expires_at: int | None = None
) -> str:
    """Give an application another secret and return it; `expires_at` in ms since epoch. Raises `SecretNameTaken`,
    `NoSecrets`, `InvalidInput`, `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    check_name(name)
    if expires_at is not None and not tx.now < expires_at <= END_OF_TIME:
        raise InvalidInput("expiresAt", "it must be in the future.")
    kind = await _type_of(tx, application_id)
    if not RULES[kind].is_confidential:
        raise NoSecrets(kind)
    secret = await insert_secret(tx, runtime, application_id, name, expires_at)
    await _tell(tx, actor, runtime, audit_keys.APPLICATION_SECRET_CREATE, application_id, name)
    return secret


async def insert_secret(
    tx: Transaction, runtime: Runtime, application_id: str, name: str, expires_at: int | None = None
) -> str:
    """Write a new secret and return it; it is kept as a hash to compare and sealed to show again."""
    secret = runtime.randomness.secret(32)
    try:
        await tx.run(
            INSERT,
            application_id=application_id,
            name=name,
            value_hash=digest(secret),
            value_sealed=runtime.cipher.seal(secret.encode(), _context(tx.tenant_id, application_id, name)),
            created_at=tx.now,
            expires_at=expires_at,
        )
    except UniqueViolation:
        raise SecretNameTaken from None
    return secret


async def rename_secret(
    tx: Transaction, actor: Actor, runtime: Runtime, application_id: str, name: str, new_name: str
) -> None:
    """Call a secret something else. Raises `SecretNameTaken`, `InvalidInput`, `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    check_name(new_name)
    value = _opened(runtime, tx.tenant_id, application_id, await _sealed(tx, application_id, name))
    # The seal is bound to the name.
    sealed = runtime.cipher.seal(value.encode(), _context(tx.tenant_id, application_id, new_name))
    try:
        await tx.run(RENAME, of_application=application_id, named=name, new_name=new_name, sealed=sealed)
    except UniqueViolation:
        raise SecretNameTaken from None
    await _tell(tx, actor, runtime, audit_keys.APPLICATION_SECRET_UPDATE, application_id, new_name)


async def delete_secret(tx: Transaction, actor: Actor, runtime: Runtime, application_id: str, name: str) -> None:
    """Take a secret away; it lets nobody in any more. Raises `EntityNotFound`."""
    actor.require(Permission.MANAGE)
    await _type_of(tx, application_id)
    if not await tx.run(DELETE, of_application=application_id, named=name):
        raise EntityNotFound("secret", name)
    await _tell(tx, actor, runtime, audit_keys.APPLICATION_SECRET_DELETE, application_id, name)


async def _type_of(reader: Reader, application_id: str) -> ApplicationType:
    kind = await reader.one(TYPE, id=application_id)
    if kind is None:
        raise EntityNotFound("application", application_id)
    return kind


async def _sealed(reader: Reader, application_id: str, name: str) -> SealedSecret:
    await _type_of(reader, application_id)
    found = await reader.one(ONE_SEALED, of_application=application_id, named=name)
    if found is None:
        raise EntityNotFound("secret", name)
    return found


def _opened(runtime: Runtime, tenant_id: str | None, application_id: str, secret: SealedSecret) -> str:
    return runtime.cipher.open(secret.value_sealed, _context(tenant_id, application_id, secret.name)).decode()


def _context(tenant_id: str | None, application_id: str, name: str) -> str:
    return f"application_secret:{tenant_id}:{application_id}:{name}"


async def _tell(tx: Transaction, actor: Actor, runtime: Runtime, key: str, application_id: str, name: str) -> None:
    told = Event(key, application_id=application_id, details={"applicationSecret": {"name": name}})
    await audit_log.record(tx, actor, told)
    await bump_config_version(tx, runtime.cache)
