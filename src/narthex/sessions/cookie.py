"""The cookie by which a browser is signed in."""

from narthex.kit.http import Header, set_cookie_header
from narthex.sessions.schemas import SESSION_COOKIE, SESSION_TTL
from narthex.tenants.schemas import Tenant


def session_cookie(tenant: Tenant, secret: str) -> Header:
    """The cookie of a session that was just opened or renewed."""
    name = tenant.cookie_name(SESSION_COOKIE)
    return set_cookie_header(name, secret, max_age=SESSION_TTL // 1000, secure=tenant.secure)
