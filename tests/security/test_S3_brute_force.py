"""S3: attempts are counted before they are checked, so that exactly as many as are allowed reach the check: also when
they come at once, from many addresses, over several nodes, and with headers that lie about where they come from."""

import asyncio
from collections.abc import Sequence

import httpx2
import pytest

from narthex.access import system_actor
from narthex.applications.service import Credentials
from narthex.credentials import attempts
from narthex.kit.addresses import network_of
from narthex.registration.service import SIGN_UPS_PER_ADDRESS
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.schemas import Experience, LockoutPolicy
from tests.fixtures.server import CALLBACK, NewServer, Server
from tests.fixtures.traces import events, watched_hashes
from tests.fixtures.walk import PASSWORD, Browser, returned

LIMIT, MINUTES = 5, 15
TRIED = "Interaction.SignIn.Verification.Password.Submit"
OF_A_PROXY = {"NARTHEX_TRUSTED_PROXIES": "127.0.0.1"}


async def with_ada(server: Server) -> Credentials:
    """An application at which ada has an account, in a tenant that allows LIMIT attempts."""
    async with server.runtime.database.write("default") as tx:
        experience = Experience(sentinel_policy=LockoutPolicy(LIMIT, MINUTES))
        await sign_in_settings.change(tx, system_actor("default"), server.runtime, experience)
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    return made


@pytest.fixture
async def application(server: Server) -> Credentials:
    """The same on the server of the test."""
    return await with_ada(server)


async def opened(server: Server, application: Credentials, count: int) -> list[tuple[Browser, httpx2.Response]]:
    """So many browsers, each before the sign-in page."""
    browsers = [server.browser() for _ in range(count)]
    urls = [browser.authorize_url(application.application_id, CALLBACK) for browser in browsers]
    return [(browser, await browser.get(url)) for browser, url in zip(browsers, urls, strict=True)]


async def at_once(pages: Sequence[tuple[Browser, httpx2.Response]], password: str = "wrong-password") -> list[int]:
    """The statuses of one sign-in as ada in each, all sent at the same time."""
    fields = {"identifier": "ada", "password": password}
    return [one.status_code for one in await asyncio.gather(*(who.submit(page, fields) for who, page in pages))]


async def reach(server: Server, application: Credentials, count: int) -> None:
    pages = await opened(server, application, count)
    with watched_hashes(server) as hashes:
        statuses = await at_once(pages)
    assert hashes == ["verify_password"] * LIMIT
    assert (statuses.count(422), statuses.count(429)) == (LIMIT, count - LIMIT)
    errors = [row.payload["error"] for row in await events(server.runtime, TRIED)]
    assert (errors.count("invalid_credentials"), errors.count("locked")) == (LIMIT, count - LIMIT)


async def test_of_30_attempts_at_once_exactly_the_limit_reaches_the_check(
    server: Server, application: Credentials
) -> None:
    await reach(server, application, 30)


@pytest.mark.long
async def test_of_200_attempts_at_once_exactly_the_limit_reaches_the_check(
    server: Server, application: Credentials
) -> None:
    await reach(server, application, 200)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_three_nodes_have_one_limit(new_server: NewServer) -> None:
    nodes = [await new_server() for _ in range(3)]
    application = await with_ada(nodes[0])
    pages = [page for node in nodes for page in await opened(node, application, LIMIT)]
    statuses = await at_once(pages)
    assert (statuses.count(422), statuses.count(429)) == (LIMIT, 2 * LIMIT)


async def test_addresses_share_the_limit_of_a_name(new_server: NewServer) -> None:
    server = await new_server(OF_A_PROXY)
    application = await with_ada(server)
    pages = await opened(server, application, LIMIT + 5)
    for number, (browser, _) in enumerate(pages):
        browser.client.headers["x-forwarded-for"] = f"203.0.113.{number}"
    statuses = await at_once(pages)
    assert (statuses.count(422), statuses.count(429)) == (LIMIT, 5)
    assert len({row.payload["ip"] for row in await events(server.runtime, TRIED)}) == LIMIT + 5


async def test_spellings_share_the_limit_of_a_name(server: Server, application: Credentials) -> None:
    async def tried(name: str) -> int:
        answer = await server.browser().sign_in(application.application_id, CALLBACK, name, "wrong-password")
        return answer.status_code

    spellings = ["ada", "ADA", " Ada ", "ａｄａ", "aDa\t"]
    assert [await tried(spellings[number % 5]) for number in range(LIMIT)] == [422] * LIMIT
    assert [await tried(name) for name in spellings] == [429] * 5


