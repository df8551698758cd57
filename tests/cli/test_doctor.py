"""`narthex doctor`: what is right, what is wrong, and what to do about it."""

import json
from collections.abc import Callable

import pytest

from narthex.cli import diagnosis
from narthex.migrations import HEAD
from narthex.tenants.schemas import Tenant
from tests.fixtures.command import Command, Served, free_port


def test_a_running_server_is_in_order(narthex: Command, serve: Callable[..., Served]) -> None:
    served = serve()
    narthex.variables["NARTHEX_PORT"] = str(served.port)
    result = narthex("doctor")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines.pop(1).startswith("✓ clock: ")
    assert lines == [
        f"✓ database: data/narthex.db answers; its schema is {HEAD}.",
        "✓ signing keys of default: ES256 signs; the next one is published.",
        "✓ signing keys of admin: ES256 signs; the next one is published.",
        f"✓ address of default: {served.base_url}/oidc answers with its own name.",
        f"✓ address of admin: {served.base_url}/t/admin/oidc answers with its own name.",
    ]
    report = json.loads(narthex("doctor", "--json").output)
    assert report["healthy"] is True
    assert {check["outcome"] for check in report["checks"]} == {"right"}


def test_a_server_that_does_not_run_is_noticed(narthex: Command) -> None:
    narthex("init")
    narthex.variables["NARTHEX_PORT"] = str(free_port())
    result = narthex("doctor")
    assert result.exit_code == 1
    assert "✗ address of default: " in result.output
    assert "Does the server run" in result.output
    report = json.loads(narthex("doctor", "--json").output)
    assert report["healthy"] is False


def test_a_wrong_base_url_is_noticed(narthex: Command, serve: Callable[..., Served]) -> None:
    served = serve()
    narthex.variables["NARTHEX_BASE_URL"] = f"http://127.0.0.1:{served.port}"
    result = narthex("doctor")
    assert result.exit_code == 1
    assert "NARTHEX_BASE_URL" in result.output.partition("address of default")[2]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"issuer": "http://other/oidc"}, "names the issuer 'http://other/oidc', not 'http://localhost:1/oidc'"),
        ({}, "names the issuer None"),
    ],
)
def test_a_foreign_issuer_is_noticed(monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], expected: str) -> None:
    monkeypatch.setattr(diagnosis, "_fetch", lambda url: answer)
    finding = diagnosis.check_issuer(Tenant("default", "x", "http://localhost:1"))
    assert finding.outcome == "wrong"
    assert expected in finding.text


def test_a_machine_whose_clock_is_off_is_noticed(narthex: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    narthex("init")
    monkeypatch.setattr(diagnosis, "CLOCK_LIMIT_MS", -1)
    result = narthex("doctor")
    assert "! clock: " in result.output
    assert "NTP" in result.output


def test_it_changes_nothing(narthex: Command) -> None:
    narthex("init")
    before = {file.name: file.read_bytes() for file in (narthex.folder / "data").iterdir()}
    narthex("doctor")
    after = {file.name: file.read_bytes() for file in (narthex.folder / "data").iterdir()}
    assert after["narthex.db"] == before["narthex.db"]
    assert after["narthex.key"] == before["narthex.key"]
