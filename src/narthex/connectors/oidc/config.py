"""The configuration of the OIDC connector: README.md says what each field does. Wire: logto-api.md 4.3."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from narthex.connectors.config_reading import Fields
from narthex.connectors.oidc.durations import seconds

AuthMethod = Literal["client_secret_post", "client_secret_basic", "client_secret_jwt"]

AUTH_METHODS: tuple[AuthMethod, ...] = ("client_secret_post", "client_secret_basic", "client_secret_jwt")
SECRET_ALGORITHMS = ("HS256", "HS384", "HS512")
# Only where the provider alone can sign: a shared secret, or nothing, proves nothing about who made a token.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
# Two clocks are never quite the same.
CLOCK_TOLERANCE = 10

Default = TypeVar("Default", int, None)

VERIFICATION = "idTokenVerificationConfig"
AUTH_REQUEST = "authRequestOptionalConfig"
CUSTOM = "customConfig"
# What we make anew for each request or what proves who we are; `request` and `request_uri` would replace all of it.
PROTECTED = frozenset(
    {
        *("state", "nonce", "redirect_uri", "code", "response_type", "grant_type", "scope"),
        *("client_id", "client_secret", "client_assertion", "client_assertion_type"),
        *("code_challenge", "code_challenge_method", "code_verifier", "request", "request_uri", "response_mode"),
    }
)
_AUTH_REQUEST_KEYS = (
    "responseMode",
    "display",
    "prompt",
    "maxAge",
    "uiLocales",
    "idTokenHint",
    "loginHint",
    "acrValues",
)
_VERIFICATION_KEYS = (
    *("jwksUri", "issuer", "audience", "algorithms", "clockTolerance", "crit", "currentDate", "maxTokenAge"),
    *("subject", "typ"),
)
_KEYS = (
    *("authorizationEndpoint", "tokenEndpoint", "clientId", "clientSecret", "scope", "responseType", "grantType"),
    *("tokenEndpointAuthMethod", "clientSecretJwtSigningAlgorithm", VERIFICATION, AUTH_REQUEST, CUSTOM),
    *("acceptStringTypedBooleanClaims", "trustUnverifiedEmail", "enablePkce", "codeChallengeMethodsSupported"),
    "authorizationResponseIssParameterSupported",
)
_CUSTOM_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}")
_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-.: ]")


class IdTokenVerification(msgspec.Struct, frozen=True, kw_only=True):
    """What an ID token is held to; lengths in seconds, `current_ms` in milliseconds since the epoch."""

    jwks_uri: str
    issuers: tuple[str, ...]
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ALGORITHMS
    clock_tolerance: int = CLOCK_TOLERANCE
    crit: tuple[str, ...] = ()
    current_ms: int | None = None
    max_token_age: int | None = None
    subject: str | None = None
    typ: str | None = None


class OidcConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration, read."""

    client_id: str
    client_secret: str
    scope: str
    authorization_endpoint: str
    token_endpoint: str
    verification: IdTokenVerification
    auth_method: AuthMethod = "client_secret_post"
    secret_algorithm: str = "HS256"
    auth_request: dict[str, str] = {}
    custom: dict[str, str] = {}
    pkce: bool = False
    issuer_in_callback: bool = False
    text_booleans: bool = False
    trust_unverified_email: bool = False

    def __repr__(self) -> str:
        return f"OidcConfig(client_id={self.client_id!r}, issuers={self.verification.issuers!r})"


def read_config(raw: Mapping[str, object]) -> OidcConfig:
    """The configuration of what was given. Raises `ConfigInvalid` for the first field that cannot be used."""
    fields = Fields(raw)
    fields.only(_KEYS)
    fields.choice("responseType", ("code",))
    fields.choice("grantType", ("authorization_code",))
    pkce = fields.switch("enablePkce")
    offered = "S256" in fields.texts("codeChallengeMethodsSupported")
    return OidcConfig(
        client_id=fields.required("clientId"),
        client_secret=fields.required("clientSecret"),
        scope=with_openid(fields.required("scope")),
        authorization_endpoint=_authorization_endpoint(fields),
        token_endpoint=fields.url("tokenEndpoint"),
        verification=_verification(fields.inside(VERIFICATION)),
        auth_method=_auth_method(fields.choice("tokenEndpointAuthMethod", AUTH_METHODS)),
        secret_algorithm=fields.choice("clientSecretJwtSigningAlgorithm", SECRET_ALGORITHMS),
        auth_request=_auth_request(fields.inside(AUTH_REQUEST)),
        custom=_custom(fields.inside(CUSTOM)),
        pkce=offered if pkce is None else pkce,
        issuer_in_callback=bool(fields.switch("authorizationResponseIssParameterSupported")),
        text_booleans=bool(fields.switch("acceptStringTypedBooleanClaims")),
        trust_unverified_email=bool(fields.switch("trustUnverifiedEmail")),
    )


