"""`python -m bench.profiled FILE serve`: `narthex` under a sampling profiler.

A timer of the process's CPU time interrupts it; each sample goes to the module of ours that was running or had called
what was running (SQLite, cryptography, Jinja2). What uvicorn does in between is its own, the rest is the loop's.
SIGUSR1 begins anew, so that the start is not counted; the file is written at the end.
"""

import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import msgspec

INTERVAL_SECONDS = 0.001
OURS = "/src/narthex/"
SERVER = "/site-packages/uvicorn/protocols/"
# Where the loop was started. uvloop and the half of asyncpg that talks to the socket have no frames of their own.
LOOP = "cli/serve.py"
AROUND = "other threads (hashes, COMMIT), the loop, asyncpg's sockets"


def place(frame: FrameType | None) -> str:
    """The innermost module of ours on the stack."""
    around = AROUND
    while frame is not None:
        name = frame.f_code.co_filename
        _, found, path = name.rpartition(OURS)
        if found:
            return around if path == LOOP or around != AROUND else path
        if SERVER in name:
            around = "uvicorn"
        frame = frame.f_back
    return around


def main() -> None:
    """Run the command line of ours under the profiler."""
    from narthex.cli import main as narthex

    out, samples = Path(sys.argv.pop(1)), Counter[str]()
    signal.signal(signal.SIGPROF, lambda _, frame: samples.update([place(frame)]))
    signal.signal(signal.SIGUSR1, lambda *_: samples.clear())
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
    try:
        narthex()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        out.write_bytes(msgspec.json.encode(samples))


if __name__ == "__main__":
    main()
