"""What may be saved, field by field, and how a refusal names the field."""

from typing import Any

import pytest

from narthex.connectors.contract import ConfigInvalid
from narthex.connectors.oidc.config import ALGORITHMS, CLOCK_TOLERANCE, OidcConfig, read_config
from narthex.connectors.oidc.form import FIELDS
from tests.fixtures.upstreams import config_of

ISSUER = "https://idp.example"
V = "idTokenVerificationConfig"
A = "authRequestOptionalConfig"


def with_change(path: str, value: object) -> dict[str, object]:
    """A good configuration with one field (dotted path) set, or left out where the value is `...`."""
    raw: dict[str, Any] = {**config_of(ISSUER, "bookstore"), A: {}, "customConfig": {}}
    holder = raw
    *parents, key = path.split(".", 2)
    for parent in parents:
        holder = holder.setdefault(parent, {})
    holder.pop(key, None)
    if value is not ...:
        holder[key] = value
    return raw


def read(path: str, value: object) -> OidcConfig:
    return read_config(with_change(path, value))


def test_the_wires_least_configuration_is_enough() -> None:
    config = read_config(config_of(ISSUER, "bookstore"))
    assert config.auth_method == "client_secret_post"
    assert config.verification.issuers == (ISSUER,)
    assert config.verification.algorithms == ALGORITHMS
    assert config.verification.clock_tolerance == CLOCK_TOLERANCE
    assert not config.pkce
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((name, value) for name in ("scope", "clientId", "clientSecret") for value in (..., "", " ", None, 5, ["a"])),
        *(
            (name, value)
            for name in ("authorizationEndpoint", "tokenEndpoint", f"{V}.jwksUri")
            for value in (..., "", "idp.example/x", "ftp://idp.example/x", "https://u:p@idp.example/", 5)
        ),
        *(
            (name, value)
            for name in ("authorizationEndpoint", "tokenEndpoint")
            for value in ("https://a/#x", "https:///x")
        ),
        ("authorizationEndpoint", "https://idp.example/auth?state=fixed"),
        ("authorizationEndpoint", "https://idp.example/auth?client_id=other"),
        ("responseType", "id_token"),
        ("responseType", "code id_token"),
        ("grantType", "implicit"),
        ("tokenEndpointAuthMethod", "private_key_jwt"),
        ("tokenEndpointAuthMethod", "none"),
        ("clientSecretJwtSigningAlgorithm", "RS256"),
        ("acceptStringTypedBooleanClaims", "maybe"),
        ("trustUnverifiedEmail", 1),
        ("enablePkce", "S256"),
        ("codeChallengeMethodsSupported", 5),
        (f"{V}.issuer", ...),
        (f"{V}.issuer", ""),
        (f"{V}.issuer", []),
        (f"{V}.issuer", [ISSUER, ""]),
        (f"{V}.issuer", [5]),
        (f"{V}.issuer", {"a": "b"}),
        (f"{V}.audience", []),
        (f"{V}.audience", [None]),
        (f"{V}.algorithms", ["none"]),
        (f"{V}.algorithms", ["HS256"]),
        (f"{V}.algorithms", ["RS256", "HS512"]),
        (f"{V}.algorithms", ["RS1"]),
        (f"{V}.algorithms", []),
        (f"{V}.algorithms", [5]),
        *(
            (f"{V}.{name}", value)
            for name in ("clockTolerance", "maxTokenAge")
            for value in ("", "abc", "5s ago", -1, "-5s")
        ),
        *((f"{V}.{name}", value) for name in ("clockTolerance", "maxTokenAge") for value in (True, [5])),
        (f"{V}.currentDate", "yesterday"),
        (f"{V}.currentDate", 5),
        (f"{V}.subject", 5),
        (f"{V}.typ", ["JWT"]),
        (f"{V}.crit.exp", 5),
        (f"{V}.crit.exp", "perhaps"),
        (f"{V}.crit.b64", True),
        (f"{V}.jwksURI", ISSUER),
        (f"{V}.requiredClaims", ["x"]),
        (f"{A}.responseType", "token"),
        (f"{A}.responseMode", "fragment"),
        (f"{A}.responseMode", "query.jwt"),
        (f"{A}.maxAge", "an hour"),
        (f"{A}.maxAge", "-1"),
        (f"{A}.maxAge", -1),
        (f"{A}.maxAge", True),
        (f"{A}.prompt", 5),
        (f"{A}.display", ["page"]),
        (f"{A}.uiLocales", {"a": 1}),
        (f"{A}.idTokenHint", 5),
        (f"{A}.loginHint", 5),
        (f"{A}.acrValues", 5),
        (f"{A}.promt", "login"),
        ("customConfig.number", 5),
        ("customConfig.nothing", None),
        ("customConfig.list", ["a"]),
        ("customConfig.with space", "x"),
        ("customConfig.1", "x"),
        ("customConfig.line", "a\nb"),
        ("authenticationEndpoint", ISSUER),
    ],
    ids=repr,
)
def test_what_cannot_be_used_is_refused_by_the_name_of_the_field(path: str, value: object) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        read(path, value)
    assert refused.value.field == path
    assert refused.value.text


