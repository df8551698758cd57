"""What a new tenant begins with: keys, settings, its Management API as a resource, the machine role, the demo app."""

from narthex.access import Actor, system_actor
from narthex.applications import service as applications
from narthex.kit.database import Transaction, UniqueViolation
from narthex.kit.runtime import Runtime
from narthex.resources import service as resources
from narthex.roles import service as roles
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, LengthPolicy, PasswordPolicy, SignInMode
from narthex.signing_keys import service as signing_keys
from narthex.tenants import service as tenants
from narthex.tenants.schemas import ADMIN_TENANT, DEFAULT_TENANT

# Nobody becomes an operator by signing up, and an operator's password opens everything.
ADMIN_EXPERIENCE = Experience(
    sign_in_mode=SignInMode.SIGN_IN, password_policy=PasswordPolicy(length=LengthPolicy(min=12))
)
BUILT_IN = {DEFAULT_TENANT: "Narthex", ADMIN_TENANT: "Narthex Console"}


async def ensure_seeded(runtime: Runtime) -> bool:
    """Make the tenants `default` and `admin`, and what a version before this one did not give them, where they are
    missing. Returns whether there was anything to make."""
    known = {row.tenant_id for row in await tenants.every(runtime.database)}
    missing = [tenant_id for tenant_id in BUILT_IN if tenant_id not in known]
    for tenant_id in missing:
        await create_tenant(runtime, system_actor(tenant_id), tenant_id, BUILT_IN[tenant_id])
    return await _ensure_console(runtime) or bool(missing)


async def _ensure_console(runtime: Runtime) -> bool:
    try:
        async with runtime.database.write(ADMIN_TENANT) as tx:
            return await applications.ensure_console(tx, system_actor(ADMIN_TENANT), runtime)
    except UniqueViolation:
        return False  # another node that starts at the same time was first


async def create_tenant(runtime: Runtime, actor: Actor, tenant_id: str, name: str, origin: str | None = None) -> None:
    """Make a tenant with everything it needs, or nothing of it. Raises `TenantInvalid`."""
    async with runtime.database.write(None) as tx:
        await tenants.create(tx, actor, tenant_id, name, origin)
    try:
        async with runtime.database.write(tenant_id) as tx:
            await _furnish(tx, actor, runtime)
    except BaseException:
        async with runtime.database.write(None) as tx:
            await tenants.delete(tx, actor, tenant_id)
        raise


async def _furnish(tx: Transaction, actor: Actor, runtime: Runtime) -> None:
    await signing_keys.create_first(tx, actor, runtime.cipher)
    await sign_in_settings.create(tx, actor, ADMIN_EXPERIENCE if actor.tenant_id == ADMIN_TENANT else Experience())
    await resources.create_management_resource(tx, actor, runtime.cache)
    await roles.create_management_role(tx, actor, runtime.cache)
    await applications.create_demo(tx, actor, runtime)
