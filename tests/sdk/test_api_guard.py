"""What the guard of an API lets in and what it refuses, with the answers of RFC 6750."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from narthex.kit.jose import Signer, generate_private_key
from narthex_client import ApiGuard, AsyncApiGuard, ConfigError, Forbidden, NetworkError
from tests.fixtures.stand_in import APP_ID, SUBJECT, AsyncStandIn, StandIn

API = "https://api.bookstore.example"
ACME = "urn:logto:organization:acme"

Bend = Callable[[StandIn], str]


@pytest.fixture
def guard(stand_in: StandIn) -> ApiGuard:
    """A guard of the bookstore's API."""
    return ApiGuard(stand_in.issuer, API, transport=stand_in, clock=stand_in.clock)


def refusal(guard: ApiGuard, header: str | None, *scopes: str, **options: Any) -> Forbidden:
    """How the guard refuses."""
    with pytest.raises(Forbidden) as refused:
        guard.check(header, *scopes, **options)
    return refused.value


def unsigned(header: dict[str, object], claims: dict[str, object], signature: str = "") -> str:
    """A token that nobody signed."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join((*parts, signature))


def claims_of(stand_in: StandIn) -> dict[str, object]:
    """The claims of a good token."""
    payload = stand_in.access_token(API).split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found


def test_a_good_token_is_let_in(guard: ApiGuard, stand_in: StandIn) -> None:
    found = guard.check(f"Bearer {stand_in.access_token(API)}", "read:books")
    assert (found.sub, found.aud, found.client_id) == (SUBJECT, (API,), APP_ID)
    assert (found.scopes, found.organization_id) == (frozenset(["read:books"]), None)
    assert guard.check(f"bearer  {stand_in.access_token(API)} ").iss == stand_in.issuer
    listed = stand_in.access_token(API, aud=["https://other.example", API], typ="application/AT+JWT")
    assert guard.check(f"Bearer {listed}").aud[1] == API


async def test_the_asynchronous_guard_does_the_same(stand_in: StandIn) -> None:
    guard = AsyncApiGuard(stand_in.issuer, API, transport=AsyncStandIn(stand_in), clock=stand_in.clock)
    assert (await guard.check(f"Bearer {stand_in.access_token(API)}", "read:books")).sub == SUBJECT
    with pytest.raises(Forbidden):
        await guard.check(None)


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Token abc", "Bearerabc"])
def test_without_a_token_the_answer_is_401_and_names_no_error(guard: ApiGuard, header: str | None) -> None:
    refused = refusal(guard, header)
    assert (refused.status, refused.error, refused.challenge) == (401, "", "Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b"])
def test_a_header_without_one_token_is_400(guard: ApiGuard, header: str) -> None:
    refused = refusal(guard, header)
    assert (refused.status, refused.error) == (400, "invalid_request")
    assert refused.challenge.startswith('Bearer error="invalid_request", error_description="')


BENT: dict[str, Bend] = {
    "wrong audience": lambda at: at.access_token("https://other.example"),
    "audience that only begins alike": lambda at: at.access_token(f"{API}/"),
    "no audience": lambda at: at.access_token(API, aud=None),
    "the audience is the application": lambda at: at.access_token(APP_ID),
    "wrong issuer": lambda at: at.access_token(API, iss="https://elsewhere.example/oidc"),
    "another tenant": lambda at: at.access_token(API, iss=f"{at.endpoint}/acme/oidc"),
    "no issuer": lambda at: at.access_token(API, iss=None),
    "expired": lambda at: at.access_token(API, exp=int(at.now) - 10),
    "no end": lambda at: at.access_token(API, exp=None),
    "an end that is a text": lambda at: at.access_token(API, exp="4102444800"),
    "an end that is true": lambda at: at.access_token(API, exp=True),
    "not valid yet": lambda at: at.access_token(API, nbf=int(at.now) + 11),
    "no subject": lambda at: at.access_token(API, sub=None),
    "an ID token": lambda at: at.id_token(aud=API),
    "no type": lambda at: at.access_token(API, None),
    "another type": lambda at: at.access_token(API, "logout+jwt"),
    "opaque": lambda at: "opaque-7",
    "alg none": lambda at: unsigned({"alg": "none", "typ": "at+jwt"}, claims_of(at)),
    "alg NONE": lambda at: unsigned({"alg": "NONE", "typ": "at+jwt"}, claims_of(at)),
    "alg none with a kid": lambda at: unsigned(
        {"alg": "none", "typ": "at+jwt", "kid": at.signer.kid}, claims_of(at), "AAAA"
    ),
    "HS256 with the public key": lambda at: unsigned(
        {"alg": "HS256", "typ": "at+jwt", "kid": at.signer.kid}, claims_of(at), "AAAA"
    ),
    "a foreign key": lambda at: foreign(at, at.signer.kid),
    "an unknown key": lambda at: foreign(at, "made-up"),
    "a key of its own in the header": lambda at: unsigned(
        {"alg": "ES256", "typ": "at+jwt", "jwk": at.jwks[0], "kid": "x"}, claims_of(at), "AAAA"
    ),
    "an extension that it demands": lambda at: unsigned(
        {"alg": "ES256", "typ": "at+jwt", "kid": at.signer.kid, "crit": ["exp"], "exp": 1}, claims_of(at), "AAAA"
    ),
    "cut off": lambda at: at.access_token(API)[:-4],
    "four parts": lambda at: at.access_token(API) + ".x",
    "claims that were changed": lambda at: changed(at, "read:books write:books"),
    "not JSON": lambda at: "AAAA.AAAA.AAAA",
    "a list": lambda at: "W10.W10.AAAA",
    "not base64": lambda at: "a!.b!.c!",
    "not ASCII": lambda at: "é.é.é",
    "very long": lambda at: "a" * 70_000 + ".b.c",
    "deep": lambda at: base64.urlsafe_b64encode(b"[" * 30_000).decode().rstrip("=") + ".e30.AAAA",
}


def foreign(stand_in: StandIn, kid: str) -> str:
    """A token signed with a key that the server does not have."""
    signer = Signer(generate_private_key(), "ES256", kid)
    return signer.sign(claims_of(stand_in), "at+jwt")


def changed(stand_in: StandIn, scope: str) -> str:
    """A token whose scope was widened after it was signed."""
    header, _, signature = stand_in.access_token(API).split(".")
    claims = claims_of(stand_in) | {"scope": scope}
    return f"{header}.{unsigned({}, claims).split('.')[1]}.{signature}"


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_a_bent_token_is_401(guard: ApiGuard, stand_in: StandIn, bend: Bend) -> None:
    refused = refusal(guard, f"Bearer {bend(stand_in)}", "read:books")
    assert (refused.status, refused.error) == (401, "invalid_token")
    assert refused.challenge.startswith('Bearer error="invalid_token", error_description="The access token is not good')
    assert refused.challenge.isascii()
    assert refused.challenge.count('"') == 4
    assert refused.challenge.isprintable()


def test_clocks_may_differ_by_ten_seconds(guard: ApiGuard, stand_in: StandIn) -> None:
    now = int(stand_in.now)
    assert guard.check(f"Bearer {stand_in.access_token(API, exp=now - 9, nbf=now + 10)}").sub == SUBJECT


def test_a_missing_scope_is_403_and_is_named(guard: ApiGuard, stand_in: StandIn) -> None:
    header = f"Bearer {stand_in.access_token(API)}"
    refused = refusal(guard, header, "read:books", "write:books")
    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert refused.challenge == (
        'Bearer error="insufficient_scope", error_description="The access token lacks the scope write:books.", '
        'scope="read:books write:books"'
    )
    assert refusal(guard, f"Bearer {stand_in.access_token(API, scope=None)}", "read:books").status == 403
    assert refusal(guard, f"Bearer {stand_in.access_token(API, scope='read:books2')}", "read:books").status == 403
    assert guard.check(header, "write:books", "read:books", any_of=True).sub == SUBJECT
    assert refusal(guard, header, "write:books", "burn:books", any_of=True).status == 403


def test_scopes_of_the_guard_are_needed_everywhere(stand_in: StandIn) -> None:
    guard = ApiGuard(stand_in.issuer, API, scopes=["read:books"], transport=stand_in, clock=stand_in.clock)
    assert refusal(guard, f"Bearer {stand_in.access_token(API, scope='')}").status == 403
    both = "read:books write:books"
    assert guard.check(f"Bearer {stand_in.access_token(API, scope=both)}", "write:books").scopes == {*both.split()}


def test_an_organization_is_named_by_the_audience_or_by_the_claim(stand_in: StandIn) -> None:
    own = ApiGuard(stand_in.issuer, organization="acme", transport=stand_in, clock=stand_in.clock)
    assert own.check(f"Bearer {stand_in.access_token(ACME)}").sub == SUBJECT
    assert refusal(own, f"Bearer {stand_in.access_token(ACME + '2')}").status == 401
    assert refusal(own, f"Bearer {stand_in.access_token(API, organization_id='acme')}").status == 401
    both = ApiGuard(stand_in.issuer, API, organization="acme", transport=stand_in, clock=stand_in.clock)
    assert both.check(f"Bearer {stand_in.access_token(API, organization_id='acme')}").organization_id == "acme"
    assert refusal(both, f"Bearer {stand_in.access_token(API)}").status == 401
    assert refusal(both, f"Bearer {stand_in.access_token(API, organization_id='other')}").status == 401


def test_a_guard_without_an_audience_is_refused() -> None:
    with pytest.raises(ConfigError, match="audience"):
        ApiGuard("https://auth.bookstore.example/oidc")


def test_a_new_key_is_found_and_made_up_ones_do_not_hammer_the_server(guard: ApiGuard, stand_in: StandIn) -> None:
    assert guard.check(f"Bearer {stand_in.access_token(API)}").sub == SUBJECT
    stand_in.new_key()
    assert guard.check(f"Bearer {stand_in.access_token(API)}").sub == SUBJECT
    assert stand_in.count("/oidc/jwks") == 2
    for _ in range(20):
        refusal(guard, f"Bearer {foreign(stand_in, 'made-up')}")
    assert stand_in.count("/oidc/jwks") == 2


def test_keys_out_of_reach_are_not_the_caller_s_fault(guard: ApiGuard, stand_in: StandIn) -> None:
    stand_in.down.add("/oidc/jwks")
    with pytest.raises(NetworkError):
        guard.check(f"Bearer {stand_in.access_token(API)}")


def test_the_address_of_the_keys_may_be_given(stand_in: StandIn) -> None:
    guard = ApiGuard(stand_in.issuer, API, jwks_uri=f"{stand_in.issuer}/jwks", transport=stand_in, clock=stand_in.clock)
    assert guard.check(f"Bearer {stand_in.access_token(API)}").sub == SUBJECT
    assert stand_in.count("/oidc/.well-known/openid-configuration") == 0
