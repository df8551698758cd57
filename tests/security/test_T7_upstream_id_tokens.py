"""T7: ID tokens of an upstream provider that the provider did not sign, or not so. None is accepted, nothing is slow,
and nothing that a token points to is fetched."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest

from narthex.connectors.oidc.key_sets import COOL_DOWN_MS
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.small_provider import NOW_MS, SmallProvider, make_key, sign
from tests.fixtures.traps import trap
from tests.fixtures.upstreams import OUTGOING_ALLOW, SECRET
from tests.oidc.relying_party import claims_of, header_of
from tests.security.forged_tokens import forged, segment

Bend = Callable[[str], str]


@pytest.fixture
async def trip(small_provider: SmallProvider) -> AsyncIterator[RoundTrip]:
    """A connector and a provider whose tokens are about to be bent."""
    http = HttpClient(OUTGOING_ALLOW)
    made = RoundTrip(http, small_provider.config(), NOW_MS)
    await made.run(small_provider.visit)
    yield made
    await http.close()


async def refused(trip: RoundTrip, provider: SmallProvider, bend: Bend) -> str:
    """The cause of the refusal of a bent token, within 50 ms of CPU beside the bending and the round trip's own."""
    bending = 0.0

    def timed(token: str) -> str:
        nonlocal bending
        began = time.process_time()
        bent = bend(token)
        bending += time.process_time() - began
        return bent

    provider.token = timed
    before = time.process_time()
    failed = await trip.fails(provider.visit)
    assert time.process_time() - before - bending < 0.1
    return failed.cause


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_T7_no_forgery_of_an_id_token_is_accepted(
    trip: RoundTrip, small_provider: SmallProvider, algorithm: str
) -> None:
    small_provider.use(algorithm, "second")
    trip.now_ms += COOL_DOWN_MS
    await trip.run(small_provider.visit)
    honest = small_provider.id_token("x")
    names = [name for name, _ in forged(honest, [small_provider.jwk()])]
    assert len(names) >= 40
    for name in names:

        def bend(token: str, name: str = name) -> str:
            return dict(forged(token, [small_provider.jwk()], sub="admin"))[name]

        cause = await refused(trip, small_provider, bend)
        assert cause in {"algorithm", "signature", "garbage", "crit", "key_unknown"}, name


async def test_T7_a_shared_secret_never_signs(trip: RoundTrip, small_provider: SmallProvider) -> None:
    """Neither the client secret, which the protocol would allow, nor the published key as one."""
    for secret in (SECRET.encode(), b"", json.dumps(small_provider.jwk()).encode()):
        for alg in ("HS256", "HS384", "HS512", "hs256", "ES256"):

            def bend(token: str, secret: bytes = secret, alg: str = alg) -> str:
                signed = f"{segment(header_of(token) | {'alg': alg})}.{segment(claims_of(token))}"
                digest = alg.lower().replace("hs", "sha").replace("es", "sha")
                return f"{signed}.{segment(hmac.digest(secret, signed.encode(), digest))}"

            assert await refused(trip, small_provider, bend) in {"algorithm", "signature"}


async def test_T7_pointers_to_keys_are_not_followed(trip: RoundTrip, small_provider: SmallProvider) -> None:
    mine = make_key("ES256")
    public = {**mine.as_dict(private=False), "kid": "first", "alg": "ES256"}
    async with trap() as evil:
        for member in ("jku", "x5u", "jwk", "x5c"):
            pointer = {"jku": evil.url, "x5u": evil.url, "jwk": public, "x5c": ["AA"]}[member]
            for kid in ("first", "other"):

                def bend(token: str, member: str = member, pointer: object = pointer, kid: str = kid) -> str:
                    header = header_of(token) | {member: pointer, "kid": kid}
                    return sign(mine, "ES256", header, claims_of(token))

                assert await refused(trip, small_provider, bend) in {"signature", "key_unknown"}
        assert evil.connections == 0


@pytest.mark.parametrize(
    "alg", ["RS256", "PS256", "ES384", "ES512", "EdDSA", "ES256K", "es256", "", None, 0, ["ES256"]]
)
async def test_T7_another_algorithm_than_the_keys(trip: RoundTrip, small_provider: SmallProvider, alg: object) -> None:
    small_provider.header = {"alg": alg}
    assert await refused(trip, small_provider, str) in {"algorithm", "key_unknown", "signature"}


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "' OR 1=1 --", "http://169.254.169.254/", "", 0, True, [], {}, ["first"], "A" * 5_000]
)
async def test_T7_a_kid_is_only_ever_a_name(trip: RoundTrip, small_provider: SmallProvider, kid: object) -> None:
    small_provider.header = {"kid": kid}
    assert await refused(trip, small_provider, str) in {"key_unknown", "garbage"}


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize("r", [0, 1, ORDER, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, ORDER, 2**256 - 1])
async def test_T7_psychic_and_degenerate_signatures(
    trip: RoundTrip, small_provider: SmallProvider, r: int, s: int
) -> None:
    def bend(token: str) -> str:
        return f"{token.rpartition('.')[0]}.{segment(r.to_bytes(32) + s.to_bytes(32))}"

    assert await refused(trip, small_provider, bend) == "signature"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"sub":"visitor","sub":"admin"}',
        b'{"s\\u0075b":"admin","sub":"visitor"}',
        b'{"sub":NaN}',
        b"[]",
        b"null",
        b"",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"sub":"ada"}',
        '{"sub":"ada"}'.encode("utf-16"),
        b"[" * 50_000,
        b'{"a":' * 20_000,
    ],
    ids=lambda payload: repr(payload)[:30],
)
async def test_T7_what_was_signed_has_one_meaning(
    trip: RoundTrip, small_provider: SmallProvider, payload: bytes
) -> None:
    """Even a payload that the provider itself signed is refused where two readers would read two things."""

    def bend(token: str) -> str:
        return sign(small_provider.key, "ES256", header_of(token), payload)

    assert await refused(trip, small_provider, bend) == "garbage"


async def test_T7_a_header_has_one_meaning(trip: RoundTrip, small_provider: SmallProvider) -> None:
    for header in (
        b'{"alg":"none","alg":"ES256","kid":"first"}',
        b'{"alg":"ES256","\\u0061lg":"none","kid":"first"}',
        b"[]",
        b"{}{}",
    ):

        def bend(token: str, header: bytes = header) -> str:
            return sign(small_provider.key, "ES256", header, claims_of(token))

        assert await refused(trip, small_provider, bend) == "garbage"


def other_shapes(token: str) -> list[str]:
    parts = dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))
    return [
        f"{token}=",
        f"{token}\n",
        f" {token}",
        f"{token}.AA",
        f".{token}",
        token.replace(".", "..", 1),
        token.rpartition(".")[0],
        json.dumps(parts),
        f"{segment({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}.AA.AA.AA.AA",
        f"{segment({'alg': 'PBES2-HS256+A128KW', 'p2c': 10**7, 'enc': 'A256GCM'})}.AA.AA.AA.AA",
        token + "A" * 200_000,
    ]


@pytest.mark.parametrize("shape", range(11))
async def test_T7_another_shape_is_no_token(trip: RoundTrip, small_provider: SmallProvider, shape: int) -> None:
    assert await refused(trip, small_provider, lambda token: other_shapes(token)[shape]) == "garbage"


async def test_T7_ten_megabytes_are_not_read(trip: RoundTrip, small_provider: SmallProvider) -> None:
    small_provider.body = b'{"id_token":"' + b"A" * 10_000_000 + b'"}'
    assert (await trip.fails(small_provider.visit)).cause == "unreachable"
