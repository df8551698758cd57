"""P1: addresses that somebody typed in lead nowhere inside. A trap listens on this machine; nothing may reach it.

The surfaces that take such addresses (connectors, discovery, key sets) go through this one client; that nothing else in
the product opens a connection is held here too.
"""
# ruff: noqa: N802  tests are named after the ids of the attack list

import ast
import socket
from collections.abc import AsyncIterator

import pytest

from narthex.kit.http_client import HttpClient, OutgoingFailed, OutgoingRefused
from narthex.kit.outgoing_guard import SETTING, OutgoingGuard
from tests.fixtures.server import NewServer
from tests.fixtures.traps import Trap, trap
from tests.house.source import modules

PUBLIC = "8.8.8.8"

INSIDE_ADDRESSES = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
INSIDE_SPELLINGS = [
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.1",
    "127.0.1",
    "0",
    "0x7f.1",
    "127.0.0.1.",
    "127.000.000.001",
    "1.2.3.4.5",
    "evil.0x7f",
    "foo.127.1",
]
NO_URLS = [
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1:{port}/",
    "dict://127.0.0.1:{port}/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://",
    "http://:{port}/",
    "",
    "http://user@127.0.0.1:{port}/",
    "http://user:word@idp.example/",
    "http://@idp.example/",
    "http://idp.example@127.0.0.1:{port}/",
    "http://idp.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\.idp.example/",
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1:{port}/\r\nHost: x",
    " http://127.0.0.1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://ⓛocalhost:{port}/",
    "http://%6cocalhost:{port}/",
    "http://127%2e0.0.1:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[fe80::1%eth0]:{port}/",
    "http://[v1.x]:{port}/",
    "http://[::1:{port}/",
    "http://idp.example:0/",
    "http://idp.example:99999/",
    "http://idp.example:x/",
    "http://127.0.0.1:{port}/" + "x" * 9_000,
]


@pytest.fixture
async def inside() -> AsyncIterator[Trap]:
    """Something inside that nobody may reach."""
    async with trap() as server:
        yield server


async def expect_refused(url: str, *answers: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return list(answers)

    client = HttpClient((), resolve=resolve) if answers else HttpClient()
    try:
        with pytest.raises(OutgoingRefused):
            await client.request("GET", url, timeout=2)
    finally:
        await client.close()


@pytest.mark.parametrize("address", INSIDE_ADDRESSES)
async def test_P1_an_inside_address_is_refused_written_or_resolved(address: str, inside: Trap) -> None:
    host = f"[{address}]" if ":" in address else address
    await expect_refused(f"http://{host}:{inside.port}/")
    await expect_refused(f"http://idp.example:{inside.port}/", address)
    assert inside.connections == 0


@pytest.mark.parametrize("host", INSIDE_SPELLINGS)
async def test_P1_unusual_spellings_of_addresses_are_refused(host: str, inside: Trap) -> None:
    await expect_refused(f"http://{host}:{inside.port}/")
    assert inside.connections == 0


@pytest.mark.parametrize("url", NO_URLS)
async def test_P1_what_is_no_plain_http_url_is_refused(url: str, inside: Trap) -> None:
    await expect_refused(url.format(port=inside.port))
    assert inside.connections == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost"])
async def test_P1_names_of_this_machine_are_refused(host: str, inside: Trap) -> None:
    await expect_refused(f"http://{host}:{inside.port}/", "127.0.0.1", "::1")
    assert inside.connections == 0


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])
def test_P1_public_addresses_are_open(address: str) -> None:
    guard = OutgoingGuard(())
    host = f"[{address}]" if ":" in address else address
    assert guard.check_url(f"https://{host}/").host == address
    assert guard.choose(guard.check_url("https://idp.example/"), [address, "127.0.0.1"]) == [address]


