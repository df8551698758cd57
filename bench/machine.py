"""What is asked of the operating system: which core runs what, and how much CPU and memory a process took."""

import os
import time
from pathlib import Path


def cores() -> tuple[int, int]:
    """The core of the process under test and the core of everything else; the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


UNDER_TEST, BESIDE = cores()


def stay_beside() -> None:
    """Keep this process, and what it starts from now on, away from the core under test."""
    os.sched_setaffinity(0, {BESIDE})


def put_under_test(pid: int) -> None:
    """Give a process that has just been started the core under test."""
    os.sched_setaffinity(pid, {UNDER_TEST})


def cpu_ns(pid: int) -> int:
    """CPU time that all threads of a process took so far, user and system, in ns.

    The clock of another process has its id in the bits above the lowest three (clock_getcpuclockid(3) on Linux).
    """
    return time.clock_gettime_ns(~pid << 3 | 2)


def cpu_of_threads_ns(pid: int) -> dict[str, int]:
    """CPU time of each thread of a process so far, in ns (schedstat: time on the CPU comes first)."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {thread.name: int((thread / "schedstat").read_text().split()[0]) for thread in threads}


def cpu_of_children_ns(pid: int) -> int:
    """CPU time of all living children of a process, in ns."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(cpu_ns(int(child)) for child in children)


def peak_memory(pid: int) -> int:
    """The most that was ever resident of a process, in bytes (VmHWM, proc_pid_status(5))."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)
