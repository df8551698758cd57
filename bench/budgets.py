"""The run of `python -m bench`: every budget of docs/architecture.md, on SQLite and on PostgreSQL."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench import operations, servers
from bench.databases import Databases
from bench.floor.configuration import Configuration
from bench.machine import put_under_test
from bench.measuring import REPEATS, Work, alone, in_turns, largest_costs
from bench.memory import memory
from bench.operations import INTERACTION_COOKIE, Target
from bench.page import load_page, weight
from bench.results import Result, compared
from bench.seeding import RESOURCE
from bench.servers import Server
from bench.start import start

WORK = (
    Work("client credentials", operations.client_credentials, 1500, 2.0),
    Work("code exchange", operations.code_exchange, 800, 2.0),
    Work("refresh with rotation", operations.refresh, 800, 2.0),
    Work("userinfo", operations.userinfo, 2000, 2.0),
    Work("introspection", operations.introspection, 2000, 2.0),
    Work("sign-in page", operations.sign_in_page, 500),
)
# The budget is a ratio to the hash, so two at a time are enough to keep one hashing thread busy.
SIGN_IN = Work("password sign-in", operations.sign_in, 20, 1.25, connections=2)
HASHES = 20


def budgets_on(databases: Databases, folder: Path) -> Iterator[Result]:
    """Every result on one kind of database; causes are looked for where a budget is missed."""
    name = databases.dialect
    missed: list[tuple[Work, Result]] = []
    with servers.ours(databases.another("ours"), folder / f"ours-{name}.log") as ours:
        page = load_page(ours.port, Target(ours.host, databases.seeds))
        configuration = _configuration(databases, page.text)
        with servers.floor(configuration, folder / f"floor-{name}.log") as floor:
            for work in WORK:
                low, high = in_turns(work, databases.seeds, floor, ours)
                yield from _unless_missed(work, compared(work.name, name, low, high, work.limit), missed)
            low, high = _sign_in(databases, ours)
            yield from _unless_missed(SIGN_IN, compared(SIGN_IN.name, name, low, high, SIGN_IN.limit), missed)
            yield memory(name, floor, ours)
    # One SQLite file takes one server, so a profile waits until the measured one has gone.
    for number, (work, result) in enumerate(missed):
        causes = largest_costs(work, databases.seeds, databases.another(f"profiled{number}"), folder)
        yield msgspec.structs.replace(result, causes=causes)
    if name == "SQLite":
        yield from weight(page)
        yield start(databases.another("started"), configuration, folder)


def _unless_missed(work: Work, result: Result, missed: list[tuple[Work, Result]]) -> Iterator[Result]:
    if result.is_missed:
        missed.append((work, result))
    else:
        yield result


def _sign_in(databases: Databases, ours: Server) -> tuple[float, float]:
    """The lowest CPU time of one hash and of one sign-in, in ns, measured in turns."""
    repeats = [(_hash(), alone(SIGN_IN, databases.seeds, ours)) for _ in range(REPEATS)]
    return min(low for low, _ in repeats), min(high for _, high in repeats)


def _hash() -> float:
    command = [sys.executable, "-m", "bench.floor.hashing", str(HASHES)]
    with subprocess.Popen(command, cwd=servers.ROOT, stdout=subprocess.PIPE, text=True) as process:
        put_under_test(process.pid)
        output, _ = process.communicate()
    return float(output)


def _configuration(databases: Databases, page: str) -> Configuration:
    seeds = databases.seeds
    # The three places of the page that differ from one person to the next.
    template = page.replace(seeds.interaction_id, "{{ interaction }}").replace(seeds.page_id, "{{ application }}")
    token = operations.FIELD.search(template.encode())
    assert token is not None
    return Configuration(
        port=servers.free_port(),
        database_url=databases.another("floor"),
        issuer="http://localhost:3001/oidc",
        resource=RESOURCE,
        machine_id=seeds.machine_id,
        machine_secret_hash=hashlib.sha256(seeds.machine_secret.encode()).hexdigest(),
        page_id=seeds.page_id,
        web_id=seeds.web_id,
        web_secret_hash=hashlib.sha256(seeds.web_secret.encode()).hexdigest(),
        sign_in_page=template.replace(token[1].decode(), "{{ form_token }}"),
        browser_cookie=INTERACTION_COOKIE,
    )
