"""F2: answers of an upstream that are not for this attempt, not for us, or not by whom they should be (the connector's
part; the part of the browser's state is with the sign-in)."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from collections.abc import AsyncIterator
from typing import Any

import pytest

from narthex.connectors.contract import ConnectorFailed
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.small_provider import NOW_MS, SmallProvider, small_provider_server
from tests.fixtures.upstreams import OUTGOING_ALLOW, parameters_of

NOW = NOW_MS // 1000


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """A client that may reach this machine."""
    client = HttpClient(OUTGOING_ALLOW)
    yield client
    await client.close()


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": ["bookstore", "another-client"]}, "azp"),
        ({"azp": "another-client"}, "azp"),
        ({"nonce": "of-another-attempt"}, "nonce"),
        ({"exp": NOW - 3_600}, "expired"),
        ({"nbf": NOW + 3_600}, "not_yet_valid"),
        ({"sub": ""}, "subject"),
    ],
    ids=str,
)
async def test_F2_a_genuine_token_that_is_not_for_this_attempt(
    http: HttpClient, small_provider: SmallProvider, claims: dict[str, Any], cause: str
) -> None:
    small_provider.claims = claims
    assert (await RoundTrip(http, small_provider.config(), NOW_MS).fails(small_provider.visit)).cause == cause


@pytest.mark.parametrize("name", ["nonce", "iss", "aud", "exp", "sub"])
async def test_F2_a_token_that_leaves_out_what_binds_it(
    http: HttpClient, small_provider: SmallProvider, name: str
) -> None:
    small_provider.without = (name,)
    cause = {"nonce": "nonce", "iss": "issuer", "aud": "audience", "exp": "expired", "sub": "subject"}[name]
    assert (await RoundTrip(http, small_provider.config(), NOW_MS).fails(small_provider.visit)).cause == cause


async def test_F2_a_change_of_the_algorithm(http: HttpClient, small_provider: SmallProvider) -> None:
    raw = small_provider.config(verification={"algorithms": ["RS256"]})
    assert (await RoundTrip(http, raw, NOW_MS).fails(small_provider.visit)).cause == "algorithm"


async def test_F2_a_token_is_good_for_one_attempt(http: HttpClient, small_provider: SmallProvider) -> None:
    """A token that was seen once, given out again for another code."""
    trip = RoundTrip(http, small_provider.config(), NOW_MS)
    seen: list[str] = []

    def remember(token: str) -> str:
        seen.append(token)
        return seen[0]

    small_provider.token = remember
    await trip.run(small_provider.visit)
    assert (await trip.fails(small_provider.visit)).cause == "nonce"


async def test_F2_an_answer_is_good_for_one_attempt(http: HttpClient, small_provider: SmallProvider) -> None:
    """The callback of the attacker's attempt, opened in the victim's browser, or with the victim's state put in."""
    trip = RoundTrip(http, small_provider.config(enablePkce=True), NOW_MS)
    mine, theirs = await trip.begin(), await trip.begin()
    answer = parameters_of(await small_provider.visit(mine.url))
    with pytest.raises(ConnectorFailed) as other_state:
        await trip.finish(theirs, answer)
    with pytest.raises(ConnectorFailed) as injected_code:
        await trip.finish(theirs, {**answer, "state": theirs.kept["state"]})
    assert (other_state.value.cause, injected_code.value.cause) == ("state", "nonce")
    assert len(small_provider.forms) == 1
    # A provider that checks PKCE would have refused the injected code before.
    assert small_provider.forms[0]["code_verifier"] == theirs.kept["code_verifier"]


@pytest.mark.parametrize("state", [None, "", "x"])
async def test_F2_an_answer_without_the_state_leads_to_no_request(
    http: HttpClient, small_provider: SmallProvider, state: str | None
) -> None:
    trip = RoundTrip(http, small_provider.config(), NOW_MS)
    start = await trip.begin()
    answer = parameters_of(await small_provider.visit(start.url))
    answer.pop("state")
    with pytest.raises(ConnectorFailed) as failed:
        await trip.finish(start, answer if state is None else {**answer, "state": state})
    assert (failed.value.cause, small_provider.forms) == ("state", [])


async def test_F2_an_error_without_the_state_is_not_believed_either(
    http: HttpClient, small_provider: SmallProvider
) -> None:
    trip = RoundTrip(http, small_provider.config(), NOW_MS)
    with pytest.raises(ConnectorFailed) as failed:
        await trip.finish(await trip.begin(), {"error": "access_denied", "state": "x"})
    assert failed.value.cause == "state"


async def test_F2_a_mix_up_of_two_providers(http: HttpClient, small_provider: SmallProvider) -> None:
    """An honest provider's code, brought back to the attempt at another one (RFC 9207)."""
    async with small_provider_server() as evil:
        trip = RoundTrip(http, evil.config(), NOW_MS)
        start = await trip.begin()
        answer = parameters_of(await small_provider.visit(start.url)) | {"iss": small_provider.issuer}
        with pytest.raises(ConnectorFailed) as failed:
            await trip.finish(start, answer)
        assert failed.value.cause == "issuer"
        # The code went nowhere.
        assert (evil.forms, small_provider.forms) == ([], [])


async def test_F2_a_provider_that_names_itself_must_do_so(http: HttpClient, small_provider: SmallProvider) -> None:
    raw = small_provider.config(authorizationResponseIssParameterSupported=True)
    trip = RoundTrip(http, raw, NOW_MS)
    assert (await trip.fails(small_provider.visit)).cause == "issuer"
    small_provider.callback = {"iss": small_provider.issuer}
    assert (await trip.run(small_provider.visit)).id == "ada"


async def test_F2_two_issuers_of_one_connection_are_not_one(http: HttpClient, small_provider: SmallProvider) -> None:
    raw = small_provider.config(verification={"issuer": [small_provider.issuer, "https://second.example"]})
    small_provider.callback = {"iss": "https://second.example"}
    assert (await RoundTrip(http, raw, NOW_MS).fails(small_provider.visit)).cause == "issuer"


async def test_F2_keys_of_one_provider_do_not_sign_for_another(http: HttpClient, small_provider: SmallProvider) -> None:
    async with small_provider_server() as other:
        raw = small_provider.config()
        other.claims = {"iss": small_provider.issuer}
        small_provider.token = lambda token: other.id_token("x")
        assert (await RoundTrip(http, raw, NOW_MS).fails(small_provider.visit)).cause == "signature"
