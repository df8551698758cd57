"""Trying a connection: an operator goes to the provider and back, and sees what each step did; nobody is signed in."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.connections import round_trip, service
from narthex.connections.round_trip import RoundTripFailed, WayBack, WayOut
from narthex.connections.schemas import Connection
from narthex.connections.tables import connection_trials
from narthex.connectors.contract import Trace
from narthex.kit.database import Reader, Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.errors import EntityNotFound
from narthex.kit.runtime import Runtime
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

TRIAL_TTL = 10 * 60 * 1000


class TrialStarted(Struct, frozen=True):
    """A trial under way: the browser goes to `url`."""

    id: str
    url: str


class TrialStep(Struct, frozen=True):
    """What one step of a round trip did."""

    name: str
    ok: bool
    text: str


class TrialOutcome(Struct, frozen=True):
    """How a round trip ended: with an identity, or for a cause."""

    steps: tuple[TrialStep, ...] = ()
    identity: dict[str, object] | None = None
    cause: str | None = None
    text: str | None = None


class Trial(Struct, frozen=True):
    """A trial and, once the browser is back, its outcome. Times in ms since epoch."""

    id: str
    connection_id: str
    outcome: TrialOutcome | None
    created_at: int
    finished_at: int | None


class TakenTrial(Struct, frozen=True):
    """A trial whose browser came back: this happens once."""

    id: str
    connection_id: str
    kept_sealed: str | None
    return_to: str


INSERT = statement(insert(connection_trials))
READ = statement(
    select(
        connection_trials.c.id,
        connection_trials.c.connection_id,
        connection_trials.c.outcome,
        connection_trials.c.created_at,
        connection_trials.c.finished_at,
    ).where(connection_trials.c.id == bindparam("id")),
    Trial,
)
TAKE = statement(
    update(connection_trials)
    .where(
        connection_trials.c.state_hash == bindparam("of_state"),
        connection_trials.c.finished_at.is_(None),
        connection_trials.c.expires_at > bindparam("now"),
    )
    .values(finished_at=bindparam("now"))
    .returning(
        connection_trials.c.id,
        connection_trials.c.connection_id,
        connection_trials.c.kept_sealed,
        connection_trials.c.return_to,
    ),
    TakenTrial,
)
FINISH = statement(
    update(connection_trials)
    .where(connection_trials.c.id == bindparam("trial_id"))
    .values(outcome=bindparam("new_outcome", type_=connection_trials.c.outcome.type), kept_sealed=None)
)


async def begin_trial(
    runtime: Runtime, actor: Actor, tenant: Tenant, connection_id: str, return_to: str
) -> TrialStarted:
    """Start a round trip; `return_to` is the page of ours that shows how it went, with `{trial}` for the id. Where the
    way out fails already, the url leads there. Raises `EntityNotFound`, `NotPermitted`."""
    actor.require(Permission.MANAGE)
    connection = await service.get(runtime, tenant.id, connection_id)
    trial_id = runtime.randomness.identifier(21)
    page = return_to.replace("{trial}", trial_id)
    try:
        way_out = await round_trip.begin(runtime, tenant, connection)
    except RoundTripFailed as failed:
        async with runtime.database.write(tenant.id) as tx:
            await _insert(tx, runtime, trial_id, connection, page, None)
            await _settle(tx, actor, trial_id, connection.id, _failed(Trace(), failed))
        return TrialStarted(trial_id, page)
    async with runtime.database.write(tenant.id) as tx:
        await _insert(tx, runtime, trial_id, connection, page, way_out)
    return TrialStarted(trial_id, way_out.url)


async def read_trial(reader: Reader, trial_id: str) -> Trial:
    """A trial; raises `EntityNotFound`."""
    found = await reader.one(READ, id=trial_id)
    if found is None:
        raise EntityNotFound("trial", trial_id)
    return found


async def finish_trial(
    runtime: Runtime, request: Request, connection_id: str, parameters: Mapping[str, str]
) -> str | None:
    """Finish the trial that this callback belongs to, and return the page that shows it; None where it is of none."""
    async with runtime.database.write(request.tenant.id) as tx:
        taken = await tx.one(TAKE, of_state=digest(parameters.get("state", "")), now=tx.now)
    if taken is None or taken.kept_sealed is None:
        return None
    outcome = await _outcome(runtime, request, taken, connection_id, parameters)
    async with runtime.database.write(request.tenant.id) as tx:
        await _settle(tx, request.actor(), taken.id, taken.connection_id, outcome)
    return taken.return_to


async def _outcome(
    runtime: Runtime, request: Request, taken: TakenTrial, connection_id: str, parameters: Mapping[str, str]
) -> TrialOutcome:
    trace, tenant = Trace(), request.tenant
    try:
        if connection_id != taken.connection_id:
            raise RoundTripFailed("connection", "The provider sent the browser to the address of another connector.")
        connection = await service.get(runtime, tenant.id, connection_id)
        kept = runtime.cipher.open(taken.kept_sealed or "", _context(tenant.id, taken.id))
        back = WayBack(parameters, msgspec.json.decode(kept, type=dict[str, str]), trace)
        identity = await round_trip.finish(runtime, tenant, connection, back)
    except RoundTripFailed as failed:
        return _failed(trace, failed)
    return TrialOutcome(_steps(trace), msgspec.to_builtins(identity))


async def _insert(
    tx: Transaction, runtime: Runtime, trial_id: str, connection: Connection, page: str, way_out: WayOut | None
) -> None:
    kept = runtime.cipher.seal(msgspec.json.encode(way_out.kept), _context(tx.tenant_id, trial_id)) if way_out else None
    await tx.run(
        INSERT,
        id=trial_id,
        connection_id=connection.id,
        state_hash=digest(way_out.state if way_out else trial_id),
        kept_sealed=kept,
        return_to=page,
        outcome=None,
        created_at=tx.now,
        expires_at=tx.now + TRIAL_TTL,
        finished_at=None if way_out else tx.now,
    )


async def _settle(tx: Transaction, actor: Actor, trial_id: str, connection_id: str, outcome: TrialOutcome) -> None:
    await tx.run(FINISH, trial_id=trial_id, new_outcome=msgspec.to_builtins(outcome))
    event = Event(
        audit_keys.CONNECTOR_TEST,
        result="Error" if outcome.cause else "Success",
        error=outcome.cause,
        details={"connector": {"id": connection_id}},
    )
    await audit_log.record(tx, actor, event)


def _failed(trace: Trace, failed: RoundTripFailed) -> TrialOutcome:
    return TrialOutcome(_steps(trace), None, failed.cause, failed.text)


def _steps(trace: Trace) -> tuple[TrialStep, ...]:
    return tuple(TrialStep(one.name, one.ok, one.text) for one in trace.steps)


def _context(tenant_id: str | None, trial_id: str) -> str:
    return f"connection_trial:{tenant_id}:{trial_id}"
