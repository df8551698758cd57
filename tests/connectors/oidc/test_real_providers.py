"""The connector with providers that others wrote."""

import time
from typing import Any

import pytest

from narthex.connectors.contract import ExternalIdentity
from narthex.connectors.oidc.connector import OidcConnector
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import CALLBACK, RoundTrip
from tests.fixtures.upstreams import SECRET, BendingUpstream, MockUpstream, Upstream, parameters_of

STEPS = ["callback", "token_request", "keys", "signature", "claims", "profile"]


def round_trip(http: HttpClient, raw: dict[str, object]) -> RoundTrip:
    # Others go by the wall clock.
    return RoundTrip(http, raw, now_ms=int(time.time() * 1000))


async def test_oidc_provider_signs_a_person_in(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    trip = round_trip(http, upstream.config(enablePkce=True))
    identity = await trip.run(upstream.sign_in)
    assert identity == ExternalIdentity(
        id="ada",
        name="Ada",
        avatar="https://pictures.example/ada.png",
        email="ada@example.com",
        phone="+15550100",
        raw=identity.raw,
    )
    assert identity.raw["iss"] == upstream.issuer
    assert [(step.name, step.ok) for step in trip.steps] == [(name, True) for name in STEPS]


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_oidc_provider_takes_a_signed_assertion(http: HttpClient, upstream: Upstream, algorithm: str) -> None:
    await upstream.allow(CALLBACK)
    raw = upstream.config(
        clientId="narthex-jwt",
        tokenEndpointAuthMethod="client_secret_jwt",
        clientSecretJwtSigningAlgorithm=algorithm,
    )
    assert (await round_trip(http, raw).run(upstream.sign_in)).id == "ada"


async def test_oidc_provider_takes_the_secret_in_the_header(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    raw = upstream.config(clientId="narthex-basic", tokenEndpointAuthMethod="client_secret_basic")
    assert (await round_trip(http, raw).run(upstream.sign_in)).id == "ada"


async def test_oidc_provider_refuses_a_wrong_secret(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    failed = await round_trip(http, upstream.config(clientSecret="wrong")).fails(upstream.sign_in)
    assert failed.cause == "token_endpoint_error"
    assert "invalid_client" in failed.text


async def test_an_unproven_address_of_oidc_provider_is_not_taken(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    identity = await round_trip(http, upstream.config(trustUnverifiedEmail=True)).run(
        lambda url: upstream.sign_in(url, "unproven-bob")
    )
    assert (identity.id, identity.email) == ("unproven-bob", None)


async def test_a_person_who_says_no_at_oidc_provider(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    failed = await round_trip(http, upstream.config()).fails(lambda url: upstream.sign_in(url, deny=True))
    assert failed.cause == "denied"


async def test_what_oidc_provider_publishes_is_enough(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    found: dict[str, Any] = await OidcConnector().discover(http, upstream.issuer)
    assert found["authorizationEndpoint"] == f"{upstream.issuer}/auth"
    assert found["idTokenVerificationConfig"]["issuer"] == upstream.issuer
    assert (found["enablePkce"], found["authorizationResponseIssParameterSupported"]) == (True, True)
    raw = {**found, "clientId": upstream.client_id, "clientSecret": SECRET}
    assert (await round_trip(http, raw).run(upstream.sign_in)).email == "ada@example.com"


async def test_oauth2_mock_server_signs_a_person_in(http: HttpClient, bending_upstream: BendingUpstream) -> None:
    trip = round_trip(http, bending_upstream.config())
    assert (await trip.run(bending_upstream.sign_in)).id == "johndoe"


@pytest.mark.parametrize(
    ("bent", "cause"),
    [
        ({"claims": {"iss": "https://evil.example"}}, "issuer"),
        ({"claims": {"aud": "another"}}, "audience"),
        ({"claims": {"azp": "another"}}, "azp"),
        ({"claims": {"nonce": "another"}}, "nonce"),
        ({"without": ["nonce"]}, "nonce"),
        ({"claims": {"exp": 1_700_000_000}}, "expired"),
        ({"without": ["exp"]}, "expired"),
        ({"claims": {"nbf": 4_000_000_000}}, "not_yet_valid"),
        ({"claims": {"sub": ""}}, "subject"),
        ({"header": {"kid": "another"}}, "key_unknown"),
        ({"flip": True}, "signature"),
        ({"response": {"id_token": None}}, "no_id_token"),
        ({"response": {"id_token": "abc"}}, "garbage"),
        ({"response": {"error": "invalid_grant"}, "status": 400}, "token_endpoint_error"),
        ({"redirect": {"code": None, "error": "access_denied"}}, "denied"),
        ({"redirect": {"code": None, "error": "server_error"}}, "callback_error"),
        ({"redirect": {"code": None}}, "no_code"),
        ({"redirect": {"state": "another"}}, "state"),
        ({"redirect": {"iss": "https://evil.example"}}, "issuer"),
    ],
    ids=str,
)
async def test_bent_answers_of_oauth2_mock_server_are_refused(
    http: HttpClient, bending_upstream: BendingUpstream, bent: dict[str, Any], cause: str
) -> None:
    await bending_upstream.bend(**bent)
    assert (await round_trip(http, bending_upstream.config()).fails(bending_upstream.sign_in)).cause == cause


async def test_oidc_provider_mock_has_one_key_without_a_name_and_a_list_of_audiences(
    http: HttpClient, mock_upstream: MockUpstream
) -> None:
    identity = await round_trip(http, mock_upstream.config()).run(mock_upstream.sign_in)
    assert identity.id == "ada"
    assert identity.raw["aud"] == [mock_upstream.client_id]


async def test_oidc_provider_mock_is_found_out(http: HttpClient, mock_upstream: MockUpstream) -> None:
    found = await OidcConnector().discover(http, mock_upstream.issuer)
    raw = {**found, "clientId": "bookstore", "clientSecret": SECRET}
    assert (await round_trip(http, raw).run(mock_upstream.sign_in)).id == "ada"


async def test_the_address_back_carries_what_was_sent(http: HttpClient, upstream: Upstream) -> None:
    await upstream.allow(CALLBACK)
    trip = round_trip(http, upstream.config())
    start = await trip.begin()
    back = await upstream.sign_in(start.url)
    assert back.startswith(f"{CALLBACK}?")
    assert parameters_of(back)["state"] == start.kept["state"]
    assert parameters_of(back)["iss"] == upstream.issuer
