"""S11: what a sign-out, a suspension, a deletion or a revocation ends is dead at the next read, on every node; and it
comes back by nothing that was left open before."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from msgspec import Struct

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.sessions import service as sessions
from narthex.sessions.schemas import Session
from narthex.tokens import grants
from narthex.users import service as users
from tests.fixtures.server import CALLBACK, HOME, NewServer, Server, query_of
from tests.fixtures.traces import events, rows
from tests.fixtures.walk import PASSWORD, VERIFIER, Browser, forms, returned

OFFLINE, ONLINE = "openid offline_access profile", "openid profile"
GOES_ON = {"userinfo": True, "introspection": True, "refresh": True, "code": False}


class Held(Struct, frozen=True):
    """What an application holds after a sign-in: tokens, and a code that it has not redeemed yet."""

    application: Credentials
    access_token: str
    id_token: str
    refresh_token: str | None
    code: str


async def redeem(server: Server, application: Credentials, code: str) -> httpx2.Response:
    return await server.client().post(
        "/oidc/token",
        data={
            "grant_type": "authorization_code",
            "client_id": application.application_id,
            "client_secret": application.secret or "",
            "redirect_uri": CALLBACK,
            "code": code,
            "code_verifier": VERIFIER,
        },
    )


async def code_for(browser: Browser, application: Credentials, scope: str) -> str:
    """A code for whoever is signed in in the browser."""
    url = browser.authorize_url(application.application_id, CALLBACK, scope=scope)
    return returned(await browser.get(url))["code"]


async def held(server: Server, browser: Browser, scope: str = OFFLINE) -> Held:
    application = await server.application()
    tokens = (await redeem(server, application, await code_for(browser, application, scope))).json()
    code = await code_for(browser, application, scope)
    return Held(application, tokens["access_token"], tokens["id_token"], tokens.get("refresh_token"), code)


async def alive(server: Server, what: Held) -> dict[str, bool]:
    """What of it works. The code is tried last: its use is for once."""
    client, application = server.client(), what.application
    known = {"client_id": application.application_id, "client_secret": application.secret or ""}
    me = await client.get("/oidc/me", headers={"authorization": f"Bearer {what.access_token}"})
    told = await client.post("/oidc/token/introspection", data=known | {"token": what.access_token})
    found = {"userinfo": me.status_code == 200, "introspection": told.json()["active"]}
    if what.refresh_token is not None:
        sent = known | {"grant_type": "refresh_token", "refresh_token": what.refresh_token}
        found["refresh"] = (await client.post("/oidc/token", data=sent)).status_code == 200
    return found | {"code": (await redeem(server, application, what.code)).status_code == 200}


async def ada(server: Server) -> Browser:
    """A browser in which ada is signed in."""
    browser = server.browser()
    await browser.sign_up((await server.application()).application_id, CALLBACK)
    return browser


async def is_signed_in(server: Server, browser: Browser) -> bool:
    application = await server.application()
    url = browser.authorize_url(application.application_id, CALLBACK, prompt="none", scope="openid")
    return "code" in returned(await browser.client.get(url))


async def sign_out(browser: Browser, query: str = "") -> httpx2.Response:
    """By the page, whose question is answered."""
    page = await browser.get(f"/oidc/session/end{query}")
    return await browser.submit(page, {})


async def test_a_sign_out_ends_what_hangs_on_the_session(server: Server) -> None:
    browser = await ada(server)
    offline, online = await held(server, browser), await held(server, browser, ONLINE)
    assert online.refresh_token is None
    await sign_out(browser)
    assert not await is_signed_in(server, browser)
    assert not any((await alive(server, online)).values())
    # Offline access of an application that did not ask for the sign-out goes on: that is what it is for. A code is no
    # offline access yet.
    assert await alive(server, offline) == GOES_ON


async def test_a_sign_out_revokes_the_application_that_asked(server: Server) -> None:
    browser = await ada(server)
    asking, other = await held(server, browser), await held(server, browser)
    query = f"?client_id={asking.application.application_id}&post_logout_redirect_uri={HOME}"
    gone = await sign_out(browser, query)
    assert gone.headers["location"] == HOME
    assert not any((await alive(server, asking)).values())
    assert await alive(server, other) == GOES_ON


async def test_a_sign_out_with_an_id_token_of_the_session_happens_at_once(server: Server) -> None:
    browser = await ada(server)
    asking = await held(server, browser)
    gone = await browser.client.get(f"/oidc/session/end?id_token_hint={asking.id_token}")
    assert gone.status_code == 303
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert not await is_signed_in(server, browser)
    assert not any((await alive(server, asking)).values())


async def test_a_sign_out_leaves_other_browsers_alone(server: Server) -> None:
    browser = await ada(server)
    application = await server.application()
    second = server.browser()
    await second.sign_in(application.application_id, CALLBACK)
    there = await held(server, second, ONLINE)
    await sign_out(browser)
    assert await is_signed_in(server, second)
    assert all((await alive(server, there)).values())


async def test_a_sign_out_is_told_once(server: Server) -> None:
    browser = await ada(server)
    asking = await held(server, browser)
    await sign_out(browser, f"?client_id={asking.application.application_id}")
    await browser.get("/oidc/session/end")
    ended = await events(server.runtime, "Session.End")
    revoked = await events(server.runtime, "RevokeGrants")
    assert [(row.user_id, row.session_id) for row in ended] == [(revoked[0].user_id, revoked[0].session_id)]
    assert len(revoked) == 1
    assert revoked[0].payload["count"] == 2


async def suspend(server: Server, user_id: str) -> None:
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), user_id, True)


async def suspend_and_resume(server: Server, user_id: str) -> None:
    await suspend(server, user_id)
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), user_id, False)


async def remove(server: Server, user_id: str) -> None:
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, system_actor("default"), user_id)


ENDS: list[Callable[[Server, str], Awaitable[None]]] = [suspend, suspend_and_resume, remove]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("scope", [OFFLINE, ONLINE])
async def test_a_user_who_is_gone_takes_everything_along(
    server: Server, end: Callable[[Server, str], Awaitable[None]], scope: str
) -> None:
    browser = await ada(server)
    what = await held(server, browser, scope)
    (user,) = await rows(server, "users")
    server.clock.advance(milliseconds=1)
    await end(server, user["id"])
    assert not await is_signed_in(server, browser)
    assert not any((await alive(server, what)).values())


@pytest.mark.parametrize("end", ENDS)
async def test_a_sign_in_under_way_does_not_outlive_its_user(
    server: Server, end: Callable[[Server, str], Awaitable[None]]
) -> None:
    """The password was right, the browser has not come back for the code yet."""
    await ada(server)
    application, parked = await server.application(), server.browser()
    page = await parked.get(parked.authorize_url(application.application_id, CALLBACK))
    form = forms(page)[0]
    proved = await parked.client.post(form.action, data=form.fields | {"identifier": "ada", "password": PASSWORD})
    assert proved.status_code == 303
    (user,) = await rows(server, "users")
    server.clock.advance(milliseconds=1)
    await end(server, user["id"])
    server.clock.advance(milliseconds=1)
    back = await parked.client.get(proved.headers["location"])
    assert back.status_code == 400
    assert "session.default" not in parked.client.cookies
    assert not await is_signed_in(server, parked)


async def test_a_consent_under_way_does_not_outlive_the_session(server: Server) -> None:
    browser = await ada(server)
    third = await server.application(is_third_party=True)
    page = await browser.get(browser.authorize_url(third.application_id, CALLBACK))
    await sign_out(browser)
    answer = await browser.submit(page, {"decision": "allow"})
    assert answer.status_code == 400


async def test_a_sign_out_closes_what_the_browser_has_open(server: Server) -> None:
    browser = await ada(server)
    application = await server.application()
    page = await browser.get(browser.authorize_url(application.application_id, CALLBACK, prompt="login"))
    form = forms(page)[0]
    proved = await browser.client.post(form.action, data=form.fields | {"identifier": "ada", "password": PASSWORD})
    await sign_out(browser)
    assert (await browser.client.get(proved.headers["location"])).status_code == 400
    assert not await is_signed_in(server, browser)


async def test_a_session_ends_with_its_time(server: Server) -> None:
    browser = await ada(server)
    online = await held(server, browser, ONLINE)
    server.clock.advance(days=14)
    assert not await is_signed_in(server, browser)
    assert not any((await alive(server, online)).values())


async def test_a_revoked_session_is_dead_at_its_next_read(server: Server) -> None:
    """As the console will end it: not from the browser that it is in."""
    browser = await ada(server)
    online = await held(server, browser, ONLINE)
    (row,) = await rows(server, "sessions")
    session = Session(row["id"], row["user_id"], 0, ("pwd",), 0, 0)
    async with server.runtime.database.write("default") as tx:
        assert await sessions.end(tx, system_actor("default"), session)
        assert not await sessions.end(tx, system_actor("default"), session)
    assert not await is_signed_in(server, browser)
    assert not any((await alive(server, online)).values())


async def test_a_revoked_grant_is_dead_at_its_next_read(server: Server) -> None:
    browser = await ada(server)
    what, other = await held(server, browser), await held(server, browser)
    (user,) = await rows(server, "users")
    async with server.runtime.database.write("default") as tx:
        application_id = what.application.application_id
        assert await grants.revoke_of_user(tx, system_actor("default"), user["id"], application_id) == 2
    assert not any((await alive(server, what)).values())
    assert all((await alive(server, other)).values())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_all_of_it_holds_on_another_node_at_once(new_server: NewServer) -> None:
    first, second = await new_server(), await new_server()
    browser = await ada(first)
    there = Browser(second.client(), second.base_url)
    there.client.cookies.update(browser.client.cookies)
    online, offline = await held(first, browser, ONLINE), await held(first, browser)
    assert await is_signed_in(second, there)
    application_id = offline.application.application_id
    await sign_out(browser, f"?client_id={application_id}")
    assert not await is_signed_in(second, there)
    assert not any((await alive(second, online)).values())
    assert not any((await alive(second, offline)).values())


async def test_a_dead_session_gets_the_address_of_the_application_back(server: Server) -> None:
    browser = await ada(server)
    asking = await held(server, browser)
    await sign_out(browser)
    query = f"?client_id={asking.application.application_id}&post_logout_redirect_uri={HOME}&state=s-1"
    gone = await browser.client.get(f"/oidc/session/end{query}")
    assert query_of(gone.headers["location"]) == {"state": "s-1"}
