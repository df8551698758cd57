"""The address that a person is sent to: to sign in, and to sign out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode, urlsplit

from narthex_client.core.config import ClientConfig, Prompt
from narthex_client.core.pkce import code_challenge
from narthex_client.core.slots import SignInSlot
from narthex_client.errors import ConfigError

InteractionMode = Literal["signIn", "signUp"]
FirstScreen = Literal[
    "sign_in", "register", "identifier:sign_in", "identifier:register", "single_sign_on", "reset_password"
]

# What makes the answer ours is not for the caller to replace.
_OWN = {"client_id", "redirect_uri", "response_type", "state", "nonce", "code_challenge", "code_challenge_method"}


@dataclass(frozen=True)
class SignInRequest:
    """How a sign-in shall begin.

    `redirect_uri` must be one of those that are registered. `first_screen` "register" shows the form for a new account.
    `identifiers` ("username", "email", "phone") narrows what may be typed in on an `identifier:` screen.
    `direct_sign_in` goes past our page, to "social:<target>" or "sso:<connection>". `ui_locales` are languages, best
    first. `return_to` is not sent: it comes back from the callback. `extra` is added as it is.
    """

    redirect_uri: str
    first_screen: FirstScreen | str | None = None
    interaction_mode: InteractionMode | None = None
    identifiers: tuple[str, ...] = ()
    direct_sign_in: str | None = None
    prompt: Prompt | tuple[Prompt, ...] | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    organization_id: str | None = None
    return_to: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would break the way back."""
        if not urlsplit(self.redirect_uri).scheme:
            raise ConfigError(f"The redirect URI {self.redirect_uri!r} is no full address.")
        if taken := _OWN & self.extra.keys():
            raise ConfigError(f"{', '.join(sorted(taken))} cannot be given as an extra parameter.")


def authorization_url(
    authorization_endpoint: str, config: ClientConfig, request: SignInRequest, slot: SignInSlot
) -> str:
    """The authorization request (RFC 6749 4.1.1, RFC 7636, RFC 8707). Wire: client-sdks-and-tutorial.md 1.6."""
    prompt = request.prompt or config.prompt
    parameters: dict[str, object] = {
        "client_id": config.app_id,
        "redirect_uri": request.redirect_uri,
        "response_type": "code",
        "scope": " ".join(config.all_scopes),
        "resource": config.all_resources,
        "prompt": prompt if isinstance(prompt, str) else " ".join(prompt),
        "code_challenge": code_challenge(slot.code_verifier),
        "code_challenge_method": "S256",
        "state": slot.state,
        "nonce": slot.nonce,
        "interaction_mode": request.interaction_mode,
        "first_screen": request.first_screen,
        "identifier": " ".join(request.identifiers),
        "direct_sign_in": request.direct_sign_in,
        "login_hint": request.login_hint,
        "ui_locales": " ".join(request.ui_locales),
        "organization_id": request.organization_id,
    }
    return with_query(authorization_endpoint, parameters | dict(request.extra))


def with_query(url: str, parameters: Mapping[str, object]) -> str:
    """The URL with parameters added to its query; those that are None or empty are left out."""
    query = urlencode({name: value for name, value in parameters.items() if value}, doseq=True)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
