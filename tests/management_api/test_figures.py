"""The dashboard and the audit log on the wire (logto-api.md 6, management-logs.json)."""

from tests.fixtures.server import CALLBACK, Server
from tests.management_api.caller import Caller, refused


async def test_figures_of_users(server: Server, api: Caller) -> None:
    application = await server.application()
    await server.browser().sign_up(application.application_id, CALLBACK)
    await api.post("/api/users", {"username": "bob"})
    assert await api.get("/api/dashboard/users/total") == {"totalUserCount": 2}
    new = await api.get("/api/dashboard/users/new")
    assert new == {"today": {"count": 2, "delta": 2}, "last7Days": {"count": 2, "delta": 2}}
    active = await api.get("/api/dashboard/users/active")
    assert active.keys() == {"dauCurve", "dau", "wau", "mau"}
    assert len(active["dauCurve"]) == 30
    assert active["dauCurve"][-1].keys() == {"date", "count"}
    assert active["mau"].keys() == {"count", "delta"}


async def test_active_users_of_another_day(api: Caller) -> None:
    active = await api.get("/api/dashboard/users/active?date=2026-10-01")
    assert active["dauCurve"][-1] == {"date": "2026-10-01", "count": 0}
    for date in ("yesterday", "2026-02-30", "20261001", ""):
        await refused(api, "GET", f"/api/dashboard/users/active?date={date}", 400, "guard.invalid_input")


async def test_the_log_is_read_in_pages_and_narrowed(server: Server, api: Caller) -> None:
    application = await server.application()
    server.clock.advance(seconds=5)
    await server.browser().sign_up(application.application_id, CALLBACK)
    answer = await api.call("GET", "/api/logs?page_size=3")
    events = answer.json()
    assert len(events) == 3
    assert int(answer.headers["total-number"]) > 3
    assert events[0].keys() == {"tenantId", "id", "key", "payload", "createdAt"}
    assert events[0]["payload"]["key"] == events[0]["key"]
    assert await api.get(f"/api/logs/{events[0]['id']}") == events[0]
    user_id = (await api.get("/api/users"))[0]["id"]
    of_user = await api.get(f"/api/logs?userId={user_id}&page_size=100")
    assert {event["payload"]["userId"] for event in of_user} == {user_id}
    of_machine = await api.get(f"/api/logs?applicationId={api.application_id}&logKey=ExchangeTokenBy.ClientCredentials")
    assert len(of_machine) == 1
    now = server.clock.now()
    assert all(event["createdAt"] == now for event in await api.get(f"/api/logs?start_time={now}&page_size=100"))
    before = await api.get(f"/api/logs?end_time={now - 1}&page_size=100")
    assert before
    assert all(event["createdAt"] < now for event in before)
    capped = await api.call("GET", "/api/logs?enableCap=true")
    assert "total-number-is-capped" not in capped.headers
    await refused(api, "GET", "/api/logs/nothing", 404, "entity.not_exists_with_id")
    await refused(api, "GET", "/api/logs?start_time=a", 400, "guard.invalid_input")
