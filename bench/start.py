"""The start: CPU time from the first instruction to the first 200, of a process of its own on a file that is set up."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench import servers
from bench.floor.configuration import Configuration
from bench.machine import cpu_ns, put_under_test
from bench.measuring import LARGEST, REPEATS
from bench.results import Result, duration

BUDGET_NS = 1_000_000_000


def start(url: str, configuration: Configuration, folder: Path) -> Result:
    """Start ours and the floor in turns; the lowest of each.

    The floor is its own program: uvicorn, uvloop, httptools, msgspec and cryptography imported, sqlite3 opened. It has
    no SQLAlchemy, which is 0.4 s of ours.
    """
    file = folder / "start.json"
    file.write_bytes(msgspec.json.encode(configuration))
    port = servers.free_port()
    ours = [str(servers.NARTHEX), "serve"]
    floor = [sys.executable, "-m", "bench.floor", str(file)]
    log = folder / "start.log"
    repeats = [
        (
            _cpu_to_first_answer(floor, configuration.port, os.environ, log),
            _cpu_to_first_answer(ours, port, servers.our_environment(url, port), log),
        )
        for _ in range(REPEATS)
    ]
    low, high = min(low for low, _ in repeats), min(high for _, high in repeats)
    share = high / BUDGET_NS
    causes = _slowest_imports(servers.our_environment(url, port)) if share > 1 else ()
    return Result(
        "start, to the first 200", "SQLite", duration(low), duration(high), f"{high / low:.2f}", "1.0 s", share, causes
    )


def _cpu_to_first_answer(command: Sequence[str], port: int, environ: Mapping[str, str], log: Path) -> int:
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environ, cwd=servers.ROOT, stdout=out, stderr=out)
    put_under_test(process.pid)
    try:
        servers.wait_until_answering(process, port, log)
        return cpu_ns(process.pid)
    finally:
        process.kill()
        process.wait()


def _slowest_imports(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The packages that take longest to import, by `-X importtime`."""
    code = "import narthex.cli.serve, narthex.cli.running, narthex.app, uvicorn, uvloop, httptools"
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, env=environ, cwd=servers.ROOT, capture_output=True, text=True, check=True)
    spent = Counter[str]()
    for line in done.stderr.splitlines():
        own, _, name = line.removeprefix("import time:").split("|")
        if own.strip().isdigit():
            spent[name.strip().partition(".")[0]] += int(own)
    return tuple(f"{spent[name] / 1000:4.0f} ms  import {name}" for name, _ in spent.most_common(LARGEST))
