"""S4: a lock is no way to shut an owner out: a browser that signed in under a name before has a limit of its own."""

import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, LockoutPolicy
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import Browser, returned

LIMIT, MINUTES = 3, 15


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application in a tenant that allows LIMIT attempts."""
    await limit(server, "default")
    return await server.application()


async def limit(server: Server, tenant_id: str) -> None:
    async with server.runtime.database.write(tenant_id) as tx:
        experience = Experience(sentinel_policy=LockoutPolicy(LIMIT, MINUTES))
        await sign_in_settings.change(tx, system_actor(tenant_id), server.runtime, experience)


async def signed_in(server: Server, application: Credentials, name: str = "ada") -> Browser:
    """A browser in which somebody has made an account and whose session is over."""
    browser = server.browser()
    await browser.sign_up(application.application_id, CALLBACK, username=name)
    browser.client.cookies.delete("session.default")
    return browser


async def status(browser: Browser, application: Credentials, name: str = "ada", password: str = "wrong") -> int:
    if password == "right":
        return (await browser.sign_in(application.application_id, CALLBACK, name)).status_code
    return (await browser.sign_in(application.application_id, CALLBACK, name, password)).status_code


async def lock(server: Server, application: Credentials, name: str = "ada") -> None:
    """A stranger tries until the name is locked."""
    stranger = server.browser()
    statuses = [await status(stranger, application, name) for _ in range(LIMIT + 1)]
    assert statuses == [422] * LIMIT + [429]


async def test_the_owner_gets_in_while_the_name_is_locked(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    await lock(server, application)
    assert await status(server.browser(), application, password="right") == 429
    answer = await owner.sign_in(application.application_id, CALLBACK)
    assert "code" in returned(answer)


async def test_a_browser_is_known_after_a_sign_in_too(server: Server, application: Credentials) -> None:
    await signed_in(server, application)
    second = server.browser()
    assert await status(second, application, password="right") == 303
    second.client.cookies.delete("session.default")
    await lock(server, application)
    assert await status(second, application, password="right") == 303


async def test_a_failed_sign_in_makes_no_browser_known(server: Server, application: Credentials) -> None:
    await signed_in(server, application)
    stranger = server.browser()
    assert await status(stranger, application) == 422
    assert "device.default" not in stranger.client.cookies
    for _ in range(LIMIT - 1):
        await status(server.browser(), application)
    assert await status(stranger, application, password="right") == 429


async def test_a_known_browser_has_a_limit_too(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    assert [await status(owner, application) for _ in range(LIMIT + 1)] == [422] * LIMIT + [429]
    assert await status(owner, application, password="right") == 429
    server.clock.advance(minutes=MINUTES)
    assert await status(owner, application, password="right") == 303


async def test_who_locks_a_known_browser_locks_nobody_else(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    for _ in range(LIMIT):
        await status(owner, application)
    assert await status(server.browser(), application, password="right") == 303


async def test_the_owners_success_frees_no_stranger(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    await lock(server, application)
    assert await status(owner, application, password="right") == 303
    assert await status(server.browser(), application) == 429


async def test_a_browser_is_known_for_its_own_names_only(server: Server, application: Credentials) -> None:
    await signed_in(server, application)
    bobs = await signed_in(server, application, "bob")
    await lock(server, application)
    assert await status(bobs, application, "ada", "right") == 429
    assert await status(bobs, application, "bob", "right") == 303


@pytest.mark.parametrize("forged", ["x", "A" * 43, "-", "null", "ada"])
async def test_a_made_up_device_is_not_known(server: Server, application: Credentials, forged: str) -> None:
    await signed_in(server, application)
    await lock(server, application)
    stranger = server.browser()
    stranger.client.cookies.set("device.default", forged, domain="localhost.local")
    assert await status(stranger, application, password="right") == 429


async def test_a_device_is_known_in_its_own_tenant_only(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    await server.add_tenant("acme")
    await limit(server, "acme")
    other = await server.application(tenant_id="acme")
    await server.browser("acme").sign_up(other.application_id, CALLBACK)
    stranger = server.browser("acme")
    device = owner.client.cookies["device.default"]
    stranger.client.cookies.set("device.acme", device, domain="localhost.local")
    for _ in range(LIMIT):
        await status(server.browser("acme"), other)
    assert await status(stranger, other, password="right") == 429


async def test_the_device_tells_nothing_about_its_owner(server: Server, application: Credentials) -> None:
    owner = await signed_in(server, application)
    device = owner.client.cookies["device.default"]
    assert len(device) == 43
    again = await signed_in(server, application, "bob")
    assert again.client.cookies["device.default"] != device
