"""What is used once is used once, also by many requests at the same time, on both databases."""

import asyncio
from typing import Any

import httpx2
import pytest

from narthex.applications.service import Credentials
from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import VERIFIER, returned

AT_ONCE = 8
SHARE_OF_LIFE_BEFORE_ROTATION = 0.7
LIFE_DAYS = 14


class Client:
    """An application at the token endpoint."""

    def __init__(self, server: Server, credentials: Credentials) -> None:
        self._http = server.client()
        self._credentials = credentials

    async def token(self, grant_type: str, **fields: str) -> httpx2.Response:
        form = {"grant_type": grant_type, "client_id": self._credentials.application_id, **fields}
        if self._credentials.secret is not None:
            form["client_secret"] = self._credentials.secret
        return await self._http.post("/oidc/token", data=form)

    async def redeem(self, code: str) -> httpx2.Response:
        return await self.token("authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=VERIFIER)

    async def refresh(self, refresh_token: str) -> httpx2.Response:
        return await self.token("refresh_token", refresh_token=refresh_token)

    async def knows_its_user(self, access_token: str) -> bool:
        answer = await self._http.get("/oidc/me", headers={"authorization": f"Bearer {access_token}"})
        return answer.status_code == 200


async def code_of(server: Server, credentials: Credentials) -> str:
    """The code that a new account brings."""
    return returned(await server.browser().sign_up(credentials.application_id, CALLBACK))["code"]


async def signed_in(server: Server, kind: ApplicationType) -> tuple[Client, dict[str, Any]]:
    """An application of this kind, and the tokens that it got for a new account."""
    credentials = await server.application(kind)
    client = Client(server, credentials)
    answer = await client.redeem(await code_of(server, credentials))
    tokens: dict[str, Any] = answer.json()
    assert "refresh_token" in tokens
    return client, tokens


def only_success(answers: list[httpx2.Response]) -> dict[str, Any]:
    """The tokens of the one answer that has some; every other says invalid_grant."""
    won = [answer for answer in answers if answer.status_code == 200]
    lost = [(answer.status_code, answer.json()["error"]) for answer in answers if answer.status_code != 200]
    assert lost == [(400, "invalid_grant")] * (len(answers) - 1)
    tokens: dict[str, Any] = won[0].json()
    return tokens


@pytest.mark.parametrize("kind", [ApplicationType.TRADITIONAL, ApplicationType.SPA])
async def test_parallel_redemptions_of_one_code_give_exactly_one_success(server: Server, kind: ApplicationType) -> None:
    credentials = await server.application(kind)
    client = Client(server, credentials)
    code = await code_of(server, credentials)
    tokens = only_success(await asyncio.gather(*(client.redeem(code) for _ in range(AT_ONCE))))
    # A code that comes twice takes down what it gave (RFC 6749 4.1.2).
    assert not await client.knows_its_user(tokens["access_token"])
    assert (await client.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "age_in_days"),
    [(ApplicationType.TRADITIONAL, SHARE_OF_LIFE_BEFORE_ROTATION * LIFE_DAYS), (ApplicationType.SPA, 0)],
)
async def test_parallel_uses_of_a_refresh_token_that_is_due_for_rotation_give_exactly_one_success(
    server: Server, kind: ApplicationType, age_in_days: float
) -> None:
    client, first = await signed_in(server, kind)
    server.clock.advance(days=age_in_days)
    old = first["refresh_token"]
    tokens = only_success(await asyncio.gather(*(client.refresh(old) for _ in range(AT_ONCE))))
    assert tokens["refresh_token"] != old
    # The others came within seconds of the one, so they were told no, and the person stays signed in.
    assert await client.knows_its_user(tokens["access_token"])
    assert (await client.refresh(tokens["refresh_token"])).status_code == 200


async def test_parallel_uses_of_a_refresh_token_before_that_all_succeed_with_the_same_one(server: Server) -> None:
    client, first = await signed_in(server, ApplicationType.TRADITIONAL)
    answers = await asyncio.gather(*(client.refresh(first["refresh_token"]) for _ in range(AT_ONCE)))
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    tokens = [answer.json() for answer in answers]
    assert {one["refresh_token"] for one in tokens} == {first["refresh_token"]}
    assert len({one["access_token"] for one in tokens}) == AT_ONCE


async def test_the_refresh_token_of_a_confidential_client_gives_itself_back_before_70_percent_of_its_life(
    server: Server,
) -> None:
    client, first = await signed_in(server, ApplicationType.TRADITIONAL)
    token = first["refresh_token"]
    server.clock.advance(days=SHARE_OF_LIFE_BEFORE_ROTATION * LIFE_DAYS, milliseconds=-1)
    assert (await client.refresh(token)).json()["refresh_token"] == token
    server.clock.advance(milliseconds=1)
    newer = (await client.refresh(token)).json()["refresh_token"]
    assert newer != token
    server.clock.advance(days=SHARE_OF_LIFE_BEFORE_ROTATION * LIFE_DAYS, milliseconds=-1)
    assert (await client.refresh(newer)).json()["refresh_token"] == newer


async def test_the_refresh_token_of_a_public_client_is_replaced_at_every_use(server: Server) -> None:
    client, first = await signed_in(server, ApplicationType.SPA)
    seen = [first["refresh_token"]]
    for _ in range(3):
        seen.append((await client.refresh(seen[-1])).json()["refresh_token"])
    assert len(set(seen)) == 4