async def test_P1_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    inside: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked once, and what was judged is what is connected to."""
    answers = [[PUBLIC], ["127.0.0.1"]]
    asked: list[str] = []
    connected: list[object] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    def refuse(addr_info: object) -> socket.socket:
        connected.append(addr_info[4][0])  # type: ignore[index]
        raise OSError("the test ends here")

    client = HttpClient((), resolve=resolve)
    client._open()._connector._socket_factory = refuse  # type: ignore[union-attr]
    with pytest.raises(OutgoingFailed) as failed:
        await client.request("GET", f"http://idp.example:{inside.port}/", timeout=2)
    assert (failed.value.cause, asked, connected) == ("unreachable", ["idp.example"], [PUBLIC])
    with pytest.raises(OutgoingRefused):
        await client.request("GET", f"http://idp.example:{inside.port}/", timeout=2)
    await client.close()
    assert inside.connections == 0


@pytest.mark.parametrize(
    ("allowed", "url", "goes"),
    [
        ("localhost", "http://localhost:{port}/", True),
        ("localhost", "http://LocalHost.:{port}/", True),
        ("localhost:{port}", "http://localhost:{port}/", True),
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}/", True),
        ("127.0.0.0/8", "http://127.0.0.1:{port}/", True),
        ("127.0.0.0/8", "http://localhost:{port}/", True),
        ("localhost:1", "http://localhost:{port}/", False),
        ("localhost", "http://127.0.0.1:{port}/", False),
        ("127.0.0.1:1", "http://127.0.0.1:{port}/", False),
        ("10.0.0.0/8", "http://127.0.0.1:{port}/", False),
        ("10.0.0.0/8", "http://localhost:{port}/", False),
        ("127.0.0.0/8", "http://[::ffff:127.0.0.1]:{port}/", False),
        ("127.0.0.0/8", "http://0x7f.1:{port}/", False),
        ("localhost", "http://localhost.evil.example:{port}/", False),
        ("localhost", "http://x@localhost:{port}/", False),
    ],
)
async def test_P1_the_setting_opens_exactly_what_it_names(allowed: str, url: str, goes: bool, inside: Trap) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    client = HttpClient((allowed.format(port=inside.port),), resolve=resolve)
    try:
        if goes:
            assert (await client.request("GET", url.format(port=inside.port))).status == 200
        else:
            with pytest.raises(OutgoingRefused):
                await client.request("GET", url.format(port=inside.port))
    finally:
        await client.close()
    assert inside.connections == int(goes)


async def test_P1_the_refusal_names_the_setting_and_hides_the_address(inside: Trap) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.1.2.3"]

    client = HttpClient((), resolve=resolve)
    with pytest.raises(OutgoingRefused) as refused:
        await client.request("GET", "http://idp.example/")
    await client.close()
    assert SETTING in refused.value.text
    assert "10.1.2.3" not in refused.value.text
    assert "10.1.2.3" in refused.value.detail


async def test_P1_closed_and_open_ports_inside_are_refused_alike(inside: Trap) -> None:
    """A refusal before any connection tells nobody which ports are open."""
    refusals = []
    client = HttpClient()
    for port in (inside.port, 1):
        with pytest.raises(OutgoingRefused) as refused:
            await client.request("GET", f"http://127.0.0.1:{port}/")
        refusals.append(refused.value.text)
    await client.close()
    assert refusals[0] == refusals[1]
    assert inside.connections == 0


async def test_P1_a_server_asks_only_where_its_setting_says(new_server: NewServer, inside: Trap) -> None:
    shut = await new_server()
    with pytest.raises(OutgoingRefused):
        await shut.runtime.http.request("GET", inside.url)
    assert inside.connections == 0
    opened = await new_server({"NARTHEX_OUTGOING_ALLOW": f"127.0.0.1:{inside.port}"})
    assert (await opened.runtime.http.request("GET", inside.url)).status == 200


def test_P1_nothing_else_in_the_product_opens_connections() -> None:
    """aiohttp, and whatever else could ask for an address, is imported by the one client only."""
    clients = {"aiohttp", "httpx", "httpx2", "requests", "urllib3", "http.client", "urllib.request", "smtplib"}
    found = {
        module.path
        for module in modules("src/")
        for node in ast.walk(module.tree)
        for name in _imported(node)
        if name in clients or name.partition(".")[0] in clients
    }
    # `narthex doctor` asks the server's own address, for whoever has a shell on this machine anyway.
    assert found == {"src/narthex/kit/http_client.py", "src/narthex/cli/diagnosis.py"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
