"""Who gets tokens is active: noted once a day, with the tokens or not at all."""

import pytest

from narthex.app.expiry import delete_expired
from narthex.insights.days import DAY, day_of
from narthex.insights.settling import KEPT_DAYS
from narthex.kit.recently_done import RecentlyDone
from tests.fixtures.server import NewServer, Server
from tests.fixtures.traces import rows, watched_statements
from tests.oidc.relying_party import answered, claims_of, machine, refused, relying_party

API = "https://default.logto.app/api"


async def noted(server: Server) -> list[tuple[str, int, int]]:
    found = [(row["user_id"], row["day"], row["previous_day"]) for row in await rows(server, "daily_active_users")]
    return sorted(found, key=lambda one: one[1])


async def test_a_code_and_every_refresh_note_a_day_once(server: Server) -> None:
    party = await relying_party(server)
    tokens = answered(await party.redeem(await party.sign_up()))
    user_id, first = claims_of(tokens["id_token"])["sub"], day_of(server.clock.now())
    assert await noted(server) == [(user_id, first, 0)]
    for _ in range(2):
        answered(await party.refresh(tokens["refresh_token"]))
    assert await noted(server) == [(user_id, first, 0)]
    server.clock.advance(days=3)
    answered(await party.refresh(tokens["refresh_token"]))
    assert await noted(server) == [(user_id, first, 0), (user_id, first + 3 * DAY, first)]


async def test_another_node_notes_nothing_twice(new_server: NewServer) -> None:
    first, second = await new_server(), await new_server()
    party = await relying_party(first)
    tokens = answered(await party.redeem(await party.sign_up()))
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": party.id}
    async with second.client() as client:
        answered(await client.post("/oidc/token", data=form | {"client_secret": party.secret or ""}))
    assert len(await noted(first)) == 1


async def test_what_is_refused_notes_nobody(server: Server) -> None:
    party = await relying_party(server)
    code = await party.sign_up()
    refused(await party.redeem(code, code_verifier="x" * 43))
    refused(await party.redeem("A" * 43))
    assert await noted(server) == []
    answered(await party.redeem(code))
    assert len(await noted(server)) == 1


async def test_a_machine_is_no_user(server: Server) -> None:
    script = await machine(server)
    answered(await script.post("token", grant_type="client_credentials", resource=API))
    assert await noted(server) == []


async def test_each_tenant_notes_its_own(server: Server) -> None:
    await server.add_tenant("acme")
    for tenant_id in ("default", "acme"):
        party = await relying_party(server, tenant_id=tenant_id)
        answered(await party.redeem(await party.sign_up()))
    assert len(await rows(server, "daily_active_users")) == len(await rows(server, "daily_active_users", "acme")) == 1


async def test_the_second_refresh_of_a_day_writes_no_note(server: Server) -> None:
    party = await relying_party(server)
    token = answered(await party.redeem(await party.sign_up()))["refresh_token"]
    with watched_statements(server) as statements:
        answered(await party.refresh(token))
    assert not any("daily_active_users" in one for one in statements)


async def test_old_notes_go(server: Server) -> None:
    party = await relying_party(server)
    answered(await party.redeem(await party.sign_up()))
    first = day_of(server.clock.now())
    await delete_expired(server.runtime.database, first + KEPT_DAYS * DAY)
    assert len(await noted(server)) == 1
    await delete_expired(server.runtime.database, first + KEPT_DAYS * DAY + 1)
    assert await noted(server) == []


@pytest.mark.parametrize("limit", [1, 3])
def test_what_was_done_lately_is_remembered_within_bounds(limit: int) -> None:
    done = RecentlyDone(limit)
    assert not done.has(1, ("a", "1"))
    for number in range(10):
        done.add(1, ("a", str(number)))
        assert done.has(1, ("a", str(number)))
        assert not done.has(2, ("a", str(number)))
        assert not done.has(1, ("b", str(number)))
    assert sum(done.has(1, ("a", str(number))) for number in range(10)) <= limit
    done.add(2, ("a", "0"))
    assert not done.has(1, ("a", "9"))
