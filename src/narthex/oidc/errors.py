"""The errors of the protocol and their one renderer (RFC 6749 5.2, RFC 6750 3; wire: logto-api.md 1.14)."""

import re

from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, header, json_response
from narthex.kit.i18n import Catalogue
from narthex.tenants.request import Request

# RFC 6749 5.2 allows these in error_description, and no others.
NOT_IN_DESCRIPTIONS = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
BASIC_CHALLENGE = "Basic"
BEARER_CHALLENGE = "Bearer"


class OAuthError(Refusal):
    """An OAuth error: `error` is the code of the RFCs, `text` its description in English."""

    def __init__(
        self, error: str, text: str, *, status: int = 400, challenge: str | None = None, detail: str = ""
    ) -> None:
        text = NOT_IN_DESCRIPTIONS.sub("?", text)
        super().__init__(f"oidc.{error}", status=status, text=text, phrase=f"oauth.{error}", detail=detail)
        self.error = error
        self.challenge = challenge


class ReusedToken(OAuthError):
    """A code that was used before; the revocation it causes must outlive the refusal."""

    keeps_writes = True

    def __init__(self, detail: str) -> None:
        super().__init__("invalid_grant", "grant request is invalid", detail=detail)


def invalid_request(text: str) -> OAuthError:
    """The request is malformed."""
    return OAuthError("invalid_request", text)


def invalid_grant(detail: str) -> OAuthError:
    """The code or token does not hold; the reason is for the log, not for whoever tries tokens."""
    return OAuthError("invalid_grant", "grant request is invalid", detail=detail)


def invalid_target(text: str) -> OAuthError:
    """The resource is unknown or not granted (RFC 8707 2)."""
    return OAuthError("invalid_target", text)


def render_json(request: Request, refusal: Refusal, catalogue: Catalogue, language: str) -> Response:
    """A refusal as OAuth JSON: the RFC's members, and `code` and `message` beside them."""
    error = refusal.error if isinstance(refusal, OAuthError) else _error_of(refusal.status)
    phrase = refusal.phrase or f"oauth.{error}"
    body = {
        "code": f"oidc.{error}",
        "message": catalogue.text(language, phrase, **refusal.values),
        "error": error,
        "error_description": refusal.text,
    }
    response = json_response(body, refusal.status, (NO_STORE, *refusal.headers))
    challenge = refusal.challenge if isinstance(refusal, OAuthError) else None
    if challenge is None:
        return response
    return response.with_headers((header("www-authenticate", _challenge(request, challenge, error, refusal.text)),))


def _error_of(status: int) -> str:
    if status == 503:
        return "temporarily_unavailable"
    return "server_error" if status >= 500 else "invalid_request"


def _challenge(request: Request, scheme: str, error: str, text: str) -> str:
    # RFC 6750 3.1: without any credentials the challenge names no error.
    named = "" if scheme == "Bearer realm" else f', error="{error}", error_description="{text}"'
    return f'{scheme.removesuffix(" realm")} realm="{request.tenant.issuer}"{named}'
