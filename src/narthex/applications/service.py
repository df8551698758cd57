"""Rules, reads and writes of applications."""

import re
import unicodedata

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, select

from narthex.access import Actor, Permission
from narthex.applications.redirect_uris import check_registrable
from narthex.applications.schemas import (
    DEMO_APPLICATION_ID,
    Application,
    ApplicationRow,
    CustomClientMetadata,
    NewApplication,
    OidcClientMetadata,
    SecretHash,
    origins_of,
)
from narthex.applications.tables import application_secrets, applications
from narthex.applications.types import RULES, ApplicationType
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.cache import Versioned
from narthex.kit.database import Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.tenants.schemas import Tenant
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants


class MetadataRow(Struct, frozen=True):
    """The metadata of an application with the version of the tenant's configuration."""

    oidc_client_metadata: OidcClientMetadata
    custom_client_metadata: CustomClientMetadata
    config_version: int


DEFAULT_SECRET_NAME = "Default secret"
LONGEST_NAME = 256
# A name is shown to people who decide by it: controls, formats (bidi overrides among them), surrogates, private use.
UNSHOWABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# More marks on one letter than any script needs paint over what stands beside the name.
PILED_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4}")

INSERT = statement(insert(applications))
INSERT_SECRET = statement(insert(application_secrets))
BY_ID = statement(
    select(
        applications.c.id,
        applications.c.name,
        applications.c.type,
        applications.c.oidc_client_metadata,
        applications.c.custom_client_metadata,
        applications.c.is_third_party,
        tenants.c.config_version,
    )
    .join_from(applications, tenants, applications.c.tenant_id == tenants.c.tenant_id)
    .where(applications.c.id == bindparam("id")),
    ApplicationRow,
)
SECRETS = statement(
    select(application_secrets.c.name, application_secrets.c.value_hash, application_secrets.c.expires_at).where(
        application_secrets.c.application_id == bindparam("application_id")
    ),
    SecretHash,
)

ALL_METADATA = statement(
    select(
        applications.c.oidc_client_metadata, applications.c.custom_client_metadata, tenants.c.config_version
    ).join_from(applications, tenants, applications.c.tenant_id == tenants.c.tenant_id),
    MetadataRow,
)


class ApplicationInvalid(Refusal):
    """An application that cannot be made as asked; the text names the field."""

    def __init__(self, text: str) -> None:
        super().__init__("guard.invalid_input", status=400, text=text)


class Credentials(Struct, frozen=True):
    """What a new application is told once: its id and, if it keeps one, its secret."""

    application_id: str
    secret: str | None


async def find(runtime: Runtime, tenant: Tenant, application_id: str) -> Application | None:
    """The application of this id, from the cache."""
    return await runtime.cache.get(tenant.id, ("application", application_id), _load, runtime, tenant, application_id)


async def _load(runtime: Runtime, tenant: Tenant, application_id: str) -> Versioned[Application] | None:
    async with runtime.database.read(tenant.id) as reader:
        row = await reader.one(BY_ID, id=application_id)
        secrets = await reader.all(SECRETS, application_id=application_id) if row else []
    return None if row is None else (row.config_version, _application(tenant, row, secrets))


def _application(tenant: Tenant, row: ApplicationRow, secrets: list[SecretHash]) -> Application:
    oidc = row.oidc_client_metadata
    if row.id == DEMO_APPLICATION_ID:
        # The demo app lives wherever the tenant does, so its URIs follow the tenant's address.
        home = f"{tenant.base_url}/demo-app"
        oidc = OidcClientMetadata((f"{home}/callback",), (home,))
    return Application(row.id, row.name, row.type, oidc, row.custom_client_metadata, row.is_third_party, tuple(secrets))


async def all_origins(runtime: Runtime, tenant: Tenant) -> frozenset[str]:
    """The origins of all applications of a tenant, from the cache: a preflight names no client."""
    return await runtime.cache.get(tenant.id, "application_origins", _load_origins, runtime, tenant) or frozenset()


async def _load_origins(runtime: Runtime, tenant: Tenant) -> Versioned[frozenset[str]] | None:
    async with runtime.database.scan(tenant.id) as reader:
        rows = await reader.all(ALL_METADATA)
    if not rows:
        return None
    sets = (origins_of(row.oidc_client_metadata, row.custom_client_metadata) for row in rows)
    return min(row.config_version for row in rows), frozenset().union(*sets)


async def create(tx: Transaction, actor: Actor, runtime: Runtime, new: NewApplication) -> Credentials:
    """Make an application and, for a confidential one, its first secret. Raises `ApplicationInvalid`,
    `RedirectUriInvalid`."""
    actor.require(Permission.MANAGE)
    _check(new)
    application_id = tx.new_id()
    await _insert(tx, application_id, new)
    secret = None
    if RULES[new.type].is_confidential:
        secret = await add_secret(tx, actor, runtime, application_id, DEFAULT_SECRET_NAME)
    await audit_log.record(tx, actor, Event(audit_keys.APPLICATION_CREATE, application_id=application_id))
    await bump_config_version(tx, runtime.cache)
    return Credentials(application_id, secret)


async def create_demo(tx: Transaction, actor: Actor, runtime: Runtime) -> None:
    """The built-in application of a new tenant."""
    actor.require(Permission.MANAGE)
    await _insert(tx, DEMO_APPLICATION_ID, NewApplication("Demo app", ApplicationType.SPA))
    await bump_config_version(tx, runtime.cache)


async def add_secret(
    tx: Transaction, actor: Actor, runtime: Runtime, application_id: str, name: str, expires_at: int | None = None
) -> str:
    """Give an application another secret and return it; it is kept as a hash to compare and sealed to show again."""
    actor.require(Permission.MANAGE)
    secret = runtime.randomness.secret(32)
    await tx.run(
        INSERT_SECRET,
        application_id=application_id,
        name=name,
        value_hash=digest(secret),
        value_sealed=runtime.cipher.seal(secret.encode(), f"application_secret:{tx.tenant_id}:{application_id}:{name}"),
        created_at=tx.now,
        expires_at=expires_at,
    )
    await bump_config_version(tx, runtime.cache)
    return secret


async def _insert(tx: Transaction, application_id: str, new: NewApplication) -> None:
    await tx.run(
        INSERT,
        id=application_id,
        name=new.name,
        description=new.description,
        type=new.type.value,
        oidc_client_metadata=msgspec.to_builtins(OidcClientMetadata(new.redirect_uris, new.post_logout_redirect_uris)),
        custom_client_metadata=msgspec.to_builtins(new.custom),
        custom_data=dict(new.custom_data),
        is_third_party=new.is_third_party,
        created_at=tx.now,
    )


def _check(new: NewApplication) -> None:
    if not new.name.strip() or len(new.name) > LONGEST_NAME:
        raise ApplicationInvalid(f"name: 1 to {LONGEST_NAME} characters are needed.")
    if any(unicodedata.category(character) in UNSHOWABLE for character in new.name) or PILED_MARKS.search(new.name):
        raise ApplicationInvalid("name: it has a character that cannot be shown, or that turns the writing around.")
    rules = RULES[new.type]
    if not rules.signs_people_in and (new.redirect_uris or new.post_logout_redirect_uris):
        raise ApplicationInvalid("redirectUris: a machine-to-machine application has none.")
    if new.is_third_party and not rules.signs_people_in:
        raise ApplicationInvalid("isThirdParty: a machine-to-machine application is always first-party.")
    for uri in (*new.redirect_uris, *new.post_logout_redirect_uris):
        check_registrable(uri, is_native=rules.is_native)
