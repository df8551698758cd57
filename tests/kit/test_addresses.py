"""What counts as this machine."""

import pytest

from narthex.kit.addresses import is_loopback


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1", "127.255.0.9", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "-",
        "example.com",
        "localhost.example.com",
        "notlocalhost",
        "10.0.0.1",
        "0.0.0.0",
        "::",
        "127.1",
        "2130706433",
    ],
)
def test_another_machine_or_none(host: str) -> None:
    assert not is_loopback(host)
