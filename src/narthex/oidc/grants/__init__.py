"""The grant types, one module each. A grant gets a frozen, typed request and an authenticated client, never the raw
form; what must never be forgotten (authentication, allowed grants, audit of failures) is in `oidc.token`."""

from collections.abc import Awaitable, Callable

from narthex.kit.runtime import Runtime
from narthex.oidc.grants import authorization_code, client_credentials, refresh_token
from narthex.oidc.grants.request import TokenRequest
from narthex.oidc.issuing import TokenSet

GrantHandler = Callable[[Runtime, TokenRequest], Awaitable[TokenSet]]

GRANTS: dict[str, GrantHandler] = {
    "authorization_code": authorization_code.redeem,
    "refresh_token": refresh_token.refresh,
    "client_credentials": client_credentials.grant,
}
