"""What an address or a host name stands for."""

import re
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

# Names and addresses; nothing that a URL would have to escape.
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine (RFC 6761 6.3, RFC 8252 7.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def plain_address(text: str) -> str | None:
    """An address in its usual spelling, without port or brackets, IPv4 out of IPv6 where it is mapped."""
    host = text.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def network_of(address: str) -> str:
    """Whom an address stands for when it is counted: itself or, in IPv6, the /64 that a household has at least."""
    if ":" not in address:
        return address
    try:
        return str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        return address


def normal_origin(text: str) -> str:
    """An origin as browsers write it (RFC 6454 6.2). Raises `ValueError`, whose text says what is wrong with it."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError("is not a URL") from None
    host = url.hostname or ""
    if not host.isascii():
        raise ValueError("has letters that a host name spells as xn--…")
    if url.scheme not in ("http", "https") or not HOST.fullmatch(host):
        raise ValueError("is not an http or https URL")
    if url.username is not None or url.password is not None:
        raise ValueError("must not hold a user name")
    if url.path.strip("/") or url.query or url.fragment or text.rstrip("/").endswith(("?", "#")):
        raise ValueError("must have no path, query or fragment")
    if url.scheme == "http" and not is_loopback(host):
        raise ValueError(f"must use https, since {host} is not this machine")
    shown = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[url.scheme]
    return f"{url.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")
