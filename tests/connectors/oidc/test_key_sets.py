"""The provider's keys: which one a token was signed with, when they are fetched, and for how long they are kept."""

import asyncio
import warnings
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from narthex.connectors.oidc.connector import OidcConnector
from narthex.connectors.oidc.key_sets import COOL_DOWN_MS, LIFE_MS
from narthex.kit import base64url
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.small_provider import NOW_MS, SmallProvider, make_key
from tests.fixtures.traps import silent, trap
from tests.fixtures.upstreams import OUTGOING_ALLOW, parameters_of


@pytest.fixture
def trip(http: HttpClient, small_provider: SmallProvider) -> RoundTrip:
    """A round trip with the small provider."""
    return RoundTrip(http, small_provider.config(verification={"clockTolerance": "1 day"}), NOW_MS)


def fetches(provider: SmallProvider) -> int:
    return provider.paths.count("/jwks")


def other_key(provider: SmallProvider, **changes: Any) -> dict[str, Any]:
    public: dict[str, Any] = make_key(provider.algorithm).as_dict(private=False)
    return {**public, "use": "sig", "alg": provider.algorithm, "kid": "other", **changes}


async def test_keys_are_kept_for_a_while(trip: RoundTrip, small_provider: SmallProvider) -> None:
    await trip.run(small_provider.visit)
    trip.now_ms += LIFE_MS - 1
    await trip.run(small_provider.visit)
    assert fetches(small_provider) == 1
    trip.now_ms += 1
    await trip.run(small_provider.visit)
    assert fetches(small_provider) == 2


async def test_a_key_that_is_not_there_is_asked_for_again_once(trip: RoundTrip, small_provider: SmallProvider) -> None:
    await trip.run(small_provider.visit)
    small_provider.use("ES256", "second")
    trip.now_ms += COOL_DOWN_MS
    await trip.run(small_provider.visit)
    assert fetches(small_provider) == 2
    small_provider.header = {"kid": "third"}
    for _ in range(3):
        assert (await trip.fails(small_provider.visit)).cause == "key_unknown"
    assert fetches(small_provider) == 2
    trip.now_ms += COOL_DOWN_MS
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"
    assert fetches(small_provider) == 3


async def test_fresh_keys_are_not_fetched_twice_for_one_token(trip: RoundTrip, small_provider: SmallProvider) -> None:
    small_provider.header = {"kid": "unknown"}
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"
    assert fetches(small_provider) == 1


async def test_many_at_once_fetch_once(trip: RoundTrip, small_provider: SmallProvider) -> None:
    starts = [await trip.begin() for _ in range(10)]
    answers = [parameters_of(await small_provider.visit(start.url)) for start in starts]
    found = await asyncio.gather(*map(trip.finish, starts, answers))
    assert [identity.id for identity in found] == ["ada"] * 10
    assert fetches(small_provider) == 1


async def test_many_at_once_share_a_failure(small_provider: SmallProvider) -> None:
    """A key set that does not answer holds everybody up once, not each after the other."""
    http = HttpClient(OUTGOING_ALLOW, seconds=0.5)
    async with trap(silent) as slow:
        trip = RoundTrip(http, small_provider.config(verification={"jwksUri": slow.url}), NOW_MS)
        starts = [await trip.begin() for _ in range(10)]
        answers = [parameters_of(await small_provider.visit(start.url)) for start in starts]
        failures = await asyncio.gather(*map(trip.finish, starts, answers), return_exceptions=True)
        assert {getattr(failure, "cause", "") for failure in failures} == {"unreachable"}
        assert slow.connections == 1
    await http.close()


async def test_two_servers_in_one_process_share_no_keys(small_provider: SmallProvider) -> None:
    connector = OidcConnector()
    clients = [HttpClient(OUTGOING_ALLOW), HttpClient(OUTGOING_ALLOW)]
    for client in clients:
        await RoundTrip(client, small_provider.config(), NOW_MS, connector).run(small_provider.visit)
        await client.close()
    assert fetches(small_provider) == 2


