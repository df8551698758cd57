"""Where this server may send a request of its own: addresses that an operator or a provider gives must not reach what
only this machine or its network can reach (RFC 6890, RFC 9700 4.x; attack P1).

The list of what is open is ours instead of `ipaddress.is_global`, which differs between patch versions of Python.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import msgspec

from narthex.kit.addresses import HOST

SETTING = "NARTHEX_OUTGOING_ALLOW"
URL_LIMIT = 8 * 1024
PORTS = {"http": 80, "https": 443}

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

# What a browser or the C library reads as an IPv4 address in another spelling (WHATWG URL 3.5: it ends in a number).
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")

_CLOSED_V4 = [
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
# Everything outside global unicast is closed: loopback, mapped, NAT64, unique local, link-local, multicast.
_OPEN_V6 = IPv6Network("2000::/3")
# Teredo and other protocol assignments, documentation, 6to4: they hide another address or lead nowhere.
_CLOSED_V6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


class OutgoingRefused(Exception):
    """Our own guard: the request is not sent. The text names the setting that would allow it; `detail` is for logs."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail


class Target(msgspec.Struct, frozen=True):
    """Host (lower case, without brackets or a last dot) and port of a URL that may be tried."""

    host: str
    port: int


def is_open(address: _Address) -> bool:
    """Whether an address belongs to the internet that everybody shares."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


class OutgoingGuard:
    """Judges URLs and the addresses that their hosts resolve to, with what the setting opens on top.

    An entry is a host (`localhost`), a host and port (`localhost:9000`, `[::1]:9000`) or a network (`10.0.0.0/8`).
    """

    def __init__(self, allow: Iterable[str]) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        self._networks: list[_Network] = []
        for entry in allow:
            self._add(entry)

    def _add(self, entry: str) -> None:
        network = _as_network(entry)
        if network is not None:
            self._networks.append(network)
        else:
            self._hosts.add(_as_host(entry))

    def check_url(self, url: str) -> Target:
        """The target of a URL that may be tried. Raises `OutgoingRefused`."""
        target = _parse(url)
        literal = _as_address(target.host)
        if literal is not None and not self._allows(target, literal):
            raise self._refusal(target, str(literal))
        if literal is None and _NUMERIC.fullmatch(target.host):
            raise OutgoingRefused(f"The host {target.host!r} is an address in an unusual spelling.")
        return target

    def choose(self, target: Target, addresses: Sequence[str]) -> list[str]:
        """Those of the resolved addresses that may be connected to, at least one. Raises `OutgoingRefused`."""
        chosen = [address for address in addresses if (parsed := _as_address(address)) and self._allows(target, parsed)]
        if not chosen:
            raise self._refusal(target, ", ".join(addresses))
        return chosen

    def _allows(self, target: Target, address: _Address) -> bool:
        named = (target.host, None) in self._hosts or (target.host, target.port) in self._hosts
        return named or is_open(address) or any(address in network for network in self._networks)

    def _refusal(self, target: Target, addresses: str) -> OutgoingRefused:
        return OutgoingRefused(
            f"{target.host} is inside this server's own network. If requests may go there, add it to {SETTING}.",
            f"{target.host}:{target.port} is {addresses or 'no address'}",
        )


def check_entry(entry: str) -> str:
    """An entry of the setting in its normal spelling. Raises ValueError."""
    network = _as_network(entry)
    if network is not None:
        return str(network)
    host, port = _as_host(entry)
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _parse(url: str) -> Target:
    if len(url) > URL_LIMIT or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise OutgoingRefused("The URL is too long, or has characters that a URL does not have.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutgoingRefused("The URL cannot be read.") from None
    if parts.scheme not in PORTS:
        raise OutgoingRefused("The URL must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise OutgoingRefused("The URL must not hold a user name or password.")
    host = (parts.hostname or "").removesuffix(".")
    bracketed = "[" in parts.netloc
    if not HOST.fullmatch(host) or port == 0 or bracketed != isinstance(_as_address(host), IPv6Address):
        raise OutgoingRefused("The URL has no usable host or port.")
    return Target(host, port or PORTS[parts.scheme])


def _as_address(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _as_network(entry: str) -> _Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None


def _as_host(entry: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{entry}")
    host = (parts.hostname or "").removesuffix(".")
    usable = HOST.fullmatch(host) and (_as_address(host) or not _NUMERIC.fullmatch(host))
    if not usable or "@" in entry or parts.path or parts.query or parts.fragment:
        raise ValueError(f"{entry!r} is no host, host:port or network")
    return host, parts.port
