"""Which connections the sign-in page offers."""

from narthex.connections import service as connections
from narthex.connections.schemas import Connection
from narthex.kit.runtime import Runtime
from narthex.sign_in_settings import service
from narthex.sign_in_settings.schemas import Experience


async def shown(runtime: Runtime, tenant_id: str) -> tuple[Connection, ...]:
    """The connections that the tenant's sign-in page offers, in its order."""
    settings = await service.read(runtime, tenant_id)
    return await shown_by(runtime, tenant_id, settings.experience)


async def shown_by(runtime: Runtime, tenant_id: str, experience: Experience) -> tuple[Connection, ...]:
    """The connections that these settings offer; a preview's are not the tenant's."""
    targets = experience.social_sign_in_connector_targets
    if not targets:
        return ()
    known = {one.target: one for one in await connections.listed(runtime, tenant_id)}
    return tuple(known[target] for target in targets if target in known)
