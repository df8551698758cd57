"""The fixtures themselves: the browser, Node.js and the closed network."""

import asyncio
import socket

import pytest
from playwright.async_api import Page

from tests.fixtures.browser import NewPage, axe
from tests.fixtures.network import LoopbackLoop, OutsideNetwork, is_this_machine
from tests.fixtures.node import run_node


async def test_the_browser_shows_a_page_and_runs_its_scripts(page: Page) -> None:
    await page.set_content("<p id=place>before</p><script>place.textContent = 'after'</script>")
    assert await page.locator("#place").text_content() == "after"


async def test_a_page_without_javascript_runs_no_script(new_page: NewPage) -> None:
    page = await new_page(javascript=False)
    await page.set_content("<p id=place>before</p><script>place.textContent = 'after'</script>")
    assert await page.locator("#place").text_content() == "before"


async def test_axe_names_what_a_page_breaks(page: Page) -> None:
    await page.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src='data:,'></main></html>")
    assert [(found.rule, found.elements) for found in await axe(page)] == [("image-alt", ("img",))]


async def test_axe_refuses_a_page_on_which_it_would_wait_for_ever(new_page: NewPage) -> None:
    page = await new_page(javascript=False)
    with pytest.raises(AssertionError, match="with JavaScript"):
        await axe(page)


async def test_node_runs_and_finds_its_packages() -> None:
    run = await run_node(
        "--input-type=module",
        "--eval",
        "import 'openid-client'; import 'oidc-provider'; console.log(process.version)",
    )
    assert (run.code, run.output[:3]) == (0, "v24"), run.errors


async def test_the_loop_is_the_products_own() -> None:
    assert isinstance(asyncio.get_running_loop(), LoopbackLoop)


def test_a_socket_does_not_leave_this_machine() -> None:
    with socket.socket() as connection, pytest.raises(OutsideNetwork):
        connection.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideNetwork):
        socket.getaddrinfo("narthex.example", 443)


async def test_the_loop_does_not_leave_this_machine() -> None:
    with pytest.raises(OutsideNetwork):
        await asyncio.open_connection("narthex.example", 443)
    with pytest.raises(OutsideNetwork):
        await asyncio.open_connection("192.0.2.1", 443)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "::1", None, ""])
def test_loopback_is_this_machine(host: object) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["narthex.example", "10.0.0.1", "192.0.2.1", "fe80::1%eth0"])
def test_other_hosts_are_not_this_machine(host: object) -> None:
    assert not is_this_machine(host)