async def test_a_token_that_names_no_key_needs_exactly_one_that_fits(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    small_provider.use("ES256", None)

    async def fits(*published: dict[str, Any]) -> bool:
        small_provider.published = list(published)
        trip = RoundTrip(http, small_provider.config(), NOW_MS, OidcConnector())
        return (await trip.cause(small_provider.visit)) is None

    own = small_provider.jwk()
    assert await fits(own)
    assert await fits({**own, "kid": "named"})
    # Keys for other uses, algorithms and curves are no alternatives.
    assert await fits(own, other_key(small_provider, use="enc"))
    assert await fits(own, other_key(small_provider, key_ops=["sign"]))
    assert await fits(own, other_key(small_provider, alg="ECDH-ES"))
    assert await fits(own, {"kty": "RSA", "n": "x" * 342, "e": "AQAB"}, {"kty": "oct", "k": "x"}, {"kty": "AKP"})
    assert await fits(own, {**make_key("ES384").as_dict(private=False), "use": "sig"})
    assert not await fits(own, other_key(small_provider))
    assert not await fits()


@pytest.mark.parametrize(
    "unusable",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "ES384"},
        {"kty": "RSA"},
        {"kty": "oct"},
        {"kty": 5},
        {"crv": "P-384"},
        {"x": 5},
        {"x": None},
        {"kid": "other"},
        {"kid": None},
        {"kid": ["first"]},
    ],
    ids=repr,
)
async def test_a_key_that_is_not_for_this_is_not_used(
    trip: RoundTrip, small_provider: SmallProvider, unusable: dict[str, Any]
) -> None:
    small_provider.published = [{**small_provider.jwk(), **unusable}]
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"


@pytest.mark.parametrize("broken", [{"x": "AAAA"}, {"x": "!"}, {"y": "x" * 1_000}], ids=repr)
async def test_a_broken_key_verifies_nothing(
    trip: RoundTrip, small_provider: SmallProvider, broken: dict[str, Any]
) -> None:
    small_provider.published = [{**small_provider.jwk(), **broken}]
    assert (await trip.fails(small_provider.visit)).cause == "signature"


async def test_a_short_rsa_key_is_not_used(trip: RoundTrip, small_provider: SmallProvider) -> None:
    small_provider.use("RS256")
    with warnings.catch_warnings(action="ignore"):
        small_provider.key = RSAKey.generate_key(1024)
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"
    # Nor is one that only looks long.
    modulus = bytes(128) + base64url.decode(small_provider.key.as_dict(private=False)["n"])
    small_provider.published = [small_provider.jwk(n=base64url.encode_text(modulus))]
    trip.now_ms += COOL_DOWN_MS
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"


async def test_a_name_that_stands_for_two_keys_is_refused(trip: RoundTrip, small_provider: SmallProvider) -> None:
    small_provider.published = [small_provider.jwk(), other_key(small_provider, kid="first")]
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"


async def test_private_members_and_other_keys_do_no_harm(trip: RoundTrip, small_provider: SmallProvider) -> None:
    private = {**small_provider.key.as_dict(private=True), "kid": "first", "x5u": 5, "ext": True}
    small_provider.published = [{"kty": "AKP", "alg": "ML-DSA-44"}, private]
    assert (await trip.run(small_provider.visit)).id == "ada"


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"<html>", b'{"keys": {}}', b'{"keys": 5}', b'{"keys":[' + b"{}," * 100 + b"{}]}"],
    ids=lambda body: repr(body)[:30],
)
async def test_what_is_no_key_set(trip: RoundTrip, small_provider: SmallProvider, body: bytes) -> None:
    small_provider.published_body = body
    assert (await trip.fails(small_provider.visit)).cause == "garbage"
    assert (trip.steps[-1].name, trip.steps[-1].ok) == ("keys", False)


async def test_a_key_set_that_cannot_be_read_is_not_remembered(trip: RoundTrip, small_provider: SmallProvider) -> None:
    small_provider.published_body = b"<html>"
    assert (await trip.fails(small_provider.visit)).cause == "garbage"
    small_provider.published_body = None
    assert (await trip.run(small_provider.visit)).id == "ada"
