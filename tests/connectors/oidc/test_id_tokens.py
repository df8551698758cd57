"""What an ID token is held to, row by row: each with what passes and what does not."""

from typing import Any

import pytest

from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.small_provider import CLIENT_ID, NOW_MS, SmallProvider

NOW = NOW_MS // 1000
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


async def outcome(
    http: HttpClient,
    provider: SmallProvider,
    *,
    verification: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    without: tuple[str, ...] = (),
    **changes: Any,
) -> str:
    """`ok`, or the cause of the failure, of a round trip with these changes of token and configuration."""
    provider.claims, provider.header, provider.without = claims or {}, header or {}, without
    trip = RoundTrip(http, provider.config(verification=verification, **changes), NOW_MS)
    return await trip.cause(provider.visit) or "ok"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_algorithm_that_proves_the_provider_is_taken(
    http: HttpClient, small_provider: SmallProvider, algorithm: str
) -> None:
    small_provider.use(algorithm)
    assert await outcome(http, small_provider) == "ok"
    assert await outcome(http, small_provider, verification={"algorithms": [algorithm]}) == "ok"
    others = [name for name in ALGORITHMS if name != algorithm]
    assert await outcome(http, small_provider, verification={"algorithms": others}) == "algorithm"


async def test_issuer(http: HttpClient, small_provider: SmallProvider) -> None:
    issuer, other = small_provider.issuer, "https://other.example"
    for allowed in (issuer, [issuer], [other, issuer]):
        assert await outcome(http, small_provider, verification={"issuer": allowed}) == "ok"
    for allowed in (other, [other], f"{issuer}/", issuer.upper()):
        assert await outcome(http, small_provider, verification={"issuer": allowed}) == "issuer"
    for said in (other, f"{issuer}/", "", None, [issuer], 5):
        assert await outcome(http, small_provider, claims={"iss": said}) == "issuer"
    assert await outcome(http, small_provider, without=("iss",)) == "issuer"


async def test_audience(http: HttpClient, small_provider: SmallProvider) -> None:
    for audience in (CLIENT_ID, [CLIENT_ID]):
        assert await outcome(http, small_provider, claims={"aud": audience}) == "ok"
    for stranger in ("other", ["other"], [], None, "", CLIENT_ID.upper(), f"{CLIENT_ID} other", {CLIENT_ID: 1}):
        assert await outcome(http, small_provider, claims={"aud": stranger}) == "audience"
    assert await outcome(http, small_provider, without=("aud",)) == "audience"
    both = {"aud": [CLIENT_ID, "api"]}
    for further in ("api", ["api"], ["x", "api"]):
        assert await outcome(http, small_provider, verification={"audience": further}, claims=both) == "ok"
    # What is configured comes on top of the client id, never in its place.
    assert await outcome(http, small_provider, verification={"audience": "api"}, claims={"aud": "api"}) == "audience"
    assert await outcome(http, small_provider, verification={"audience": "x"}, claims=both) == "audience"
    assert await outcome(http, small_provider, verification={"audience": "x"}, claims={"aud": CLIENT_ID}) == "ok"


async def test_azp(http: HttpClient, small_provider: SmallProvider) -> None:
    assert await outcome(http, small_provider, claims={"azp": CLIENT_ID}) == "ok"
    assert await outcome(http, small_provider, claims={"azp": CLIENT_ID, "aud": [CLIENT_ID, "api"]}) == "ok"
    assert await outcome(http, small_provider, claims={"aud": [CLIENT_ID, "api"]}) == "azp"
    for other in ("other", "", [CLIENT_ID], 5):
        assert await outcome(http, small_provider, claims={"azp": other}) == "azp"


async def test_nonce(http: HttpClient, small_provider: SmallProvider) -> None:
    assert await outcome(http, small_provider) == "ok"
    assert await outcome(http, small_provider, without=("nonce",)) == "nonce"
    for other in ("other", "", None, 5, ["x"]):
        assert await outcome(http, small_provider, claims={"nonce": other}) == "nonce"


async def test_clock_tolerance_is_for_exp_nbf_and_iat(http: HttpClient, small_provider: SmallProvider) -> None:
    late, early = {"exp": NOW - 30}, {"nbf": NOW + 30}
    for tolerance in ("31s", "1 minute", "1.5m", 31):
        held = {"clockTolerance": tolerance}
        assert await outcome(http, small_provider, verification=held, claims=late) == "ok"
        assert await outcome(http, small_provider, verification=held, claims=early) == "ok"
        aged = {**held, "maxTokenAge": 60}
        assert await outcome(http, small_provider, verification=aged, claims={"iat": NOW + 30}) == "ok"
        assert await outcome(http, small_provider, verification=aged, claims={"iat": NOW - 90}) == "ok"
    for tolerance in ("29s", 0):
        held = {"clockTolerance": tolerance}
        assert await outcome(http, small_provider, verification=held, claims=late) == "expired"
        assert await outcome(http, small_provider, verification=held, claims=early) == "not_yet_valid"
        aged = {**held, "maxTokenAge": 60}
        assert await outcome(http, small_provider, verification=aged, claims={"iat": NOW + 30}) == "not_yet_valid"
        assert await outcome(http, small_provider, verification=aged, claims={"iat": NOW - 90}) == "too_old"


