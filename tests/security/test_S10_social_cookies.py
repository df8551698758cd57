"""S10: the way to a provider and back needs no cookie of its own, and changes none of the others."""

import pytest

from tests.fixtures.server import CALLBACK, NewServer, Server, query_of
from tests.fixtures.social import MadeUpProvider, button_form, come_back, connect, offer
from tests.fixtures.walk import returned
from tests.security.test_S10_cookies import LIFETIMES, Jar, watched

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def social_walk(server: Server, provider: MadeUpProvider) -> Jar:
    await connect(server)
    await offer(server, "made-up")
    made = await server.application()
    browser, jar = watched(server)
    page = await browser.get(browser.authorize_url(made.application_id, CALLBACK))
    left = await browser.submit(page, {}, button_form(page, "made-up"))
    before = len(jar.lines)
    answer = await come_back(browser, query_of(left.headers["location"]), provider.vouch("c", "u1"))
    assert "code" in returned(answer)
    assert len(jar.lines) > before
    return jar


@pytest.mark.parametrize(("base_url", "prefix"), [("http://localhost:3001", ""), ("https://login.example", "__Host-")])
async def test_cookies_of_a_way_through_a_provider(
    new_server: NewServer, provider: MadeUpProvider, base_url: str, prefix: str
) -> None:
    jar = await social_walk(await new_server({"NARTHEX_BASE_URL": base_url}), provider)
    assert jar.names() == {f"{prefix}{name}.default" for name in ("session", "interaction", "device")}
    for line in jar.lines:
        pair, *attributes = line.split("; ")
        name = pair.partition("=")[0].removeprefix("__Host-").partition(".")[0]
        assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={LIFETIMES[name]}"} <= set(attributes), line
        assert ("Secure" in attributes) is bool(prefix), line