@pytest.mark.parametrize("path", [V, A, "customConfig", f"{V}.crit"])
def test_an_object_must_be_one(path: str) -> None:
    with pytest.raises(ConfigInvalid, match="must be an object") as refused:
        read(path, "text")
    assert refused.value.field == path


PROTECTED = [
    *(
        "state",
        "nonce",
        "redirect_uri",
        "redirectUri",
        "code",
        "client_id",
        "clientId",
        "client_secret",
        "clientSecret",
    ),
    *("clientAssertion", "clientAssertionType", "responseType", "responseMode", "grantType", "scope", "request"),
    *("requestUri", "codeVerifier", "codeChallenge", "codeChallengeMethod", "CLIENT_ID", "Client-Id", "State", "NONCE"),
    *("redirectURI", "redirect-uri", "redirect.uri", "clientID"),
]


@pytest.mark.parametrize("key", PROTECTED)
def test_custom_parameters_never_replace_what_makes_the_exchange_safe(key: str) -> None:
    raw = {**config_of(ISSUER, "bookstore"), "customConfig": {"audience": "api", key: "mine"}}
    with pytest.raises(ConfigInvalid) as refused:
        read_config(raw)
    assert refused.value.field == f"customConfig.{key}"
    assert "must not replace" in refused.value.text


def test_custom_parameters_are_spelled_as_the_protocol_does() -> None:
    raw = {
        **config_of(ISSUER, "bookstore"),
        "customConfig": {"kcIdpHint": "a", "audience": "b", "x-y": "c", "IDPHint": ""},
    }
    assert read_config(raw).custom == {"kc_idp_hint": "a", "audience": "b", "x_y": "c", "idp_hint": ""}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("openid profile", "openid profile"),
        ("profile", "profile openid"),
        ("profile+email", "profile email openid"),
        ("openid+email phone", "openid email phone"),
        ("openidx", "openidx openid"),
    ],
)
def test_scope_has_openid(given: str, sent: str) -> None:
    assert read("scope", given).scope == sent


@pytest.mark.parametrize(
    ("given", "kept"), [(ISSUER, (ISSUER,)), ([ISSUER, "https://b.example"], (ISSUER, "https://b.example"))], ids=repr
)
def test_issuer_and_audience_are_a_text_or_a_list(given: object, kept: tuple[str, ...]) -> None:
    assert read(f"{V}.issuer", given).verification.issuers == kept
    assert read(f"{V}.audience", given).verification.audiences == kept


def test_a_date_to_judge_by_is_an_iso_text() -> None:
    assert read(f"{V}.currentDate", "2026-01-31T12:00:00.000Z").verification.current_ms == 1_769_860_800_000
    assert read(f"{V}.currentDate", "2026-01-31T12:00:00").verification.current_ms == 1_769_860_800_000
    assert read(f"{V}.currentDate", "2026-01-31").verification.current_ms == 1_769_817_600_000


def test_empty_texts_of_a_form_count_as_not_given() -> None:
    raw = {**config_of(ISSUER, "bookstore"), A: {"responseMode": "", "prompt": "", "maxAge": ""}}
    assert read_config(raw).auth_request == {}


def test_pkce_follows_what_the_provider_offers_unless_it_is_said() -> None:
    assert read("codeChallengeMethodsSupported", ["plain", "S256"]).pkce
    assert not read("codeChallengeMethodsSupported", ["plain"]).pkce
    assert read("enablePkce", True).pkce
    said = {**config_of(ISSUER, "bookstore"), "enablePkce": False, "codeChallengeMethodsSupported": ["S256"]}
    assert not read_config(said).pkce


def test_the_token_endpoint_among_the_authentication_options_does_nothing() -> None:
    assert read(f"{A}.tokenEndpoint", "https://elsewhere.example").token_endpoint == f"{ISSUER}/token"


def test_a_misspelt_field_gets_a_suggestion() -> None:
    with pytest.raises(ConfigInvalid, match="did you mean authorizationEndpoint"):
        read("authenticationEndpoint", ISSUER)


def test_the_form_fills_in_exactly_what_is_read() -> None:
    keys = {field.key for field in FIELDS}
    assert len(keys) == len(FIELDS)
    for key in keys:
        with pytest.raises(ConfigInvalid) as refused:
            read(key, object())
        assert refused.value.field.startswith(key)
    required = {field.key for field in FIELDS if field.required}
    for key in required:
        with pytest.raises(ConfigInvalid) as refused:
            read(key, ...)
        assert refused.value.field == key
    assert [field.key for field in FIELDS if field.type == "secret"] == ["clientSecret"]
