"""A guard for the views of a Flask API."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from flask import Response, current_app, g, jsonify
from flask import request as flask_request
from flask.typing import ResponseReturnValue

from narthex_client.api_guard import ApiGuard
from narthex_client.core.claims import AccessClaims
from narthex_client.errors import DiscoveryError, Forbidden, NetworkError

P = ParamSpec("P")


class FlaskGuard(ApiGuard):
    """An `ApiGuard` with a decorator: `@guard.requires("read:books")` below the route."""

    def requires(
        self, *scopes: str, any_of: bool = False
    ) -> Callable[[Callable[P, object]], Callable[P, ResponseReturnValue]]:
        """Let a request through to the view only with a token that holds these scopes; all, or with `any_of` one."""

        def guarded(view: Callable[P, object]) -> Callable[P, ResponseReturnValue]:
            @wraps(view)
            def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
                refusal = self._refusal(scopes, any_of=any_of)
                return refusal or cast(ResponseReturnValue, current_app.ensure_sync(view)(*args, **kwargs))

            return checked

        return guarded

    @property
    def claims(self) -> AccessClaims:
        """Who asks, inside a view that this guard protects."""
        found: AccessClaims = g.narthex_access
        return found

    def _refusal(self, scopes: tuple[str, ...], *, any_of: bool) -> Response | None:
        try:
            g.narthex_access = self.check(flask_request.headers.get("Authorization"), *scopes, any_of=any_of)
        except Forbidden as refused:
            return _answer(refused.status, refused.error, refused.description, ("WWW-Authenticate", refused.challenge))
        except (NetworkError, DiscoveryError):
            current_app.logger.exception("the keys of the server are out of reach")
            text = "The access token cannot be checked at the moment."
            return _answer(503, "temporarily_unavailable", text, ("Retry-After", "5"))
        return None


def _answer(status: int, error: str, text: str, header: tuple[str, str]) -> Response:
    answer = jsonify({"error": error or "unauthorized", "error_description": text})
    answer.status_code = status
    answer.headers[header[0]] = header[1]
    return answer
