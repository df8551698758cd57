"""The steps of the protocol one by one, for whoever wants to take them by hand."""

import asyncio
import time
from typing import ClassVar

from logto.models.oidc import AccessTokenClaims, IdTokenClaims, OAuthScope, OidcProviderMetadata, Scope, UserInfoScope
from logto.models.reading import read
from logto.models.response import TokenResponse, UserInfoResponse
from narthex_client import (
    ClientConfig,
    DiscoveryError,
    HttpTransport,
    IdTokenError,
    InvalidToken,
    NarthexError,
    NotAuthenticated,
    Transport,
)
from narthex_client.client import port_of
from narthex_client.core.claims import user_info
from narthex_client.core.config import ALGORITHMS
from narthex_client.core.id_token import Expected, check_id_token
from narthex_client.core.jose import read_claims
from narthex_client.core.messages import HttpRequest
from narthex_client.core.pkce import code_challenge, new_secret
from narthex_client.core.token_map import ORGANIZATION_PREFIX
from narthex_client.core.tokens import Form, authenticated, read_tokens, refused
from narthex_client.provider import Provider
from narthex_client.run_now import run_now

LEEWAY_SECONDS = 30


class OidcCore:
    """The protocol with one server, whose metadata is known."""

    defaultScopes: ClassVar[list[Scope]] = [UserInfoScope.openid, OAuthScope.offlineAccess, UserInfoScope.profile]

    def __init__(self, metadata: OidcProviderMetadata, transport: Transport | None = None) -> None:
        self.metadata = metadata
        self._transport = transport or HttpTransport()
        self._provider = Provider(metadata.issuer, port_of(self._transport), time.time, metadata.jwks_uri)

    @staticmethod
    def generateState() -> str:
        """A value that nobody can guess."""
        return new_secret()

    @staticmethod
    def generateCodeVerifier() -> str:
        """A code verifier of 43 characters (RFC 7636 4.1)."""
        return new_secret()

    @staticmethod
    def generateCodeChallenge(codeVerifier: str) -> str:
        """The S256 challenge of a verifier (RFC 7636 4.2)."""
        return code_challenge(codeVerifier)

    @staticmethod
    def decodeIdToken(idToken: str) -> IdTokenClaims:
        """The claims, **not** verified; raises `LogtoException`."""
        return read(IdTokenClaims, read_claims(idToken), IdTokenError)

    @staticmethod
    def decodeAccessToken(accessToken: str) -> AccessTokenClaims:
        """The claims, **not** verified; raises `LogtoException`, for an opaque token too."""
        return read(AccessTokenClaims, read_claims(accessToken), InvalidToken)

    @staticmethod
    async def getProviderMetadata(discoveryUrl: str) -> OidcProviderMetadata:
        """Fetch a discovery document; raises `LogtoException`."""
        transport = HttpTransport()
        try:
            answer = await asyncio.to_thread(transport.send, HttpRequest(discoveryUrl))
        finally:
            transport.close()
        if answer.status != 200:
            raise DiscoveryError(f"{discoveryUrl} answered with status {answer.status}.")
        return read(OidcProviderMetadata, answer.json_object() or {}, DiscoveryError)

    async def fetchTokenByCode(
        self, clientId: str, clientSecret: str | None, redirectUri: str, code: str, codeVerifier: str
    ) -> TokenResponse:
        """Exchange a code for tokens; raises `LogtoException`."""
        form: Form = {
            "grant_type": "authorization_code",
            "redirect_uri": redirectUri,
            "code": code,
            "code_verifier": codeVerifier,
        }
        return await self._fetch_tokens(clientId, clientSecret, form)

    async def fetchTokenByRefreshToken(
        self, clientId: str, clientSecret: str | None, refreshToken: str, resource: str = ""
    ) -> TokenResponse:
        """Exchange a refresh token; a resource may also be the URN of an organization. Raises `LogtoException`."""
        is_organization = resource.startswith(ORGANIZATION_PREFIX)
        form: Form = {
            "grant_type": "refresh_token",
            "refresh_token": refreshToken,
            "resource": None if is_organization else resource,
            "organization_id": resource.removeprefix(ORGANIZATION_PREFIX) if is_organization else None,
        }
        return await self._fetch_tokens(clientId, clientSecret, form)

    async def _fetch_tokens(self, client_id: str, secret: str | None, form: Form) -> TokenResponse:
        config = ClientConfig(self.metadata.issuer, client_id, secret, client_authentication="client_secret_post")
        request = authenticated(self.metadata.token_endpoint, config, form)
        found = read_tokens(await asyncio.to_thread(self._transport.send, request))
        return TokenResponse(
            access_token=found.access_token,
            token_type=found.token_type,
            expires_in=found.expires_in,
            scope=found.scope,
            refresh_token=found.refresh_token,
            id_token=found.id_token,
        )

    def verifyIdToken(self, idToken: str, clientId: str) -> None:
        """Check an ID token in everything but its nonce, which is known to the sign-in; raises `LogtoException`."""
        signed = run_now(self._provider.verify(idToken, ALGORITHMS))
        check_id_token(signed.claims, Expected(self.metadata.issuer, clientId), time.time(), LEEWAY_SECONDS)

    async def fetchUserInfo(self, accessToken: str) -> UserInfoResponse:
        """Who the token is about; raises `LogtoException`."""
        if not accessToken:
            raise NotAuthenticated("There is no access token.")
        request = HttpRequest(self.metadata.userinfo_endpoint, headers={"authorization": f"Bearer {accessToken}"})
        answer = await asyncio.to_thread(self._transport.send, request)
        found = answer.json_object()
        if answer.status != 200 or found is None:
            raise refused(answer)
        return read(UserInfoResponse, user_info(found).all, NarthexError)
