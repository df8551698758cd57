"""The metrics page: open to this machine, closed to everybody else."""

import pytest

from narthex.kit.metrics import Metrics
from narthex.operations.metrics import metrics_page


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_served(address: str) -> None:
    metrics = Metrics()
    metrics.counter("narthex_sign_ins", "Sign-ins.").add()
    response = metrics_page(metrics, address, {}, public=False)
    assert response.status == 200
    assert response.header("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert b"narthex_sign_ins_total 1.0" in response.body


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "", "-"])
def test_other_machines_are_refused_with_the_setting_named(address: str) -> None:
    response = metrics_page(Metrics(), address, {}, public=False)
    assert response.status == 403
    assert b"NARTHEX_METRICS_PUBLIC=1" in response.body
    assert metrics_page(Metrics(), address, {}, public=True).status == 200


@pytest.mark.parametrize("name", [b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip", b"x-forwarded-host"])
def test_what_came_through_an_untrusted_proxy_on_this_machine_is_not_from_this_machine(name: bytes) -> None:
    assert metrics_page(Metrics(), "127.0.0.1", {name: b"127.0.0.1"}, public=False).status == 403


def test_without_headers_nobody_is_from_this_machine() -> None:
    assert metrics_page(Metrics(), "127.0.0.1", None, public=False).status == 403
