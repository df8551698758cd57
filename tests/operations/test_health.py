"""Liveness and readiness: what supervisors and load balancers are told."""

import asyncio
import json

import pytest

from narthex.kit.database import Database
from narthex.operations import health
from narthex.operations.health import ALIVE, Readiness, schema_check


async def passes() -> None:
    """A check that is fulfilled."""


async def fails() -> None:
    """A check that is not."""
    raise ConnectionError("postgresql://narthex:hush@db refused")


class Schema:
    """As much of a database as the schema check asks for."""

    def __init__(self, revision: str | None) -> None:
        self.revision = revision

    async def schema_revision(self) -> str | None:
        """The revision it was given."""
        return self.revision


def test_liveness_asks_nothing() -> None:
    assert (ALIVE.status, json.loads(ALIVE.body)) == (200, {"status": "ok"})
    assert ALIVE.header("cache-control") == "no-store"


async def test_ready_when_every_check_passes() -> None:
    response = await Readiness({"database": passes, "signing_keys": passes}).answer()
    assert response.status == 200
    assert json.loads(response.body) == {"status": "ready", "checks": {"database": "ok", "signing_keys": "ok"}}


async def test_one_failed_check_is_503_and_tells_nothing_secret() -> None:
    response = await Readiness({"database": fails, "signing_keys": passes}).answer()
    assert response.status == 503
    assert json.loads(response.body) == {"status": "not ready", "checks": {"database": "failed", "signing_keys": "ok"}}


async def test_a_check_that_hangs_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_LIMIT_SECONDS", 0.01)
    response = await Readiness({"database": asyncio.Event().wait, "signing_keys": passes}).answer()
    assert response.status == 503
    assert json.loads(response.body)["checks"] == {"database": "timed out", "signing_keys": "ok"}


async def test_asking_often_asks_the_database_once_a_second() -> None:
    calls = 0
    now = 0.0

    async def count() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.001)

    readiness = Readiness({"database": count}, lambda: now)
    await asyncio.gather(*(readiness.answer() for _ in range(20)))
    assert calls == 1
    now = 1.0
    await readiness.answer()
    assert calls == 2


async def test_one_who_goes_away_does_not_spoil_the_answer_of_the_others() -> None:
    gate = asyncio.Event()
    readiness = Readiness({"database": gate.wait})
    first, second = asyncio.ensure_future(readiness.answer()), asyncio.ensure_future(readiness.answer())
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert (await second).status == 200


async def test_a_schema_that_changed_under_its_feet_is_noticed() -> None:
    schema = Schema("0001")
    database: Database = schema  # type: ignore[assignment]
    check = schema_check(database)
    await check()
    await check()
    for revision in ("0002", None):
        schema.revision = revision
        with pytest.raises(health.NotReady, match="not 0001"):
            await check()


async def test_without_a_schema_nothing_is_ready() -> None:
    database: Database = Schema(None)  # type: ignore[assignment]
    with pytest.raises(health.NotReady):
        await schema_check(database)()
