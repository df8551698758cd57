"""What the audit log says of a try to make an account."""

from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.sign_in.step_context import StepContext
from narthex.tenants.request import Request
from narthex.users.username import LONGEST_USERNAME


def registration_event(
    key: str, context: StepContext, username: str, *, user_id: str | None = None, error: str | None = None
) -> Event:
    """The event of a try; `key` says by what, `username` is as typed."""
    return Event(
        key,
        result="Error" if error else "Success",
        user_id=user_id,
        application_id=context.application.id,
        interaction_id=context.interaction.id,
        error=error,
        params={"identifier": username[:LONGEST_USERNAME]},
    )


async def record_refused(
    runtime: Runtime, request: Request, key: str, context: StepContext, username: str, refusal: Refusal
) -> None:
    """Write a try that made no account."""
    async with runtime.database.write(request.tenant.id) as tx:
        await audit_log.record(tx, request.actor(), registration_event(key, context, username, error=refusal.code))
