"""The processes under test, each on the core under test and on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.client import get
from bench.floor.configuration import Configuration
from bench.machine import cpu_ns, cpu_of_children_ns, put_under_test
from bench.seeding import environment
from tests.fixtures.database import END_WITH_PARENT

NARTHEX = Path(sys.executable).parent / "narthex"
START_SECONDS = 30
STOP_SECONDS = 20
ROOT = Path(__file__).parents[1]


class Server(Struct, frozen=True):
    """A running server. `postmaster` is given where the CPU time of its database counts too."""

    pid: int
    port: int
    postmaster: int | None = None

    @property
    def host(self) -> str:
        """Host and port, as a browser would name them."""
        return f"localhost:{self.port}"

    def cpu_ns(self) -> int:
        """CPU time taken so far, in ns."""
        return cpu_ns(self.pid) + (cpu_of_children_ns(self.postmaster) if self.postmaster else 0)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def our_environment(url: str, port: int) -> dict[str, str]:
    """What `narthex serve` is told."""
    told = {"NARTHEX_PORT": str(port), "NARTHEX_LOG_FORMAT": "json", **environment(url)}
    return {**os.environ, **told}


@contextmanager
def serving(command: Sequence[str | Path], port: int, environ: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A server from its first 200 until it is told to stop; what it logs goes to a file."""
    with log.open("ab") as out:
        process = subprocess.Popen([*END_WITH_PARENT, *command], env=environ, cwd=ROOT, stdout=out, stderr=out)
    put_under_test(process.pid)
    try:
        wait_until_answering(process, port, log)
        yield Server(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answering(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return at the first 200. Raises `RuntimeError` with the log where the process ends, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.01)


def answers(port: int) -> bool:
    """Whether the server answers 200 now."""
    request = get(f"localhost:{port}", "/oidc/.well-known/openid-configuration", {"Connection": "close"})
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(request)
        return b" 200 " in connection.recv(4096)[:20]
    return False


@contextmanager
def ours(url: str, log: Path, through: Sequence[str | Path] = (NARTHEX,)) -> Iterator[Server]:
    """`narthex serve`, or the same by way of another program."""
    port = free_port()
    with serving((*through, "serve"), port, our_environment(url, port), log) as server:
        yield server


@contextmanager
def floor(configuration: Configuration, log: Path) -> Iterator[Server]:
    """The floor."""
    file = log.with_suffix(".json")
    file.write_bytes(msgspec.json.encode(configuration))
    with serving((sys.executable, "-m", "bench.floor", file), configuration.port, os.environ, log) as server:
        yield server