async def test_names_have_limits_of_their_own(server: Server, application: Credentials) -> None:
    await at_once(await opened(server, application, LIMIT + 1))
    answer = await server.browser().sign_in(application.application_id, CALLBACK, "bob", "wrong-password")
    assert answer.status_code == 422


async def test_the_right_password_waits_for_the_lock_too(server: Server, application: Credentials) -> None:
    await at_once(await opened(server, application, LIMIT))
    assert await at_once(await opened(server, application, 1), PASSWORD) == [429]
    server.clock.advance(minutes=MINUTES, milliseconds=-1)
    assert await at_once(await opened(server, application, 1), PASSWORD) == [429]
    server.clock.advance(milliseconds=1)
    assert await at_once(await opened(server, application, 1), PASSWORD) == [303]


async def test_a_lock_says_how_long_it_lasts(server: Server, application: Credentials) -> None:
    await at_once(await opened(server, application, LIMIT))
    server.clock.advance(minutes=5)
    answer = await server.browser().sign_in(application.application_id, CALLBACK)
    assert answer.headers["retry-after"] == str((MINUTES - 5) * 60)
    assert f"{MINUTES - 5} more minutes" in answer.text


async def test_trying_on_does_not_prolong_the_lock(server: Server, application: Credentials) -> None:
    await at_once(await opened(server, application, LIMIT))
    for _ in range(3):
        server.clock.advance(minutes=MINUTES // 3)
        await at_once(await opened(server, application, 1))
    assert await at_once(await opened(server, application, 1), PASSWORD) == [303]


async def test_a_sign_in_starts_the_count_anew(server: Server, application: Credentials) -> None:
    for _ in range(2):
        await at_once(await opened(server, application, LIMIT - 1))
        assert await at_once(await opened(server, application, 1), PASSWORD) == [303]


async def test_of_many_right_passwords_at_once_only_the_limit_is_checked(
    server: Server, application: Credentials
) -> None:
    pages = await opened(server, application, LIMIT * 2)
    with watched_hashes(server) as hashes:
        await at_once(pages)
    assert len(hashes) == LIMIT


async def sign_ups(server: Server, application: Credentials, count: int, **headers: str) -> list[int]:
    """The statuses of so many sign-ups, each refused for its password."""
    statuses = []
    for number in range(count):
        browser = server.browser(**{name: value.format(number) for name, value in headers.items()})
        answer = await browser.sign_up(application.application_id, CALLBACK, username=f"eve{number}", password="short")
        statuses.append(answer.status_code)
    return statuses


async def use_up(server: Server, address: str, left: int) -> None:
    """Count sign-ups from an address, which had none but ada's, until so many are left."""
    async with server.runtime.database.write("default") as tx:
        await attempts.forget(tx, "register", network_of(address))
        for _ in range(SIGN_UPS_PER_ADDRESS.most - left):
            await attempts.count(tx, "register", network_of(address), SIGN_UPS_PER_ADDRESS)


async def test_what_a_stranger_says_of_its_address_counts_for_nothing(server: Server, application: Credentials) -> None:
    lies = {"x-forwarded-for": "203.0.113.{}", "forwarded": "for=203.0.113.{}", "x-real-ip": "203.0.113.{}"}
    await use_up(server, "127.0.0.1", left=2)
    assert await sign_ups(server, application, 4, **lies) == [422, 422, 429, 429]


@pytest.mark.parametrize(
    ("lie", "counts"),
    [
        ("198.51.100.{}, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.{}, [2001:db8::7]:4711", "2001:db8::7"),
        ("198.51.100.{}, unknown", "127.0.0.1"),
        ("198.51.100.{}, 127.0.0.1, 203.0.113.7:80", "203.0.113.7"),
        ("198.51.100.{}, 203.0.113.7, 127.0.0.1", "203.0.113.7"),
        ("198.51.100.{}, ", "127.0.0.1"),
    ],
)
async def test_behind_a_proxy_the_nearest_address_counts(new_server: NewServer, lie: str, counts: str) -> None:
    server = await new_server(OF_A_PROXY)
    application = await with_ada(server)
    await use_up(server, counts, left=1)
    assert await sign_ups(server, application, 3, **{"x-forwarded-for": lie}) == [422, 429, 429]


async def test_the_limit_of_an_address_ends(server: Server, application: Credentials) -> None:
    await use_up(server, "127.0.0.1", left=0)
    assert await sign_ups(server, application, 1) == [429]
    server.clock.advance(milliseconds=SIGN_UPS_PER_ADDRESS.window)
    answer = await server.browser().sign_up(application.application_id, CALLBACK, username="eve")
    assert "code" in returned(answer)
