"""T5: links of operators do their own work only, and take the place of no other secret."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from collections.abc import Awaitable, Callable

import pytest

from narthex.access import system_actor
from narthex.applications.schemas import ADMIN_CONSOLE_APPLICATION_ID
from narthex.credentials import service as credentials
from narthex.operators import service as operators
from narthex.operators import tokens
from narthex.operators.schemas import CONSOLE_COOKIE, TokenKind
from narthex.operators.tokens import TokenDead
from narthex.registration import service as registration
from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.operator_links import (
    CONSOLE,
    at_console,
    first_operator,
    invitation_token,
    listed,
    open_link,
    recovery_token,
    send,
    set_up_token,
    use,
)
from tests.fixtures.server import Server
from tests.fixtures.traces import rows
from tests.fixtures.walk import HTML, PASSWORD, forms

OTHER = "another-Horse-43-staple"


async def hashes(server: Server) -> dict[str, str]:
    """The password hashes of the operators' tenant."""
    return {str(row["user_id"]): str(row["password_hash"]) for row in await rows(server, "passwords", ADMIN_TENANT)}


async def test_T5_a_recovery_makes_nobody_an_operator(server: Server) -> None:
    await first_operator(server)
    browser, page = await open_link(server, await recovery_token(server))
    answer = await send(browser, page, username="mallory", password=OTHER, kind="invitation", user_id="mallory")
    assert answer.status_code == 303
    assert [one.username for one in await listed(server)] == ["olivia"]
    assert [row["username"] for row in await rows(server, "users", ADMIN_TENANT)] == ["olivia"]


@pytest.mark.parametrize("kind", ["set-up", "invitation"])
async def test_T5_a_link_for_a_new_operator_sets_no_password_of_another(server: Server, kind: str) -> None:
    if kind == "invitation":
        await first_operator(server)
        token = await invitation_token(server)
    else:
        token = await set_up_token(server)
        person = registration.NewPerson("olivia", await credentials.hashed(server.runtime, PASSWORD))
        async with server.runtime.database.write(ADMIN_TENANT) as tx:
            await registration.register(tx, system_actor(ADMIN_TENANT), person)
    before = await hashes(server)
    browser, page = await open_link(server, token)
    for name in ("olivia", "OLIVIA"):
        answer = await send(browser, page, username=name, password=OTHER, kind="recovery", user_id=next(iter(before)))
        assert answer.status_code == 422
    assert await hashes(server) == before
    assert len(await listed(server)) == (1 if kind == "invitation" else 0)
    assert (await send(browser, page, username="oscar", password=OTHER)).status_code == 303


async def test_T5_an_invitation_is_no_recovery_and_a_set_up_link_neither(server: Server) -> None:
    """Each is known by its kind alone, wherever it comes from; after the first operator no set-up link is any."""
    set_up = await set_up_token(server)
    await first_operator(server)
    links = {TokenKind.INVITATION: await invitation_token(server), TokenKind.RECOVERY: await recovery_token(server)}
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        for kind, link in links.items():
            assert (await tokens.find_token(reader, link, server.clock.now())).kind is kind
        with pytest.raises(TokenDead):
            await tokens.find_token(reader, set_up, server.clock.now())


async def test_T5_a_form_of_one_link_is_not_for_another(server: Server) -> None:
    await first_operator(server)
    browser, invitation = await open_link(server, await invitation_token(server))
    _, recovery = await open_link(server, await recovery_token(server), browser)
    form_token = forms(invitation)[0].fields["form_token"]
    answer = await send(browser, recovery, password=OTHER, form_token=form_token)
    assert answer.status_code == 403


async def test_T5_links_open_nothing_else_and_nothing_else_is_a_link(server: Server) -> None:
    browser = await use(server, await set_up_token(server))
    server.clock.advance(seconds=1)
    await browser.get(CONSOLE)
    assert await at_console(server, browser) is not None
    links = {"invitation": await invitation_token(server), "recovery": await recovery_token(server)}
    admin = server.tenant(ADMIN_TENANT)

    async def as_console_session(value: str) -> bool:
        async with server.runtime.database.read(ADMIN_TENANT) as reader:
            return await operators.current(reader, value, server.clock.now()) is not None

    async def as_sign_in_session(value: str) -> bool:
        headers = HTML | {"cookie": f"{admin.cookie_name('session')}={value}"}
        url = browser.authorize_url(
            ADMIN_CONSOLE_APPLICATION_ID, f"{admin.origin}/console/-/callback", prompt="none", scope="openid"
        )
        answer = await server.client(ADMIN_TENANT).get(url, headers=headers)
        return "code=" in answer.headers.get("location", "")

    async def as_token(value: str, **form: str) -> bool:
        fields = {"client_id": ADMIN_CONSOLE_APPLICATION_ID, "redirect_uri": f"{admin.origin}/console/-/callback"}
        answer = await server.client(ADMIN_TENANT).post(f"{admin.base_url}/oidc/token", data=fields | form)
        return answer.status_code == 200

    async def as_code(value: str) -> bool:
        return await as_token(value, grant_type="authorization_code", code=value, code_verifier="v" * 43)

    async def as_refresh_token(value: str) -> bool:
        return await as_token(value, grant_type="refresh_token", refresh_token=value)

    async def as_access_token(value: str) -> bool:
        headers = {"authorization": f"Bearer {value}"}
        return (await server.client(ADMIN_TENANT).get(f"{admin.base_url}/oidc/me", headers=headers)).status_code == 200

    places: list[Callable[[str], Awaitable[bool]]] = [
        as_console_session,
        as_sign_in_session,
        as_code,
        as_refresh_token,
        as_access_token,
    ]
    taken = [(kind, place.__name__) for kind, value in links.items() for place in places if await place(value)]
    assert taken == []
    cookies = {name: str(value) for name, value in dict(browser.client.cookies).items()}
    assert await as_console_session(cookies[admin.cookie_name(CONSOLE_COOKIE)])
    assert await as_sign_in_session(cookies[admin.cookie_name("session")])
    for name, value in cookies.items():
        assert (await open_link(server, value))[1].status_code == 410, name
    # Having been shown in wrong places, each still works in its own.
    assert [(await open_link(server, value))[1].status_code for value in links.values()] == [200, 200]
