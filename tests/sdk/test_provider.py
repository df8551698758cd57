"""Metadata and keys: fetched once, renewed when they are old, and kept while the server is away."""

import asyncio
import threading

import pytest

from narthex_client import DiscoveryError, InvalidToken, NetworkError
from narthex_client.client import port_of
from narthex_client.core.config import ALGORITHMS
from narthex_client.provider import COOL_DOWN_SECONDS, FRESH_SECONDS, STALE_SECONDS, Provider
from narthex_client.single_flight import SingleFlight, wait_in_loop, wait_in_thread
from tests.fixtures.stand_in import StandIn

API = "https://api.bookstore.example"
JWKS = "/oidc/jwks"


@pytest.fixture
def provider(stand_in: StandIn) -> Provider:
    """The stand-in as a provider."""
    return Provider(stand_in.issuer, port_of(stand_in), stand_in.clock)


async def verify(provider: Provider, stand_in: StandIn) -> None:
    """Verify a token that is signed now."""
    assert (await provider.verify(stand_in.access_token(API), ALGORITHMS)).claims["aud"] == API


async def test_metadata_and_keys_are_fetched_once(provider: Provider, stand_in: StandIn) -> None:
    for _ in range(3):
        await verify(provider, stand_in)
        await provider.metadata()
    assert [path for path, _, _ in stand_in.asked] == ["/oidc/.well-known/openid-configuration", JWKS]


async def test_a_key_that_signs_right_after_the_fetch_is_found(provider: Provider, stand_in: StandIn) -> None:
    await verify(provider, stand_in)
    stand_in.new_key()
    await verify(provider, stand_in)
    stand_in.now += COOL_DOWN_SECONDS
    stand_in.new_key()
    await verify(provider, stand_in)
    assert stand_in.count(JWKS) == 3


async def test_old_keys_are_fetched_anew_and_withdrawn_ones_forgotten(provider: Provider, stand_in: StandIn) -> None:
    await verify(provider, stand_in)
    token = stand_in.access_token(API)
    stand_in.new_key(keep=False)
    assert (await provider.verify(token, ALGORITHMS)).claims
    stand_in.now += FRESH_SECONDS
    with pytest.raises(InvalidToken):
        await provider.verify(token, ALGORITHMS)


async def test_keys_hold_for_a_day_while_the_server_is_away(provider: Provider, stand_in: StandIn) -> None:
    await verify(provider, stand_in)
    stand_in.down.add(JWKS)
    stand_in.now += FRESH_SECONDS
    for _ in range(5):
        await verify(provider, stand_in)
    stand_in.now += STALE_SECONDS
    with pytest.raises(NetworkError):
        await verify(provider, stand_in)


@pytest.mark.parametrize("document", [{}, {"keys": 7}, []])
async def test_a_document_without_keys_is_no_key_set(provider: Provider, stand_in: StandIn, document: object) -> None:
    stand_in.answers[JWKS] = 200, document
    with pytest.raises(DiscoveryError):
        await verify(provider, stand_in)


async def test_keys_that_cannot_be_read_do_not_spoil_the_others(provider: Provider, stand_in: StandIn) -> None:
    odd: list[object] = ["text", {}, {"kty": "oct", "k": "AAAA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]
    stand_in.answers[JWKS] = 200, {"keys": [*odd, {"kty": "RSA"}, *stand_in.jwks, stand_in.jwks[0] | {"use": "enc"}]}
    await verify(provider, stand_in)


async def test_work_is_done_once_for_tasks_and_threads() -> None:
    flights, runs, go = SingleFlight[int](), [], threading.Event()

    async def slow() -> int:
        runs.append(1)
        await asyncio.to_thread(go.wait)
        return 7

    def in_thread() -> int:
        return asyncio.run(flights.run("key", slow, wait_in_thread))

    tasks = [asyncio.create_task(flights.run("key", slow, wait_in_loop)) for _ in range(3)]
    await asyncio.sleep(0.01)
    threads = [asyncio.create_task(asyncio.to_thread(in_thread)) for _ in range(3)]
    await asyncio.sleep(0.05)
    go.set()
    assert await asyncio.gather(*tasks, *threads) == [7] * 6
    assert len(runs) == 1


async def test_an_error_comes_to_all_and_the_next_one_tries_again() -> None:
    flights = SingleFlight[int]()

    async def fail() -> int:
        await asyncio.sleep(0.01)
        raise NetworkError("down")

    async def work() -> int:
        return 7

    waiting = [flights.run("key", fail, wait_in_loop) for _ in range(3)]
    assert [str(found) for found in await asyncio.gather(*waiting, return_exceptions=True)] == ["down"] * 3
    assert await flights.run("key", work, wait_in_loop) == 7


async def test_when_the_first_is_cancelled_another_does_the_work() -> None:
    flights, runs = SingleFlight[int](), []

    async def slow() -> int:
        runs.append(1)
        await asyncio.sleep(0.02)
        return len(runs)

    tasks = [asyncio.create_task(flights.run("key", slow, wait_in_loop)) for _ in range(3)]
    await asyncio.sleep(0.005)
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [2, 2]
    late = [asyncio.create_task(flights.run("key", slow, wait_in_loop)) for _ in range(2)]
    await asyncio.sleep(0.005)
    late[1].cancel()
    assert await late[0] == 3
    with pytest.raises(asyncio.CancelledError):
        await late[1]
