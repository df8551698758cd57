"""An ID token of ours that comes back as a hint (OpenID Connect Core 3.1.2.1, RP-Initiated Logout 2), maybe over."""

from msgspec import Struct

from narthex.kit.jose import InvalidToken
from narthex.kit.runtime import Runtime
from narthex.signing_keys import service as signing_keys
from narthex.tenants.schemas import Tenant


class Hint(Struct, frozen=True):
    """What an ID token says of who signed in where."""

    subject: str
    audience: str
    session_id: str | None


async def read_hint(runtime: Runtime, tenant: Tenant, token: str) -> Hint | None:
    """The hint, or None for anything that is not an ID token of this tenant."""
    ring = await signing_keys.key_ring(runtime, tenant.id)
    try:
        claims = ring.verifier.verify(token)
    except InvalidToken:
        return None
    subject, audience, session_id = claims.get("sub"), claims.get("aud"), claims.get("sid")
    if claims.get("iss") != tenant.issuer or not isinstance(subject, str) or not isinstance(audience, str):
        return None
    return Hint(subject, audience, session_id if isinstance(session_id, str) else None)
