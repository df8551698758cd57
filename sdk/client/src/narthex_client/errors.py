"""What can go wrong, as types. No exception of another package leaves this one; the cause is chained."""


class NarthexError(Exception):
    """Anything this package raises on purpose. `logto.LogtoException` is this class."""


class ConfigError(NarthexError):
    """The client was set up or called in a way that cannot work; the message says what to change."""


class NetworkError(NarthexError):
    """A server did not answer, or not with HTTP: refused, too slow, a bad certificate. Trying again may help."""


class DiscoveryError(NarthexError):
    """The metadata or the keys of the server are not there, not readable, or not of this issuer."""


class CallbackError(NarthexError):
    """The sign-in did not come back well.

    `code` is the OAuth error of the server, such as "access_denied" (RFC 6749 4.1.2.1), or "" where the fault was found
    here; `description` is what the server said of it. Both come from the address: escape them before you show them.
    """

    def __init__(self, text: str, code: str = "", description: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.description = description


class StateMismatch(CallbackError):
    """The answer belongs to no sign-in that this browser has started, or to one that is over. Start again."""


class TokenError(NarthexError):
    """The server refused a request with its own words.

    `status` is that of HTTP, `error` and `description` are those of OAuth (RFC 6749 5.2), `code` is the server's finer
    word, such as "oidc.invalid_grant". Each text is empty where the server gave none.
    """

    def __init__(self, status: int, error: str = "", description: str = "", code: str = "") -> None:
        said = ": ".join(part for part in (error or code, description) if part) or "without a reason"
        super().__init__(f"The server refused with status {status}: {said}")
        self.status = status
        self.error = error
        self.description = description
        self.code = code


class InvalidToken(NarthexError):
    """A token that is not what it should be: its form, signature, type, issuer, audience or time."""


class IdTokenError(InvalidToken):
    """An ID token that must not be believed."""


class NotAuthenticated(NarthexError):
    """Nobody is signed in here, or no longer. Send the person to sign in."""


class SignInEnded(NotAuthenticated):
    """The server does not know the sign-in any more: it was ended there, or it is too old."""


class Forbidden(NarthexError):
    """An access request that an API refuses, with all that its answer needs (RFC 6750 3).

    `status` is 400, 401 or 403; `error` is empty where the request brought no token at all; `challenge` is the value
    of the header `WWW-Authenticate`.
    """

    def __init__(self, status: int, error: str, description: str, challenge: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.challenge = challenge
