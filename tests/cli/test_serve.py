"""`narthex serve` as a process: start, requests, stop, and what it refuses."""

import json
import os
import pty
import signal
import socket
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.fixtures.command import Command, Served, free_port
from tests.fixtures.server import TEST_KEY

Serve = Callable[..., Served]


def children(process: int) -> set[int]:
    """The processes that a process has started."""
    return {int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()}


def test_an_empty_folder_serves_and_stops(narthex: Command, serve: Serve) -> None:
    served = serve()
    for path in ("/healthz", "/readyz", "/metrics", "/oidc/.well-known/openid-configuration", "/demo-app"):
        assert served.status(path) == 200, path
    assert served.status("/nothing") == 404
    code, out, err = served.stop()
    assert (code, out) == (0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[0]["event"] == "listening"
    assert lines[0]["url"] == served.base_url
    assert {line["event"] for line in lines[1:]} == {"no operator yet", "request", "refused"}
    assert {line["level"] for line in lines} == {"info"}
    # Closed in order: SQLite has taken its log into the file and removed it.
    assert {file.name for file in (narthex.folder / "data").iterdir()} == {
        "narthex.db",
        "narthex.db.lock",
        "narthex.key",
    }


def test_it_starts_again_on_what_it_made(narthex: Command, serve: Serve) -> None:
    key = None
    for _ in range(2):
        served = serve()
        with urllib.request.urlopen(f"{served.base_url}/oidc/jwks") as answer:
            keys = [one["kid"] for one in json.load(answer)["keys"]]
        assert key in (None, keys)
        key = keys
        assert served.stop()[0] == 0


def test_ctrl_c_stops_it_without_a_traceback(serve: Serve) -> None:
    code, out, err = serve().stop(signal.SIGINT)
    assert (code, out) == (0, "")
    assert "Traceback" not in err


def test_a_request_under_way_is_finished(serve: Serve) -> None:
    served = serve()
    body = b"grant_type=client_credentials"
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(
            b"POST /oidc/token HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (served.port, len(body))
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        served.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 5
        while served.status("/healthz") is not None:
            assert time.monotonic() < deadline, "it still takes requests"
            time.sleep(0.02)
        assert served.process.poll() is None
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert served.stop()[0] == 0


def test_a_kept_connection_does_not_hold_up_the_stop(serve: Serve) -> None:
    served = serve()
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        assert served.stop()[0] == 0
        assert time.monotonic() - began < 8


def test_a_second_server_on_the_same_file_is_refused(narthex: Command, serve: Serve) -> None:
    served = serve()
    result = narthex("serve", "--port", str(free_port()))
    assert result.exit_code == 1
    assert f"Another server (process {served.process.pid})" in result.output
    assert "PostgreSQL" in result.output
    assert served.status("/readyz") == 200


def test_a_server_that_was_killed_leaves_no_lock(narthex: Command, serve: Serve) -> None:
    serve().stop(signal.SIGKILL)
    assert serve().status("/readyz") == 200


def test_a_port_in_use_is_a_sentence(narthex: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = narthex("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "Address already in use. Choose another address with --host and --port." in result.output
    assert not (narthex.folder / "data").exists()


def test_an_address_that_is_none_is_a_sentence(narthex: Command) -> None:
    process = narthex.process("serve", "--host", "256.1.1.1")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Cannot listen on 256.1.1.1:3001" in err


def test_commands_work_beside_a_running_server(narthex: Command, serve: Serve) -> None:
    served = serve()
    made = json.loads(
        narthex("admin", "create-app", "--name", "x", "--type", "machine", "--machine-role", "--json").stdout
    )
    request = urllib.request.Request(
        f"{served.base_url}/oidc/token",
        data=urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": made["appId"],
                "client_secret": made["appSecret"],
                "resource": made["resource"],
            }
        ).encode(),
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["token_type"] == "Bearer"
    _, _, err = served.stop()
    assert made["appSecret"] not in err


def test_on_a_terminal_it_tells_a_person_where_to_go(narthex: Command, serve: Serve) -> None:
    ours, its = pty.openpty()
    served = serve(stdout=its, stderr=its)
    served.stop()
    os.close(its)
    shown = b""
    try:
        while part := os.read(ours, 10_000):
            shown += part
    except OSError:
        pass  # what Linux answers once the other end of a terminal is closed
    os.close(ours)
    text = shown.decode()
    assert f"Narthex is ready at  {served.base_url}" in text
    assert f"{served.base_url}/demo-app" in text
    assert "data/narthex.db" in text
    assert '{"time"' not in text


@pytest.mark.parametrize("trusted", [False, True])
def test_the_address_of_a_client_behind_a_proxy(serve: Serve, trusted: bool) -> None:
    served = serve(*(["--trusted-proxies", "127.0.0.1"] if trusted else []))
    request = urllib.request.Request(
        f"{served.base_url}/oidc/jwks", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 127.0.0.1"}
    )
    urllib.request.urlopen(request).close()
    assert served.status("/metrics") == 200
    _, _, err = served.stop()
    addresses = [line["ip"] for line in map(json.loads, err.splitlines()) if line.get("path") == "/oidc/jwks"]
    assert addresses == ["203.0.113.9" if trusted else "127.0.0.1"]


def test_several_workers_serve_on_postgresql(narthex: Command, serve: Serve, empty_postgresql_url: str) -> None:
    narthex.variables |= {"NARTHEX_DATABASE_URL": empty_postgresql_url, "NARTHEX_ENCRYPTION_KEY": TEST_KEY}
    served = serve("--workers", "2")
    for _ in range(10):
        assert served.status("/oidc/.well-known/openid-configuration") == 200
    workers = [pid for pid in children(served.process.pid) if "spawn_main" in command_line(pid)]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len([pid for pid in children(served.process.pid) - {workers[0]} if "spawn_main" in command_line(pid)]) < 2:
        assert time.monotonic() < deadline, "the dead worker was not replaced"
        time.sleep(0.05)
    code, out, err = served.stop()
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert any('"event":"listening"' in line for line in err.splitlines()), err


def command_line(pid: int) -> str:
    """The command line of a process; empty where it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_signal_during_the_start_is_not_lost(narthex: Command) -> None:
    narthex("init")
    for delay in (0.2, 0.35, 0.5, 0.7):
        process = narthex.process("serve", "--port", str(free_port()))
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=15)
        # Before it has opened anything, the signal simply ends it.
        assert process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in err