def with_openid(scope: str) -> str:
    """A scope, separated by blanks or plus signs, as it is sent: with `openid`, or no ID token would come back."""
    words = scope.replace("+", " ").split()
    return " ".join(words if "openid" in words else [*words, "openid"])


def snake_case(key: str) -> str:
    """A name of a configuration as the protocol spells names: `kcIdpHint` is `kc_idp_hint`."""
    return _WORD_BORDER.sub("_", key).lower()


def _authorization_endpoint(fields: Fields) -> str:
    endpoint = fields.url("authorizationEndpoint")
    for name, _ in parse_qsl(urlsplit(endpoint).query, keep_blank_values=True):
        if name in PROTECTED:
            raise fields.refuse("authorizationEndpoint", f"must not carry {name}, which is filled in for each request")
    return endpoint


def _auth_method(text: str) -> AuthMethod:
    return next(method for method in AUTH_METHODS if method == text)


def _verification(fields: Fields) -> IdTokenVerification:
    fields.only(_VERIFICATION_KEYS)
    jwks_uri, issuers = fields.url("jwksUri"), fields.texts("issuer")
    if not issuers:
        raise fields.refuse("issuer", "is required: without it a token of anybody who shares these keys would count")
    return IdTokenVerification(
        jwks_uri=jwks_uri,
        issuers=issuers,
        audiences=fields.texts("audience"),
        algorithms=_algorithms(fields),
        clock_tolerance=_length(fields, "clockTolerance", CLOCK_TOLERANCE),
        crit=_crit(fields.inside("crit")),
        current_ms=_date(fields, "currentDate"),
        max_token_age=_length(fields, "maxTokenAge", None),
        subject=fields.text("subject"),
        typ=fields.text("typ"),
    )


def _algorithms(fields: Fields) -> tuple[str, ...]:
    given = fields.texts("algorithms") or ALGORITHMS
    for name in given:
        if name not in ALGORITHMS:
            raise fields.refuse("algorithms", f"{name!r} is not one of {', '.join(ALGORITHMS)}")
    return given


def _length(fields: Fields, key: str, default: Default) -> int | Default:
    value = fields.values.get(key)
    if value is None:
        return default
    try:
        return seconds(value)
    except (ValueError, OverflowError):
        raise fields.refuse(
            key, 'must be a number of seconds or a length like "5s" or "10 minutes", not negative'
        ) from None


def _date(fields: Fields, key: str) -> int | None:
    text = fields.text(key)
    if text is None:
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise fields.refuse(key, "must be a date like 2026-01-31T12:00:00Z") from None
    return round((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)


def _crit(fields: Fields) -> tuple[str, ...]:
    # A compact token has protected headers only, so that true and false ask for the same.
    for name in fields.values:
        if fields.switch(name) is None or name in ("b64", ""):
            raise fields.refuse(name, "must be true or false, for a header that is understood")
    return tuple(fields.values)


def _auth_request(fields: Fields) -> dict[str, str]:
    # `tokenEndpoint` stands in the wire's table of these and has never done anything.
    fields.only((*_AUTH_REQUEST_KEYS, "responseType", "tokenEndpoint"))
    fields.choice("responseType", ("code",))
    if fields.text("responseMode") is not None:
        fields.choice("responseMode", ("query", "form_post"))
    sent = {snake_case(key): fields.text(key) for key in _AUTH_REQUEST_KEYS if key != "maxAge"}
    sent["max_age"] = _max_age(fields)
    return {name: value for name, value in sent.items() if value is not None}


def _max_age(fields: Fields) -> str | None:
    value = fields.values.get("maxAge")
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else fields.text("maxAge")
    if text is not None and not re.fullmatch(r"[0-9]{1,10}", text):
        raise fields.refuse("maxAge", "must be a whole number of seconds")
    return text


def _custom(fields: Fields) -> dict[str, str]:
    sent: dict[str, str] = {}
    for key, value in fields.values.items():
        name = snake_case(key)
        if not _CUSTOM_KEY.fullmatch(key):
            raise fields.refuse(key[:64], "is not a name of a parameter")
        if name in PROTECTED:
            raise fields.refuse(
                key, f"must not replace {name}, which is filled in for each request or has its own field"
            )
        if not isinstance(value, str) or not value.isprintable():
            raise fields.refuse(key, "must be a text")
        sent[name] = value
    return sent
