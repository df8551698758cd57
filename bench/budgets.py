"""The run of `python -m bench`: every budget of docs/architecture.md, on SQLite and on PostgreSQL."""

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from bench import operations, servers
from bench.console import console_times, console_weight
from bench.databases import Databases
from bench.floor.configuration import Configuration
from bench.measuring import Work, in_turns, largest_costs, with_busiest_thread
from bench.memory import memory
from bench.operations import INTERACTION_COOKIE, Target
from bench.page import load_page, weight
from bench.results import Result, compared, show_progress
from bench.seeding import RESOURCE
from bench.servers import Server
from bench.social import social_times
from bench.start import start

WORK = (
    Work("client credentials", operations.client_credentials, 1500, 2.0),
    Work("code exchange", operations.code_exchange, 800, 2.0),
    Work("refresh with rotation", operations.refresh, 800, 2.0),
    Work("userinfo", operations.userinfo, 2000, 2.0),
    Work("introspection", operations.introspection, 2000, 2.0),
    Work("sign-in page", operations.sign_in_page, 500),
)
# Two at a time keep one hashing thread busy. Nine tenths of it are the hash, so the rest takes longer to tell apart.
SIGN_IN = Work("password sign-in", operations.sign_in, 20, 1.25, connections=2, profiled_seconds=10)


class Measured(Struct, frozen=True):
    """An operation, the CPU time of one on the floor and on ours in ns, and where it was measured."""

    work: Work
    database: str
    low: float
    high: float

    @property
    def result(self) -> Result:
        """The line of the table, still without causes."""
        return compared(self.work.name, self.database, self.low, self.high, self.work.limit)


def budgets_on(databases: Databases, folder: Path) -> list[Result]:
    """Every result on one kind of database; causes are looked for where a budget is missed."""
    name = databases.dialect
    with servers.ours(databases.another("ours"), folder / f"ours-{name}.log") as ours:
        page = load_page(ours.port, Target(ours.host, databases.seeds))
        configuration = _configuration(databases, page.text)
        with servers.floor(configuration, folder / f"floor-{name}.log") as floor:
            measured = [_in_turns(work, databases, floor, ours) for work in WORK]
            measured.append(_sign_in(databases, ours))
            held = memory(name, floor, ours)
            more = [*console_times(name, databases.seeds, ours), *social_times(name, databases.seeds, ours, folder)]
            if name == "SQLite":
                more += console_weight(ours.port, Target(ours.host, databases.seeds))
    # One SQLite file takes one server, so a profile waits until the measured one has gone.
    results = [_explained(one, databases, folder) for one in measured]
    if name == "SQLite":
        results += [*weight(page), start(databases.another("started"), configuration, folder)]
    return [*results, held, *more]


def _in_turns(work: Work, databases: Databases, floor: Server, ours: Server) -> Measured:
    show_progress(f"{work.name} on {databases.dialect}")
    return Measured(work, databases.dialect, *in_turns(work, databases.seeds, floor, ours))


def _explained(measured: Measured, databases: Databases, folder: Path) -> Result:
    work, result = measured.work, measured.result
    if not result.is_missed:
        return result
    show_progress(f"why {work.name} on {databases.dialect} misses its budget")
    url = databases.another(f"profiled for {work.name}")
    return msgspec.structs.replace(result, causes=largest_costs(work, measured.high, databases.seeds, url, folder))


def _sign_in(databases: Databases, ours: Server) -> Measured:
    """A sign-in beside the hash that it contains: the floor is the CPU time of the thread that made the hashes."""
    show_progress(f"{SIGN_IN.name} on {databases.dialect}")
    low, high = with_busiest_thread(SIGN_IN, databases.seeds, ours)
    return Measured(SIGN_IN, databases.dialect, low, high)


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
