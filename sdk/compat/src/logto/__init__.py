"""The names and methods of PyPI's `logto` over `narthex_client`, so that its tutorial runs as it is printed.

It takes the place of that package, hence the two are never installed together. The distribution is `narthex-logto`.
"""

from logto.alone import refuse_another_logto
from logto.LogtoClient import AccessToken, InteractionMode, LogtoClient, LogtoConfig
from logto.LogtoException import LogtoException
from logto.models.oidc import AccessTokenClaims, IdTokenClaims, OidcProviderMetadata, Scope, UserInfoScope
from logto.models.response import TokenResponse, UserInfoResponse
from logto.Storage import PersistKey, Storage

refuse_another_logto()

__version__ = "0.1.0"

__all__ = [
    "AccessToken",
    "AccessTokenClaims",
    "IdTokenClaims",
    "InteractionMode",
    "LogtoClient",
    "LogtoConfig",
    "LogtoException",
    "OidcProviderMetadata",
    "PersistKey",
    "Scope",
    "Storage",
    "TokenResponse",
    "UserInfoResponse",
    "UserInfoScope",
]
