"""What an address or a host name stands for."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine (RFC 6761 6.3, RFC 8252 7.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
