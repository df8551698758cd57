"""`/metrics` in the Prometheus text format, for this machine only unless the operator opens it."""

from collections.abc import Mapping

from narthex.kit.addresses import is_loopback
from narthex.kit.http import NO_STORE, Response, text_response
from narthex.kit.metrics import CONTENT_TYPE, Metrics

FORWARDING_HEADERS = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")
REFUSAL = "Metrics are served to this machine only. NARTHEX_METRICS_PUBLIC=1 opens them to every client.\n"


def metrics_page(metrics: Metrics, ip: str, headers: Mapping[bytes, bytes] | None, *, public: bool) -> Response:
    """The page `/metrics` as a client at `ip` sees it."""
    if not public and not _from_this_machine(ip, headers):
        return text_response(REFUSAL, 403, [NO_STORE])
    return Response(200, metrics.render(), ((b"content-type", CONTENT_TYPE.encode("ascii")), NO_STORE))


def _from_this_machine(ip: str, headers: Mapping[bytes, bytes] | None) -> bool:
    # A proxy on this machine makes everybody a neighbour; one that is not trusted shows itself by these headers.
    return is_loopback(ip) and headers is not None and not any(name in headers for name in FORWARDING_HEADERS)
