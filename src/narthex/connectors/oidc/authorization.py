"""The way out: the address to which the browser is sent, and what is kept until it comes back."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from narthex.connectors.contract import AuthorizationContext, AuthorizationStart
from narthex.connectors.oidc.config import OidcConfig, with_openid
from narthex.kit.pkce import challenge_of


def start(config: OidcConfig, request: AuthorizationContext) -> AuthorizationStart:
    """An authorization request with a nonce of its own, and with PKCE where the provider offers it (RFC 7636)."""
    # The id of the assertion that may authenticate us is made here too, where randomness is at hand.
    made = {name: request.randomness.token() for name in ("nonce", "assertion_id")}
    kept = {"state": request.state, **made}
    if config.pkce:
        kept["code_verifier"] = request.randomness.token()
    parameters = {
        **config.auth_request,
        **config.custom,
        **_of_request(request),
        **_protected(config, request, kept),
    }
    return AuthorizationStart(url=_with_query(config.authorization_endpoint, parameters), kept=kept)


def _of_request(request: AuthorizationContext) -> dict[str, str]:
    given = {"ui_locales": request.ui_locales, "login_hint": request.login_hint, "prompt": request.prompt}
    return {name: value for name, value in given.items() if value is not None}


def _protected(config: OidcConfig, request: AuthorizationContext, kept: dict[str, str]) -> dict[str, str]:
    parameters = {
        "response_type": "code",
        "client_id": config.client_id,
        "scope": config.scope if request.scope is None else with_openid(request.scope),
        "redirect_uri": request.redirect_uri,
        "state": request.state,
        "nonce": kept["nonce"],
    }
    if "code_verifier" in kept:
        parameters |= {"code_challenge": challenge_of(kept["code_verifier"]), "code_challenge_method": "S256"}
    return parameters


def _with_query(endpoint: str, parameters: dict[str, str]) -> str:
    parts = urlsplit(endpoint)
    # What the endpoint's own query says stays, unless it is said anew.
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()])))
