"""Sign-in for a Flask application: four routes, a decorator, and who the visitor is."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from flask import Blueprint, Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from narthex_client.client import Client, Session
from narthex_client.core.authorize import SignInRequest
from narthex_client.core.claims import IdClaims
from narthex_client.core.config import ClientConfig
from narthex_client.engine import Clock
from narthex_client.errors import ConfigError, DiscoveryError, NarthexError, NetworkError, NotAuthenticated
from narthex_client.flask.session_storage import SessionStorage
from narthex_client.storage import Storage
from narthex_client.transport import Transport

P = ParamSpec("P")
EXTENSION = "narthex"


class SignIn:
    """Adds `/sign-in`, `/sign-up`, `/callback` and `/sign-out` to an application, and knows its visitors.

    Without `config` the settings are those of the application: `NARTHEX_ENDPOINT`, `NARTHEX_APP_ID`,
    `NARTHEX_APP_SECRET`, and if wanted `NARTHEX_RESOURCES` and `NARTHEX_SCOPES`. `storage` makes the storage of the
    current visitor. `home` is where people land without another place to go, after the sign-out always.
    """

    def __init__(
        self,
        app: Flask | None = None,
        config: ClientConfig | None = None,
        *,
        storage: Callable[[], Storage] = SessionStorage,
        home: str = "/",
        transport: Transport | None = None,
        clock: Clock = time.time,
    ) -> None:
        self._config = config
        self._storage = storage
        self._home = home
        self._transport = transport
        self._clock = clock
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, url_prefix: str | None = None) -> None:
        """Add the routes to an application; raises `ConfigError` where a setting is missing."""
        app.extensions[EXTENSION] = Client(self._config or config_of(app), self._transport, self._clock)
        routes = Blueprint(EXTENSION, __name__, url_prefix=url_prefix)
        routes.add_url_rule("/sign-in", "sign_in", self._sign_in)
        routes.add_url_rule("/sign-up", "sign_up", self._sign_up)
        routes.add_url_rule("/callback", "callback", self._callback)
        routes.add_url_rule("/sign-out", "sign_out", self._sign_out, methods=["GET", "POST"])
        routes.register_error_handler(NarthexError, _failed)
        app.register_blueprint(routes)

    @property
    def session(self) -> Session:
        """The session of the visitor who makes the current request."""
        client: Client = current_app.extensions[EXTENSION]
        return client.session(self._storage())

    @property
    def user(self) -> IdClaims | None:
        """Who the visitor is, or None. An ID token that has expired is renewed, once for a request."""
        if "narthex_user" not in g:
            g.narthex_user = self._find_user()
        return cast(IdClaims | None, g.narthex_user)

    def _find_user(self) -> IdClaims | None:
        session = self.session
        try:
            return session.id_claims() if session.renew() else None
        except (NetworkError, DiscoveryError) as problem:
            current_app.logger.warning("the sign-in could not be renewed: %s", problem)
            return None

    def required(self, view: Callable[P, object]) -> Callable[P, ResponseReturnValue]:
        """A decorator, below the route: whoever is not signed in is sent to sign in first and comes back here."""

        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                if self.user is not None:
                    return cast(ResponseReturnValue, current_app.ensure_sync(view)(*args, **kwargs))
            except NotAuthenticated:
                g.narthex_user = None  # it ended while the view asked for a token
            return _to_sign_in()

        return checked

    def _sign_in(self) -> ResponseReturnValue:
        return self._start(None)

    def _sign_up(self) -> ResponseReturnValue:
        return self._start("register")

    def _start(self, first_screen: str | None) -> ResponseReturnValue:
        callback = url_for(f"{EXTENSION}.callback", _external=True)
        return_to = request.args.get("next", "")
        asked = SignInRequest(callback, first_screen, return_to=return_to if is_local(return_to) else "")
        return redirect(self.session.sign_in(asked))

    def _callback(self) -> ResponseReturnValue:
        return redirect(self.session.handle_callback(request.url).return_to or self._home)

    def _sign_out(self) -> ResponseReturnValue:
        # A foreign page cannot sign anybody out; a link on our own pages can.
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return redirect(self._home)
        home = request.url_root.rstrip("/") + self._home
        return redirect(self.session.sign_out(home, hint=True))


def config_of(app: Flask) -> ClientConfig:
    """The settings of an application; raises `ConfigError`."""
    missing = [name for name in ("NARTHEX_ENDPOINT", "NARTHEX_APP_ID") if not app.config.get(name)]
    if missing:
        raise ConfigError(f"Set {' and '.join(missing)} in app.config. The page of the application shows them.")
    return ClientConfig(
        endpoint=app.config["NARTHEX_ENDPOINT"],
        app_id=app.config["NARTHEX_APP_ID"],
        app_secret=app.config.get("NARTHEX_APP_SECRET"),
        resources=app.config.get("NARTHEX_RESOURCES", ()),
        scopes=app.config.get("NARTHEX_SCOPES", ()),
    )


def is_local(address: str) -> bool:
    """Whether an address is a path of this application, and nothing that a browser takes for another host."""
    is_path = address.startswith("/") and address[1:2] not in {"/", "\\"}
    return is_path and "\\" not in address and all(char > " " for char in address)


def _to_sign_in() -> ResponseReturnValue:
    if request.method not in {"GET", "HEAD"}:
        abort(401, "Sign in first.")
    wanted = request.full_path if request.query_string else request.path
    return redirect(url_for(f"{EXTENSION}.sign_in", next=request.script_root + wanted))


def _failed(problem: NarthexError) -> ResponseReturnValue:
    current_app.logger.warning("sign-in: %s", problem)
    again = Markup('The sign-in did not work. <a href="{}">Try again</a>').format(url_for(f"{EXTENSION}.sign_in"))
    return str(again), 502 if isinstance(problem, NetworkError | DiscoveryError) else 400
