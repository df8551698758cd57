"""The keys that tokens are verified with (RFC 7517), the next one included."""

from narthex.kit.http import JSON, Response, header
from narthex.kit.runtime import Runtime
from narthex.oidc.conditional import with_etag
from narthex.signing_keys import service as signing_keys
from narthex.tenants.request import Request

CACHE = header("cache-control", "no-cache, max-age=0, must-revalidate")


async def jwks(runtime: Runtime, request: Request) -> Response:
    """The JWKS of the tenant."""
    ring = await signing_keys.key_ring(runtime, request.tenant.id)
    return with_etag(request, Response(200, ring.jwks, (JSON, CACHE)))
