"""Writing events."""

from sqlalchemy import ColumnElement, Insert, insert

from narthex.access import Actor
from narthex.audit_log.schemas import Event
from narthex.audit_log.tables import audit_log
from narthex.kit.database import Transaction, insert_row, statement

INSERT = statement(insert(audit_log))


def insert_event(prefix: str, condition: ColumnElement[bool] | None = None) -> Insert:
    """The part of a larger statement that writes an event; its parameters are those of `event_row` behind `prefix`."""
    return insert_row(audit_log, prefix, condition).returning(audit_log.c.id)


SECRET_PARAMETERS = frozenset(
    {
        "client_secret",
        "client_assertion",
        "code",
        "code_verifier",
        "refresh_token",
        "access_token",
        "token",
        "id_token_hint",
        "password",
        "subject_token",
        "actor_token",
        "one_time_token",
    }
)
MASK = "******"
LONGEST_PARAMETER = 512


async def record(tx: Transaction, actor: Actor, event: Event) -> None:
    """Write one event in the transaction of the thing it tells of."""
    await tx.run(INSERT, **event_row(actor, event, tx.new_id(), tx.now))


def event_row(actor: Actor, event: Event, event_id: str, now: int) -> dict[str, object]:
    """The row of an event, for statements that write it together with something else."""
    return {
        "id": event_id,
        "key": event.key,
        "payload": _payload(actor, event),
        "created_at": now,
        "user_id": event.user_id,
        "application_id": event.application_id,
        "session_id": event.session_id,
        "interaction_id": event.interaction_id,
    }


def _payload(actor: Actor, event: Event) -> dict[str, object]:
    payload: dict[str, object] = {"key": event.key, "result": event.result}
    optional = {
        "ip": actor.ip,
        "userAgent": actor.user_agent,
        "requestId": actor.request_id,
        "userId": event.user_id,
        "applicationId": event.application_id,
        "sessionId": event.session_id,
        "interactionId": event.interaction_id,
        "error": event.error,
    }
    payload.update((name, value) for name, value in optional.items() if value is not None)
    if event.params:
        payload["params"] = {name: _shown(name, value) for name, value in event.params.items()}
    payload.update(event.details)
    return payload


def _shown(name: str, value: object) -> object:
    if name in SECRET_PARAMETERS:
        return MASK
    return value[:LONGEST_PARAMETER] if isinstance(value, str) else value
