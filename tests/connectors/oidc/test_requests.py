"""What is sent: to the authorization endpoint with the browser, and to the token endpoint by the server itself."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import msgspec
import pytest

from narthex.connectors.contract import AuthorizationContext
from narthex.kit import base64url
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import CALLBACK, RoundTrip
from tests.fixtures.small_provider import CLIENT_ID, NOW_MS, SmallProvider
from tests.fixtures.traps import dripping, trap
from tests.fixtures.upstreams import OUTGOING_ALLOW, SECRET, parameters_of


def trip_of(http: HttpClient, raw: dict[str, object]) -> RoundTrip:
    return RoundTrip(http, raw, NOW_MS)


async def asked(http: HttpClient, raw: dict[str, object]) -> dict[str, str]:
    """The parameters of the authorization request."""
    return parameters_of((await trip_of(http, raw).begin()).url)


async def test_the_least_that_is_asked(http: HttpClient, small_provider: SmallProvider) -> None:
    start = await trip_of(http, small_provider.config()).begin()
    assert start.url.startswith(f"{small_provider.issuer}/auth?")
    assert parameters_of(start.url) == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "scope": "openid profile email phone",
        "redirect_uri": CALLBACK,
        "state": start.kept["state"],
        "nonce": start.kept["nonce"],
    }


async def test_each_attempt_has_a_nonce_of_its_own(http: HttpClient, small_provider: SmallProvider) -> None:
    trip = trip_of(http, small_provider.config())
    nonces = {(await trip.begin()).kept["nonce"] for _ in range(20)}
    assert len(nonces) == 20
    assert all(len(nonce) == 43 for nonce in nonces)


async def test_the_endpoints_own_query_stays(http: HttpClient, small_provider: SmallProvider) -> None:
    endpoint = f"{small_provider.issuer}/auth?p=B2C_1&empty=&prompt=login"
    options = {"prompt": "consent"}
    raw = small_provider.config(authorizationEndpoint=endpoint, authRequestOptionalConfig=options)
    url = (await trip_of(http, raw).begin()).url
    assert url.count("?") == 1
    sent = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert sent[:2] == [("p", "B2C_1"), ("empty", "")]
    assert [value for name, value in sent if name == "prompt"] == ["consent"]


@pytest.mark.parametrize(
    ("key", "value", "name", "sent"),
    [
        ("responseMode", "query", "response_mode", "query"),
        ("responseMode", "form_post", "response_mode", "form_post"),
        ("display", "popup", "display", "popup"),
        ("prompt", "login consent", "prompt", "login consent"),
        ("maxAge", "3600", "max_age", "3600"),
        ("maxAge", 3600, "max_age", "3600"),
        ("maxAge", 0, "max_age", "0"),
        ("uiLocales", "ja en", "ui_locales", "ja en"),
        ("idTokenHint", "a.b.c", "id_token_hint", "a.b.c"),
        ("loginHint", "ada@example.com", "login_hint", "ada@example.com"),
        ("acrValues", "gold silver", "acr_values", "gold silver"),
    ],
    ids=repr,
)
async def test_options_are_sent_as_the_protocol_spells_them(
    http: HttpClient, small_provider: SmallProvider, key: str, value: object, name: str, sent: str
) -> None:
    assert (await asked(http, small_provider.config(authRequestOptionalConfig={key: value})))[name] == sent


async def test_options_of_the_wire_that_mean_nothing_are_not_sent(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    options = {"responseType": "code", "tokenEndpoint": "https://elsewhere.example"}
    parameters = await asked(http, small_provider.config(authRequestOptionalConfig=options))
    assert "token_endpoint" not in parameters
    assert parameters["response_type"] == "code"


async def test_custom_parameters_go_to_both_endpoints_and_win_over_options(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    raw = small_provider.config(
        customConfig={"kcIdpHint": "github", "prompt": "none"}, authRequestOptionalConfig={"prompt": "login"}
    )
    parameters = await asked(http, raw)
    assert (parameters["kc_idp_hint"], parameters["prompt"]) == ("github", "none")
    await trip_of(http, raw).run(small_provider.visit)
    assert (small_provider.forms[0]["kc_idp_hint"], small_provider.forms[0]["prompt"]) == ("github", "none")
    assert small_provider.forms[0]["code"] == "code-0"


async def test_what_one_request_asks_for_wins(http: HttpClient, small_provider: SmallProvider) -> None:
    raw = small_provider.config(authRequestOptionalConfig={"prompt": "login", "uiLocales": "en", "loginHint": "a"})
    trip = trip_of(http, raw)
    request = AuthorizationContext(
        redirect_uri=CALLBACK,
        state="s",
        randomness=trip.randomness,
        scope="calendar",
        ui_locales="ja",
        login_hint="b",
        prompt="consent",
    )
    parameters = parameters_of((await trip.connector.begin(http, trip.connector.check_config(raw), request)).url)
    assert parameters["scope"] == "calendar openid"
    assert (parameters["ui_locales"], parameters["login_hint"], parameters["prompt"]) == ("ja", "b", "consent")


async def test_pkce_binds_the_code_to_the_attempt(http: HttpClient, small_provider: SmallProvider) -> None:
    trip = trip_of(http, small_provider.config(codeChallengeMethodsSupported=["S256"]))
    start = await trip.begin()
    parameters = parameters_of(start.url)
    verifier = start.kept["code_verifier"]
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (parameters["code_challenge"], parameters["code_challenge_method"]) == (expected, "S256")
    assert verifier not in start.url
    await trip.finish(start, parameters_of(await small_provider.visit(start.url)))
    assert small_provider.forms[0]["code_verifier"] == verifier


async def test_without_an_offer_there_is_no_pkce(http: HttpClient, small_provider: SmallProvider) -> None:
    await trip_of(http, small_provider.config()).run(small_provider.visit)
    assert "code_verifier" not in small_provider.forms[0]
    assert "code_challenge" not in await asked(http, small_provider.config(enablePkce=False))


async def test_the_secret_goes_into_the_form_by_default(http: HttpClient, small_provider: SmallProvider) -> None:
    await trip_of(http, small_provider.config()).run(small_provider.visit)
    assert small_provider.forms == [
        {
            "grant_type": "authorization_code",
            "code": "code-0",
            "redirect_uri": CALLBACK,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
        }
    ]
    assert small_provider.heads[0].startswith("POST /token HTTP/1.1")
    assert "Content-Type: application/x-www-form-urlencoded" in small_provider.heads[0]
    assert "Authorization" not in small_provider.heads[0]


async def test_basic_escapes_what_stands_in_the_header(http: HttpClient, small_provider: SmallProvider) -> None:
    small_provider.body = b"{}"
    raw = small_provider.config(clientId="a:b", clientSecret="c d%+/é", tokenEndpointAuthMethod="client_secret_basic")
    await trip_of(http, raw).fails(small_provider.visit)
    name, _, secret = small_provider.basic().partition(":")
    assert (unquote_plus(name), unquote_plus(secret)) == ("a:b", "c d%+/é")
    assert "client_secret" not in small_provider.forms[0]


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_a_signed_assertion_proves_the_secret_without_sending_it(
    http: HttpClient, small_provider: SmallProvider, algorithm: str
) -> None:
    raw = small_provider.config(tokenEndpointAuthMethod="client_secret_jwt", clientSecretJwtSigningAlgorithm=algorithm)
    trip = trip_of(http, raw)
    await trip.run(small_provider.visit)
    await trip.run(small_provider.visit)
    form = small_provider.forms[0]
    assert "client_secret" not in form
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    header, payload, signature = form["client_assertion"].split(".")
    expected = hmac.digest(SECRET.encode(), f"{header}.{payload}".encode(), algorithm.replace("HS", "sha"))
    assert base64url.decode(signature) == expected
    assert msgspec.json.decode(base64url.decode(header)) == {"alg": algorithm, "typ": "JWT"}
    claims = msgspec.json.decode(base64url.decode(payload))
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT_ID, CLIENT_ID, f"{small_provider.issuer}/token")
    assert claims["exp"] - NOW_MS // 1000 == 300
    assert small_provider.forms[1]["client_assertion"] != form["client_assertion"]


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (400, b'{"error":"invalid_grant"}', "token_endpoint_error"),
        (401, b"<html>no</html>", "token_endpoint_error"),
        (500, b"", "token_endpoint_error"),
        (302, b"", "token_endpoint_error"),
        (201, b"{}", "token_endpoint_error"),
        (200, b"", "garbage"),
        (200, b"[]", "garbage"),
        (200, b"{", "garbage"),
        (200, b"\xff\xfe", "garbage"),
        (200, b'{"id_token":"a","id_token":"b"}', "garbage"),
        (200, b"[" * 100_000, "garbage"),
        (200, b"{}", "no_id_token"),
        (200, b'{"access_token":"x"}', "no_id_token"),
        (200, b'{"id_token":5}', "no_id_token"),
        (200, b'{"id_token":""}', "no_id_token"),
        (200, b'{"id_token":"' + b"x" * 2_000_000 + b'"}', "unreachable"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_what_a_token_endpoint_should_not_say(
    http: HttpClient, small_provider: SmallProvider, status: int, body: bytes, cause: str
) -> None:
    small_provider.status, small_provider.body = status, body
    trip = trip_of(http, small_provider.config())
    assert (await trip.fails(small_provider.visit)).cause == cause
    assert [(step.name, step.ok) for step in trip.steps] == [("callback", True), ("token_request", False)]


async def test_a_token_endpoint_that_repeats_the_secret_does_not_get_it_into_the_log(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    small_provider.status = 400
    small_provider.body = msgspec.json.encode({"error": SECRET[:64], "error_description": f"no {SECRET} for code-0"})
    trip = trip_of(http, small_provider.config(clientSecret=SECRET[:64]))
    failed = await trip.fails(small_provider.visit)
    told = f"{failed.text} {failed.detail} {failed} {trip.steps}"
    assert SECRET[:64] not in told
    assert "code-0" not in told


async def test_a_slow_token_endpoint_is_given_up(small_provider: SmallProvider) -> None:
    http = HttpClient(OUTGOING_ALLOW, seconds=0.3)
    async with trap(dripping()) as slow:
        trip = trip_of(http, small_provider.config(tokenEndpoint=slow.url))
        failed = await trip.fails(small_provider.visit)
    await http.close()
    assert (failed.cause, "in time" in failed.text) == ("unreachable", True)


async def test_nobody_at_the_token_endpoint(http: HttpClient, small_provider: SmallProvider) -> None:
    async with trap() as gone:
        pass
    trip = trip_of(http, small_provider.config(tokenEndpoint=gone.url))
    assert (await trip.fails(small_provider.visit)).cause == "unreachable"


async def test_an_endpoint_inside_is_refused_by_our_own_guard(small_provider: SmallProvider) -> None:
    http = HttpClient()
    failed = await trip_of(http, small_provider.config()).fails(small_provider.visit)
    await http.close()
    assert failed.cause == "refused_outgoing"
    assert "NARTHEX_OUTGOING_ALLOW" in failed.text
    assert small_provider.paths == []
