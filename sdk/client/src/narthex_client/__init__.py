"""A typed client for Narthex and other servers that speak Logto's wire: signs people in, gets tokens, protects APIs.

`Client` and `AsyncClient` are made once for an application; `client.session(storage)` is one person. `ApiGuard` checks
the tokens that come to an API. `narthex_client.flask` puts both into Flask.
"""

from narthex_client.api_guard import AccessRules, ApiGuard, AsyncApiGuard
from narthex_client.async_client import AsyncClient
from narthex_client.client import Client, Session
from narthex_client.core.authorize import SignInRequest
from narthex_client.core.claims import AccessClaims, IdClaims, Person, UserInfo
from narthex_client.core.config import ClientConfig, Scope
from narthex_client.core.metadata import ProviderMetadata
from narthex_client.errors import (
    CallbackError,
    ConfigError,
    DiscoveryError,
    Forbidden,
    IdTokenError,
    InvalidToken,
    NarthexError,
    NetworkError,
    NotAuthenticated,
    SignInEnded,
    StateMismatch,
    TokenError,
)
from narthex_client.session import AsyncSession
from narthex_client.sign_in_flow import SignedIn
from narthex_client.storage import AsyncStorage, MemoryStorage, Storage
from narthex_client.transport import (
    AsyncHttpTransport,
    AsyncTransport,
    HttpTransport,
    ThreadTransport,
    Transport,
)

__version__ = "0.1.0"

__all__ = [
    "AccessClaims",
    "AccessRules",
    "ApiGuard",
    "AsyncApiGuard",
    "AsyncClient",
    "AsyncHttpTransport",
    "AsyncSession",
    "AsyncStorage",
    "AsyncTransport",
    "CallbackError",
    "Client",
    "ClientConfig",
    "ConfigError",
    "DiscoveryError",
    "Forbidden",
    "HttpTransport",
    "IdClaims",
    "IdTokenError",
    "InvalidToken",
    "MemoryStorage",
    "NarthexError",
    "NetworkError",
    "NotAuthenticated",
    "Person",
    "ProviderMetadata",
    "Scope",
    "Session",
    "SignInEnded",
    "SignInRequest",
    "SignedIn",
    "StateMismatch",
    "Storage",
    "ThreadTransport",
    "TokenError",
    "Transport",
    "UserInfo",
]
