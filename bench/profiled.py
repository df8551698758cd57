"""`python -m bench.profiled FILE serve`: `narthex` under a sampling profiler.

A timer of the process's CPU time interrupts it; each sample goes to the function of ours that was running or had called
what was running (SQLite, asyncpg, cryptography, Jinja2).
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
# Where the loop was started: what it and uvicorn do by themselves, and what other threads do meanwhile.
LOOP = "cli/serve.py"
AROUND = "uvicorn, uvloop and other threads"


def place(frame: FrameType | None) -> str:
    """The innermost function of ours on the stack."""
    while frame is not None:
        _, found, path = frame.f_code.co_filename.rpartition(OURS)
        if found:
            return AROUND if path == LOOP else f"{path}: {frame.f_code.co_qualname}"
        frame = frame.f_back
    return AROUND


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
