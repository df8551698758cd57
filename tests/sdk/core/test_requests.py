"""What is sent, and what an answer means: addresses, forms, slots, the way back."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from narthex_client import CallbackError, ClientConfig, ConfigError, Scope, SignInRequest
from narthex_client.core.authorize import authorization_url
from narthex_client.core.callback import read_code, read_parameters
from narthex_client.core.messages import HttpResponse
from narthex_client.core.metadata import ProviderMetadata, read_metadata
from narthex_client.core.pkce import code_challenge, new_secret
from narthex_client.core.slots import SignInSlot, read_slots, write_slots
from narthex_client.core.token_map import KeptToken, read_token_map, token_key, usable, with_token, write_token_map
from narthex_client.core.tokens import code_request, refresh_request
from tests.fixtures.stand_in import StandIn

CALLBACK = "http://localhost:3000/callback"
SLOT = SignInSlot("state", "nonce", "v" * 43, CALLBACK, 1000)
AUTHORIZE = "https://auth.example/oidc/auth"


def config(**options: Any) -> ClientConfig:
    """Settings."""
    return ClientConfig("https://auth.example", "id", **options)


@pytest.fixture
def metadata(stand_in: StandIn) -> ProviderMetadata:
    """The metadata of the stand-in."""
    return read_metadata(HttpResponse(200, json.dumps(stand_in.metadata()).encode()), stand_in.issuer)


def query(request: SignInRequest, **options: Any) -> list[tuple[str, str]]:
    """The parameters of an authorization request."""
    url = authorization_url(AUTHORIZE, config(**options), request, SLOT)
    return parse_qsl(urlsplit(url).query, strict_parsing=True)


def test_an_authorization_request_has_what_the_wire_has_and_a_nonce() -> None:
    assert query(SignInRequest(CALLBACK)) == [
        ("client_id", "id"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid offline_access profile"),
        ("prompt", "consent"),
        ("code_challenge", code_challenge("v" * 43)),
        ("code_challenge_method", "S256"),
        ("state", "state"),
        ("nonce", "nonce"),
    ]


def test_scopes_and_resources_come_once_in_a_stable_order() -> None:
    asked = dict(query(SignInRequest(CALLBACK), scopes=["email", Scope.EMAIL, "openid", Scope.ORGANIZATIONS, "a:b"]))
    assert asked["scope"] == "email openid urn:logto:scope:organizations a:b offline_access profile"
    found = query(
        SignInRequest(CALLBACK), resources=["https://b", "https://a", "https://b"], scopes=(Scope.ORGANIZATIONS,)
    )
    resources = [value for name, value in found if name == "resource"]
    assert resources == ["https://b", "https://a", "urn:logto:resource:organizations"]
    assert dict(query(SignInRequest(CALLBACK), scopes=("openid",), reserved_scopes=False))["scope"] == "openid"


def test_every_way_to_begin_a_sign_in_has_its_parameter() -> None:
    request = SignInRequest(
        CALLBACK,
        first_screen="identifier:sign_in",
        interaction_mode="signUp",
        identifiers=("username", "phone"),
        direct_sign_in="social:google",
        prompt=("login", "consent"),
        login_hint="ada",
        ui_locales=("ja", "en"),
        organization_id="acme",
        return_to="/not/sent",
        extra={"acr_values": "2"},
    )
    asked = dict(query(request))
    assert asked["prompt"] == "login consent"
    assert list(asked.items())[-8:] == [
        ("interaction_mode", "signUp"),
        ("first_screen", "identifier:sign_in"),
        ("identifier", "username phone"),
        ("direct_sign_in", "social:google"),
        ("login_hint", "ada"),
        ("ui_locales", "ja en"),
        ("organization_id", "acme"),
        ("acr_values", "2"),
    ]


def test_an_endpoint_with_a_query_keeps_it() -> None:
    url = authorization_url(f"{AUTHORIZE}?tenant=a", config(), SignInRequest(CALLBACK), SLOT)
    assert url.startswith(f"{AUTHORIZE}?tenant=a&client_id=id&")


@pytest.mark.parametrize("taken", ["state", "nonce", "redirect_uri", "client_id", "code_challenge", "response_type"])
def test_an_extra_parameter_cannot_replace_what_makes_the_answer_ours(taken: str) -> None:
    with pytest.raises(ConfigError, match=taken):
        SignInRequest(CALLBACK, extra={taken: "x"})
    with pytest.raises(ConfigError, match="full address"):
        SignInRequest("/callback")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"endpoint": "auth.example"}, "no address"),
        ({"endpoint": "ftp://auth.example"}, "no address"),
        ({"endpoint": "https://"}, "no address"),
        ({"endpoint": "https://auth.example?a=b"}, "no address"),
        ({"app_id": ""}, "application ID"),
        ({"scopes": "email"}, "a list of texts"),
        ({"resources": ("",)}, "empty text"),
        ({"algorithms": ("none",)}, "asymmetric"),
        ({"algorithms": ("HS256",)}, "asymmetric"),
    ],
)
def test_settings_that_cannot_work_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        ClientConfig(**({"endpoint": "https://auth.example", "app_id": "id"} | options))


def test_a_slash_after_the_endpoint_does_no_harm() -> None:
    assert ClientConfig("https://auth.example/t/acme/", "id").issuer == "https://auth.example/t/acme/oidc"


def test_the_challenge_is_that_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len({new_secret() for _ in range(100)}) == 100


def test_credentials_go_in_the_header_in_the_form_or_nowhere() -> None:
    odd = config(app_secret="a:b/ü")
    request = code_request("https://auth.example/oidc/token", odd, "code", SLOT)
    sent = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert [unquote(part) for part in sent.split(":")] == ["id", "a:b/ü"]
    assert "client_secret" not in dict(request.form or ())
    post = refresh_request("u", config(app_secret="s", client_authentication="client_secret_post"), "r", None, None)
    assert post.form == (
        ("grant_type", "refresh_token"),
        ("client_id", "id"),
        ("client_secret", "s"),
        ("refresh_token", "r"),
    )
    public = refresh_request("u", config(), "r", "https://api", "acme")
    assert "authorization" not in public.headers
    assert dict(public.form or ()) == {
        "grant_type": "refresh_token",
        "client_id": "id",
        "refresh_token": "r",
        "resource": "https://api",
        "organization_id": "acme",
    }


def test_slots_survive_being_kept() -> None:
    slots = tuple(SignInSlot(f"s{n}", "n", "v", CALLBACK, 1000 + n, "/cart" if n else "") for n in range(3))
    assert read_slots(write_slots(slots), 1001) == slots
    assert read_slots(write_slots(slots), 1000 + 901) == slots[1:]
    assert write_slots(()) is None
    assert len(read_slots(write_slots(slots * 3), 1001)) == 5


@pytest.mark.parametrize("kept", [None, "", "null", "[]", "{}", "7", '{"state":"s"}', "{", '{"others":[7,{}]}'])
def test_garbage_in_place_of_slots_is_none(kept: str | None) -> None:
    assert read_slots(kept, 1000) == ()


def test_tokens_survive_being_kept_and_old_ones_are_dropped() -> None:
    tokens = with_token({"old": KeptToken("o", 1000), "new": KeptToken("n", 1001)}, "", "t", 3600, 1000.9)
    assert tokens == {"new": KeptToken("n", 1001), "": KeptToken("t", 4540)}
    assert read_token_map(write_token_map(tokens)) == tokens
    assert (usable(tokens[""], 4540), usable(tokens[""], 4541), usable(None, 0)) == ("t", None, None)
    assert read_token_map('{"x":{"a":{"token":7,"expiresAt":1},"b":7}}') == {}


def test_a_token_is_named_by_what_it_opens() -> None:
    assert token_key() == token_key(None, None) == ""
    assert token_key("https://api") == "https://api"
    assert token_key(None, "acme") == "urn:logto:organization:acme"
    assert token_key("https://api", "acme") == "https://api#urn:logto:organization:acme"


@pytest.mark.parametrize(
    ("redirect_uri", "came", "fits"),
    [
        (CALLBACK, CALLBACK, True),
        ("http://LOCALHOST:3000/callback", CALLBACK, True),
        ("https://shop.example/callback", "https://shop.example:443/callback", True),
        ("https://shop.example", "https://shop.example/", True),
        ("https://shop.example/callback?a=b", "https://shop.example/callback?a=b", True),
        ("https://shop.example/callback?a=b", "https://shop.example/callback?a=c", False),
        ("https://shop.example/callback", "http://shop.example/callback", False),
        ("https://shop.example/callback", "https://evil.example/callback", False),
        ("https://shop.example/callback", "https://shop.example:444/callback", False),
        ("https://shop.example/callback", "https://shop.example:x/callback", False),
        ("https://shop.example/callback", "https://shop.example/callback/", False),
        ("https://shop.example/cb", "https://shop.example/cbx", False),
    ],
)
def test_the_way_back_has_the_scheme_host_and_path_that_were_asked_for(
    metadata: ProviderMetadata, redirect_uri: str, came: str, fits: bool
) -> None:
    slot = SignInSlot("state", "nonce", "v", redirect_uri, 1000)
    back = f"{came}{'&' if '?' in came else '?'}code=c&iss={metadata.issuer}"
    if fits:
        assert read_code(back, read_parameters(back), slot, metadata) == "c"
    else:
        with pytest.raises(CallbackError, match="ProxyFix"):
            read_code(back, read_parameters(back), slot, metadata)


@pytest.mark.parametrize("twice", ["state=a&state=b", "code=a&code=a"])
def test_a_parameter_that_comes_twice_is_refused(twice: str) -> None:
    with pytest.raises(CallbackError, match="twice"):
        read_parameters(f"{CALLBACK}?{twice}")
