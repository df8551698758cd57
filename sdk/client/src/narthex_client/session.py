"""The session of one person with an `AsyncClient`."""

from narthex_client import sign_in_flow, token_flow
from narthex_client.core.authorize import SignInRequest
from narthex_client.core.claims import IdClaims, UserInfo
from narthex_client.engine import Engine
from narthex_client.errors import NotAuthenticated
from narthex_client.sign_in_flow import SignedIn
from narthex_client.storage import AsyncStorage, Kept, Storage


class AsyncSession:
    """What one person can do. It is cheap: make one for each request, with the storage of whoever asks.

    Beside the errors that are named, every method that asks the server raises `NetworkError` and `DiscoveryError`.
    """

    def __init__(self, engine: Engine, storage: Storage | AsyncStorage) -> None:
        self._engine = engine
        self._kept = Kept(storage)

    async def sign_in(self, request: SignInRequest | str) -> str:
        """Where to send the person to sign in. A text is the redirect URI. Tokens that are there stay until the
        callback brings new ones."""
        asked = SignInRequest(request) if isinstance(request, str) else request
        return await sign_in_flow.start(self._engine, self._kept, asked)

    async def handle_callback(self, callback_url: str) -> SignedIn:
        """Take the person back, with the full address that the browser asked for.

        Raises `CallbackError` (`StateMismatch` where it is not the answer to a sign-in of this browser), `TokenError`,
        `IdTokenError`.
        """
        return await sign_in_flow.finish(self._engine, self._kept, callback_url)

    async def sign_out(
        self, post_logout_redirect_uri: str | None = None, *, revoke: bool = True, hint: bool = False
    ) -> str:
        """Forget the tokens, and say where to send the person to end the session at the server too.

        `revoke` also ends the refresh token there, as well as it goes. `hint` sends the ID token along, so that the
        server does not ask first; it then stands in the address.
        """
        return await sign_in_flow.sign_out(self._engine, self._kept, post_logout_redirect_uri, revoke=revoke, hint=hint)

    async def forget(self) -> None:
        """Forget the tokens here and tell nobody."""
        await sign_in_flow.forget(self._kept)

    async def is_authenticated(self, min_fresh: float = 0) -> bool:
        """Whether somebody is signed in whose ID token holds for `min_fresh` more seconds. Asks nobody."""
        return await token_flow.is_fresh(self._engine, self._kept, min_fresh)

    async def renew(self, min_fresh: float = 0) -> bool:
        """The same, but an ID token that is too old is renewed if there is a refresh token."""
        if await self.is_authenticated(min_fresh):
            return True
        try:
            await token_flow.access_token(self._engine, self._kept, None, None, renew=True)
        except NotAuthenticated:
            return False
        return await self.is_authenticated(min_fresh)

    async def id_claims(self) -> IdClaims:
        """Who is signed in, from the ID token; raises `NotAuthenticated`. Asks nobody: the token was verified before it
        was kept, and whether it still holds says `is_authenticated`."""
        found = await token_flow.claims(self._kept)
        if found is None:
            raise NotAuthenticated("There is no ID token: nobody is signed in.")
        return found

    async def access_token(self, resource: str | None = None, organization_id: str | None = None) -> str:
        """A token for an API, for an organization, or for an API of an organization; without either for userinfo.

        Raises `NotAuthenticated` where nobody is signed in any more, and `TokenError` where the server refuses.
        """
        return await token_flow.access_token(self._engine, self._kept, resource, organization_id)

    async def user_info(self) -> UserInfo:
        """Who is signed in, as the server knows them now; raises `NotAuthenticated`, `TokenError`."""
        return await token_flow.fetch_user_info(self._engine, self._kept)

    async def id_token(self) -> str | None:
        """The ID token itself."""
        return await self._kept.get("idToken")

    async def refresh_token(self) -> str | None:
        """The refresh token itself."""
        return await self._kept.get("refreshToken")
