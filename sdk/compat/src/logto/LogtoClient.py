"""The client of the tutorial: camel case, over `narthex_client`.

Its requests go through threads over one pool of connections, since the event loops of its usual home, Flask's
asynchronous views, end with each request.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, model_validator

from logto.models.oidc import (
    AccessTokenClaims,
    DirectSignInOption,
    FirstScreen,
    Identifier,
    IdTokenClaims,
    OidcProviderMetadata,
    Scope,
    UserInfoScope,
)
from logto.models.reading import read
from logto.models.response import UserInfoResponse
from logto.OidcCore import OidcCore
from logto.Storage import MemoryStorage, PersistKey, Storage
from narthex_client import (
    AsyncClient,
    AsyncSession,
    AsyncStorage,
    ClientConfig,
    ConfigError,
    DiscoveryError,
    HttpTransport,
    NarthexError,
    NotAuthenticated,
    SignInEnded,
    SignInRequest,
    ThreadTransport,
)
from narthex_client.core.token_map import ORGANIZATION_PREFIX

InteractionMode = Literal["signIn", "signUp"]


class LogtoConfig(BaseModel):
    """The settings of a client; `endpoint` is the server's address without `/oidc`. Raises `LogtoException`."""

    endpoint: str
    appId: str
    appSecret: str | None = None
    prompt: Literal["consent", "login"] = "consent"
    resources: list[str] = []
    scopes: list[str | Scope] = []

    @model_validator(mode="wrap")
    @classmethod
    def _in_plain_words(cls, given: Any, handler: ModelWrapValidatorHandler["LogtoConfig"]) -> "LogtoConfig":
        try:
            return handler(given)
        except ValidationError as problem:
            faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors())
            raise ConfigError(f"The settings do not fit. {faults}.") from problem


class AccessToken(BaseModel):
    """An access token that is kept, and until when it is used (seconds since 1970)."""

    token: str
    expiresAt: int


class LogtoClient:
    """Signs one visitor in, whose values `storage` keeps. All its errors are `LogtoException`s.

    `session` is the same visitor in the newer, typed interface.
    """

    def __init__(self, config: LogtoConfig, storage: Storage | AsyncStorage | None = None) -> None:
        if storage is None:
            text = "Without a storage the client keeps one visitor's tokens, in memory: this is for tests only."
            warnings.warn(text, stacklevel=2)
        self.config = config
        self._storage = MemoryStorage() if storage is None else storage
        self._transport = HttpTransport()
        self._client = AsyncClient(_client_config(config), ThreadTransport(self._transport))
        # A storage of the tutorial answers at once or with an awaitable; the session takes either.
        self.session: AsyncSession = self._client.session(cast(AsyncStorage, self._storage))

    async def getOidcCore(self) -> OidcCore:
        """The protocol step by step, with the metadata of the server, which is fetched once."""
        metadata = await self._client.metadata()
        return OidcCore(read(OidcProviderMetadata, metadata.everything, DiscoveryError), self._transport)

    async def signIn(
        self,
        redirectUri: str,
        interactionMode: InteractionMode | None = None,
        firstScreen: FirstScreen | str | None = None,
        identifiers: Sequence[Identifier | str] = (),
        directSignIn: DirectSignInOption | str | None = None,
        extraParams: Mapping[str, str] | None = None,
    ) -> str:
        """Where to send the visitor to sign in; what was known of them is forgotten."""
        request = SignInRequest(
            redirect_uri=redirectUri,
            first_screen=firstScreen.value if isinstance(firstScreen, FirstScreen) else firstScreen,
            interaction_mode=interactionMode,
            identifiers=tuple(one.value if isinstance(one, Identifier) else one for one in identifiers or ()),
            direct_sign_in=str(directSignIn) if directSignIn else None,
            extra=extraParams or {},
        )
        url = await self.session.sign_in(request)
        await self.session.forget()
        return url

    async def signOut(self, postLogoutRedirectUri: str | None = None) -> str:
        """Forget the visitor, end the refresh token, and say where to send them to sign out there too."""
        return await self.session.sign_out(postLogoutRedirectUri)

    async def handleSignInCallback(self, callbackUri: str) -> None:
        """Take the visitor back, with the full address that the browser asked for."""
        await self.session.handle_callback(callbackUri)

    async def getAccessToken(self, resource: str = "") -> str | None:
        """A token for an API, or without one for userinfo; None where nobody is signed in or nothing can be renewed."""
        organization_id = None
        if resource.startswith(ORGANIZATION_PREFIX):
            resource, organization_id = "", resource.removeprefix(ORGANIZATION_PREFIX)
            if UserInfoScope.organizations.value not in self._client.config.scopes:
                raise ConfigError("Tokens for organizations need the scope UserInfoScope.organizations.")
        try:
            return await self.session.access_token(resource or None, organization_id)
        except SignInEnded:
            raise
        except NotAuthenticated:
            return None

    async def getOrganizationToken(self, organizationId: str) -> str | None:
        """A token for an organization; needs the scope `UserInfoScope.organizations`."""
        return await self.getAccessToken(f"{ORGANIZATION_PREFIX}{organizationId}")

    async def getAccessTokenClaims(self, resource: str = "") -> AccessTokenClaims:
        """What the token for an API says; the token for userinfo is opaque and says nothing."""
        token = await self.getAccessToken(resource)
        if token is None:
            raise NotAuthenticated("There is no access token: nobody is signed in.")
        return OidcCore.decodeAccessToken(token)

    async def getOrganizationTokenClaims(self, organizationId: str) -> AccessTokenClaims:
        """What the token for an organization says."""
        return await self.getAccessTokenClaims(f"{ORGANIZATION_PREFIX}{organizationId}")

    def getIdToken(self) -> str | None:
        """The ID token itself."""
        return self._kept("idToken")

    def getIdTokenClaims(self) -> IdTokenClaims:
        """Who is signed in, from the ID token, which was verified when it came."""
        token = self._kept("idToken")
        if token is None:
            raise NotAuthenticated("ID Token not found")
        return OidcCore.decodeIdToken(token)

    def getRefreshToken(self) -> str | None:
        """The refresh token itself."""
        return self._kept("refreshToken")

    def isAuthenticated(self) -> bool:
        """Whether there is an ID token, however old; `session.is_authenticated()` looks at its age."""
        return self._kept("idToken") is not None

    async def fetchUserInfo(self) -> UserInfoResponse:
        """Who is signed in, as the server knows them now."""
        info = await self.session.user_info()
        return read(UserInfoResponse, info.all, NarthexError)

    def _kept(self, key: PersistKey) -> str | None:
        found = self._storage.get(key)
        if found is None or isinstance(found, str):
            return found
        # Nothing must be mistaken for a signed-in visitor, as a coroutine would be.
        getattr(found, "close", lambda: None)()
        raise ConfigError("This storage is asynchronous: ask client.session, whose methods are awaited.")


def _client_config(config: LogtoConfig) -> ClientConfig:
    return ClientConfig(
        endpoint=config.endpoint,
        app_id=config.appId,
        app_secret=config.appSecret,
        resources=tuple(config.resources),
        scopes=tuple(one if isinstance(one, str) else str(one.value) for one in config.scopes),
        prompt=config.prompt,
        client_authentication="client_secret_post",
    )
