"""Making applications, and the reads that the protocol needs."""

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, select

from narthex.access import Actor, Permission
from narthex.applications import checks
from narthex.applications.client_secrets import DEFAULT_SECRET_NAME, insert_secret
from narthex.applications.schemas import (
    ADMIN_CONSOLE_APPLICATION_ID,
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
from narthex.kit.runtime import Runtime
from narthex.tenants.schemas import ADMIN_TENANT, Tenant
from narthex.tenants.service import bump_config_version
from narthex.tenants.tables import tenants


class MetadataRow(Struct, frozen=True):
    """The metadata of an application with the version of the tenant's configuration."""

    oidc_client_metadata: OidcClientMetadata
    custom_client_metadata: CustomClientMetadata
    config_version: int


INSERT = statement(insert(applications))
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
    oidc = _built_in(tenant, row.id) or row.oidc_client_metadata
    return Application(row.id, row.name, row.type, oidc, row.custom_client_metadata, row.is_third_party, tuple(secrets))


def _built_in(tenant: Tenant, application_id: str) -> OidcClientMetadata | None:
    """Built-in applications live wherever the tenant does, so their URIs follow its address."""
    if application_id == DEMO_APPLICATION_ID:
        home = f"{tenant.base_url}/demo-app"
        return OidcClientMetadata((f"{home}/callback",), (home,))
    if application_id == ADMIN_CONSOLE_APPLICATION_ID and tenant.id == ADMIN_TENANT:
        home = f"{tenant.origin}/console"
        return OidcClientMetadata((f"{home}/-/callback",), (home,))
    return None


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
    """Make an application and, for a confidential one, its first secret. Raises `InvalidInput`."""
    actor.require(Permission.MANAGE)
    new = _checked(new)
    application_id = tx.new_id()
    await _insert(tx, application_id, new)
    secret = None
    if RULES[new.type].is_confidential:
        secret = await insert_secret(tx, runtime, application_id, DEFAULT_SECRET_NAME)
    await audit_log.record(tx, actor, Event(audit_keys.APPLICATION_CREATE, application_id=application_id))
    await bump_config_version(tx, runtime.cache)
    return Credentials(application_id, secret)


async def create_demo(tx: Transaction, actor: Actor, runtime: Runtime) -> None:
    """The built-in application of a new tenant."""
    actor.require(Permission.MANAGE)
    await _insert(tx, DEMO_APPLICATION_ID, NewApplication("Demo app", ApplicationType.SPA))
    await bump_config_version(tx, runtime.cache)


async def ensure_console(tx: Transaction, actor: Actor, runtime: Runtime) -> bool:
    """Make the built-in application of the Admin Console where it is missing. Returns whether it was."""
    actor.require(Permission.MANAGE)
    if await tx.one(BY_ID, id=ADMIN_CONSOLE_APPLICATION_ID) is not None:
        return False
    await _insert(tx, ADMIN_CONSOLE_APPLICATION_ID, NewApplication("Admin Console", ApplicationType.SPA))
    await bump_config_version(tx, runtime.cache)
    return True


async def _insert(tx: Transaction, application_id: str, new: NewApplication) -> None:
    await tx.run(
        INSERT,
        id=application_id,
        name=new.name,
        description=new.description,
        type=new.type.value,
        oidc_client_metadata=msgspec.to_builtins(new.metadata),
        custom_client_metadata=msgspec.to_builtins(new.custom),
        custom_data=dict(new.custom_data),
        is_third_party=new.is_third_party,
        framework=new.framework,
        created_at=tx.now,
    )


def _checked(new: NewApplication) -> NewApplication:
    checks.check_name(new.name)
    checks.check_description(new.description)
    checks.check_framework(new.framework)
    checks.check_third_party(new.is_third_party, new.type)
    checks.check_custom_data(new.custom_data)
    checks.check_metadata(new.metadata, RULES[new.type])
    return msgspec.structs.replace(new, custom=checks.checked_custom(new.custom))