async def test_without_a_tolerance_clocks_may_be_a_few_seconds_apart(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    assert await outcome(http, small_provider, claims={"exp": NOW - 9, "nbf": NOW + 9}) == "ok"
    assert await outcome(http, small_provider, claims={"exp": NOW - 10}) == "expired"
    assert await outcome(http, small_provider, claims={"nbf": NOW + 11}) == "not_yet_valid"
    exact = {"clockTolerance": 0}
    assert await outcome(http, small_provider, verification=exact, claims={"exp": NOW + 1, "nbf": NOW}) == "ok"
    assert await outcome(http, small_provider, verification=exact, claims={"exp": NOW}) == "expired"


async def test_times_are_numbers(http: HttpClient, small_provider: SmallProvider) -> None:
    assert await outcome(http, small_provider, claims={"exp": NOW + 0.5, "iat": NOW - 0.5}) == "ok"
    wrong: object
    for wrong in (str(NOW + 600), True, [NOW], {}):
        assert await outcome(http, small_provider, claims={"exp": wrong}) == "garbage"
        assert await outcome(http, small_provider, claims={"nbf": wrong}) == "garbage"
    assert await outcome(http, small_provider, without=("exp",)) == "expired"


async def test_crit(http: HttpClient, small_provider: SmallProvider) -> None:
    header = {"crit": ["urn:x"], "urn:x": 1}
    for understood in (True, False, "true"):
        assert await outcome(http, small_provider, verification={"crit": {"urn:x": understood}}, header=header) == "ok"
    assert await outcome(http, small_provider, header=header) == "crit"
    assert await outcome(http, small_provider, verification={"crit": {"urn:y": True}}, header=header) == "crit"
    held = {"crit": {"urn:x": True}}
    assert await outcome(http, small_provider, verification=held) == "ok"
    broken: object
    for broken in ([], ["urn:x", "urn:y"], ["urn:z"], "urn:x", {}, [5], ["alg"], ["b64"], None):
        bent: dict[str, Any] = {"crit": broken, "urn:x": 1, "urn:y": 1, "b64": True}
        assert await outcome(http, small_provider, verification=held, header=bent) == "crit"
    assert await outcome(http, small_provider, header={"b64": False}) == "crit"


async def test_current_date(http: HttpClient, small_provider: SmallProvider) -> None:
    old = {"exp": 1_700_000_600, "iat": 1_700_000_000}
    assert await outcome(http, small_provider, claims=old) == "expired"
    held = {"currentDate": "2023-11-14T22:13:20.000Z"}  # 1 700 000 000
    assert await outcome(http, small_provider, verification=held, claims=old) == "ok"
    assert await outcome(http, small_provider, verification={"currentDate": "2023-11-15"}, claims=old) == "expired"


async def test_max_token_age(http: HttpClient, small_provider: SmallProvider) -> None:
    for age in ("10m", 600, "10 minutes"):
        held = {"maxTokenAge": age, "clockTolerance": 0}
        assert await outcome(http, small_provider, verification=held, claims={"iat": NOW - 600}) == "ok"
        assert await outcome(http, small_provider, verification=held, claims={"iat": NOW - 601}) == "too_old"
        assert await outcome(http, small_provider, verification=held, claims={"iat": NOW + 1}) == "not_yet_valid"
        assert await outcome(http, small_provider, verification=held, without=("iat",)) == "too_old"
    assert await outcome(http, small_provider, claims={"iat": NOW - 10**8}) == "ok"


async def test_subject(http: HttpClient, small_provider: SmallProvider) -> None:
    assert await outcome(http, small_provider, verification={"subject": "ada"}) == "ok"
    assert await outcome(http, small_provider, verification={"subject": "bob"}) == "subject"
    for nobody in ("", " ", None, 5, ["ada"], "x" * 256, "a\nb"):
        assert await outcome(http, small_provider, claims={"sub": nobody}) == "subject"
    assert await outcome(http, small_provider, without=("sub",)) == "subject"
    assert await outcome(http, small_provider, claims={"sub": "x" * 255}) == "ok"


async def test_typ(http: HttpClient, small_provider: SmallProvider) -> None:
    for typ in ("JWT", "jwt", "application/jwt", "Application/JWT"):
        assert await outcome(http, small_provider, verification={"typ": typ}) == "ok"
        assert await outcome(http, small_provider, verification={"typ": "jwt"}, header={"typ": typ}) == "ok"
    for other in ("at+jwt", "application/at+jwt", "", None, 5):
        assert await outcome(http, small_provider, verification={"typ": "JWT"}, header={"typ": other}) == "typ"
    assert await outcome(http, small_provider, header={"typ": None}) == "ok"


async def test_who_asks_for_a_fresh_sign_in_is_told_when_it_was(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    asked: dict[str, Any] = {"authRequestOptionalConfig": {"maxAge": "60"}}
    assert await outcome(http, small_provider, claims={"auth_time": NOW - 60}, **asked) == "ok"
    assert await outcome(http, small_provider, claims={"auth_time": NOW - 71}, **asked) == "too_old"
    assert await outcome(http, small_provider, **asked) == "too_old"
    assert await outcome(http, small_provider, customConfig={"maxAge": "60"}) == "too_old"
    assert await outcome(http, small_provider, claims={"auth_time": NOW - 10**6}) == "ok"


async def test_each_step_is_told_without_secrets(http: HttpClient, small_provider: SmallProvider) -> None:
    trip = RoundTrip(http, small_provider.config(), NOW_MS)
    await trip.run(small_provider.visit)
    assert [step.name for step in trip.steps if step.ok] == [
        *("callback", "token_request", "keys", "signature", "claims", "profile")
    ]
    small_provider.claims = {"iss": "https://other.example"}
    await trip.fails(small_provider.visit)
    assert [(step.name, step.ok) for step in trip.steps][-2:] == [("signature", True), ("claims", False)]
    small_provider.claims = {}
    small_provider.published = []
    trip.now_ms += 3_600_000
    assert (await trip.fails(small_provider.visit)).cause == "key_unknown"
    assert (trip.steps[-1].name, trip.steps[-1].ok) == ("keys", False)
    told = repr(trip.steps)
    assert all(secret not in told for secret in (*small_provider.forms[0].values(), "code-0"))
