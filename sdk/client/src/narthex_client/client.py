"""The synchronous client: one for each application, made once, used by all its threads."""

import time
from types import TracebackType

from narthex_client.core.authorize import SignInRequest
from narthex_client.core.claims import IdClaims, UserInfo
from narthex_client.core.config import ClientConfig
from narthex_client.core.messages import HttpRequest, HttpResponse
from narthex_client.core.metadata import ProviderMetadata
from narthex_client.engine import Clock, Engine
from narthex_client.run_now import run_now
from narthex_client.session import AsyncSession
from narthex_client.sign_in_flow import SignedIn
from narthex_client.single_flight import wait_in_thread
from narthex_client.storage import Storage
from narthex_client.transport import HttpTransport, Port, Transport


def port_of(transport: Transport) -> Port:
    """The port of a transport that answers at once."""

    async def send(request: HttpRequest) -> HttpResponse:
        return transport.send(request)

    return Port(send, wait_in_thread)


class Client:
    """Settings, connections and what is known of the server; nothing of any person.

    `clock` gives seconds since 1970. Close it at the end, or use it in `with`.
    """

    def __init__(self, config: ClientConfig, transport: Transport | None = None, clock: Clock = time.time) -> None:
        self._transport = transport or HttpTransport()
        self._engine = Engine.of(config, port_of(self._transport), clock)

    @property
    def config(self) -> ClientConfig:
        """Its settings."""
        return self._engine.config

    def session(self, storage: Storage) -> "Session":
        """The session of the person whose storage this is."""
        return Session(self._engine, storage)

    def metadata(self) -> ProviderMetadata:
        """What the server says of itself, fetched once; raises `NetworkError`, `DiscoveryError`."""
        return run_now(self._engine.provider.metadata())

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class Session:
    """What one person can do; the methods of `AsyncSession`, which has the details, without `await`."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._session = AsyncSession(engine, storage)

    def sign_in(self, request: SignInRequest | str) -> str:
        """Where to send the person to sign in; a text is the redirect URI."""
        return run_now(self._session.sign_in(request))

    def handle_callback(self, callback_url: str) -> SignedIn:
        """Take the person back; raises `CallbackError`, `TokenError`, `IdTokenError`."""
        return run_now(self._session.handle_callback(callback_url))

    def sign_out(self, post_logout_redirect_uri: str | None = None, *, revoke: bool = True, hint: bool = False) -> str:
        """Forget the tokens, and say where to send the person to sign out there too."""
        return run_now(self._session.sign_out(post_logout_redirect_uri, revoke=revoke, hint=hint))

    def forget(self) -> None:
        """Forget the tokens here and tell nobody."""
        run_now(self._session.forget())

    def is_authenticated(self, min_fresh: float = 0) -> bool:
        """Whether somebody is signed in whose ID token holds for `min_fresh` more seconds."""
        return run_now(self._session.is_authenticated(min_fresh))

    def renew(self, min_fresh: float = 0) -> bool:
        """The same, but an ID token that is too old is renewed if there is a refresh token."""
        return run_now(self._session.renew(min_fresh))

    def id_claims(self) -> IdClaims:
        """Who is signed in, from the ID token; raises `NotAuthenticated`."""
        return run_now(self._session.id_claims())

    def access_token(self, resource: str | None = None, organization_id: str | None = None) -> str:
        """A token for an API or an organization; raises `NotAuthenticated`, `TokenError`."""
        return run_now(self._session.access_token(resource, organization_id))

    def user_info(self) -> UserInfo:
        """Who is signed in, as the server knows them now; raises `NotAuthenticated`, `TokenError`."""
        return run_now(self._session.user_info())

    def id_token(self) -> str | None:
        """The ID token itself."""
        return run_now(self._session.id_token())

    def refresh_token(self) -> str | None:
        """The refresh token itself."""
        return run_now(self._session.refresh_token())
