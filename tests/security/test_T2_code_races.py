"""T2: of any number of redemptions of one code at the same time, on any number of nodes, exactly one succeeds."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import asyncio
from collections import Counter

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import NewServer, Server
from tests.oidc.relying_party import RelyingParty, relying_party

NODES = 3


async def nodes_of(new_server: NewServer, kind: ApplicationType) -> list[RelyingParty]:
    """One application at several servers on one database, with one person who is signed in."""
    first = await relying_party(await new_server(), kind)
    await first.sign_up()
    others = [await new_server() for _ in range(NODES - 1)]
    return [first, *(RelyingParty(node, first.credentials, first.browser) for node in others)]


async def raced(nodes: list[RelyingParty], code: str, times: int) -> Counter[int]:
    """The status codes of that many redemptions at once."""
    answers = await asyncio.gather(*(nodes[number % len(nodes)].redeem(code) for number in range(times)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert all(answer.json()["error"] == "invalid_grant" for answer in answers if answer.status_code != 200)
    # Whoever came second has proved that the code was copied: even the winner's tokens are dead.
    for tokens in won:
        assert (await nodes[0].userinfo(tokens["access_token"])).status_code == 401
    return Counter(answer.status_code for answer in answers)


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.TRADITIONAL])
async def test_T2_one_of_twenty_wins(new_server: NewServer, kind: ApplicationType) -> None:
    nodes = await nodes_of(new_server, kind)
    for _ in range(5):
        assert await raced(nodes, await nodes[0].code(), 20) == {200: 1, 400: 19}


async def test_T2_on_one_node(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    for _ in range(5):
        assert await raced([party], await party.code(), 20) == {200: 1, 400: 19}


async def test_T2_races_of_different_codes_do_not_meet(server: Server) -> None:
    party = await relying_party(server)
    await party.sign_up()
    codes = [await party.code() for _ in range(20)]
    answers = await asyncio.gather(*(party.redeem(code) for code in codes))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["access_token"] for answer in answers}) == 20


@pytest.mark.long
async def test_T2_a_thousand_codes_a_hundred_times(new_server: NewServer) -> None:
    nodes = await nodes_of(new_server, ApplicationType.SPA)
    results = [await raced(nodes, await nodes[0].code(), 100) for _ in range(1_000)]
    assert [result for result in results if result != {200: 1, 400: 99}] == []
