"""What a person is told when a round trip to another identity provider fails, and what the operator finds in the
audit log."""

from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.connections.round_trip import RoundTripFailed
from narthex.connections.schemas import Connection
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.sign_in.step_context import StepContext
from narthex.sign_in_settings.page_of_request import notice
from narthex.tenants.request import Request


class SocialFailed(Refusal):
    """A round trip without an identity; `kind` names the words, `detail` what the log says."""

    def __init__(self, code: str, kind: str, status: int, provider: str, detail: str) -> None:
        super().__init__(
            code,
            status=status,
            text=f"Signing in through {provider} failed.",
            phrase=f"error.social_{kind}",
            values={"provider": provider},
            detail=detail,
        )


class ProviderDenied(SocialFailed):
    """The person or the provider said no. Wire: `connector.authorization_failed`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.authorization_failed", "denied", 400, provider, detail)


class TripUnknown(SocialFailed):
    """A way back that belongs to no way out of this browser. Wire: `session.connector_session_not_found`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("session.connector_session_not_found", "state", 400, provider, detail)


class AnswerUntrusted(SocialFailed):
    """An ID token that does not hold. Wire: `connector.social_invalid_id_token`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.social_invalid_id_token", "untrusted", 400, provider, detail)


class AnswerLate(SocialFailed):
    """An ID token that is over, or from the future."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.social_invalid_id_token", "late", 400, provider, detail)


class ProviderUnreachable(SocialFailed):
    """No answer, or too late. Wire: `connector.general`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.general", "unreachable", 502, provider, detail)


class AnswerGarbled(SocialFailed):
    """An answer that is not what the protocol says. Wire: `connector.invalid_response`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.invalid_response", "garbled", 502, provider, detail)


class Misconfigured(SocialFailed):
    """The connection itself cannot work. Wire: `connector.invalid_config`."""

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__("connector.invalid_config", "misconfigured", 500, provider, detail)


KINDS: dict[str, tuple[str, ...]] = {
    "denied": ("denied",),
    "state": ("state", "connection", "repeated"),
    "untrusted": (
        *("nonce", "issuer", "audience", "azp", "subject"),
        *("algorithm", "typ", "crit", "signature", "key_unknown"),
    ),
    "late": ("expired", "not_yet_valid", "too_old"),
    "unreachable": ("unreachable",),
    "misconfigured": ("refused_outgoing", "config", "not_installed"),
}
KIND_OF = {cause: kind for kind, causes in KINDS.items() for cause in causes}


def failure(failed: RoundTripFailed, provider: str) -> SocialFailed:
    """The refusal that stands for a failed round trip; what has no words of its own is garbled."""
    detail = ": ".join(part for part in (failed.cause, failed.text, failed.detail) if part)
    match KIND_OF.get(failed.cause):
        case "denied":
            return ProviderDenied(provider, detail)
        case "state":
            return TripUnknown(provider, detail)
        case "untrusted":
            return AnswerUntrusted(provider, detail)
        case "late":
            return AnswerLate(provider, detail)
        case "unreachable":
            return ProviderUnreachable(provider, detail)
        case "misconfigured":
            return Misconfigured(provider, detail)
    return AnswerGarbled(provider, detail)


def social_event(
    key: str,
    connection: Connection,
    context: StepContext | None,
    *,
    user_id: str | None = None,
    error: str | None = None,
    reason: str | None = None,
) -> Event:
    """The audit event of a step at another identity provider."""
    return Event(
        key,
        result="Error" if error else "Success",
        user_id=user_id,
        application_id=context.application.id if context else None,
        interaction_id=context.interaction.id if context else None,
        error=error,
        params={"connectorId": connection.id, "target": connection.target},
        details={"reason": reason} if reason else {},
    )


async def failed_page(
    runtime: Runtime,
    request: Request,
    context: StepContext | None,
    connection: Connection,
    failed: RoundTripFailed,
    key: str = audit_keys.SIGN_IN_SOCIAL_SUBMIT,
) -> Response:
    """Tell the person, with a way back to the sign-in page of the same interaction, and the audit log."""
    event = social_event(key, connection, context, error=failed.cause, reason=failed.text)
    async with runtime.database.write(request.tenant.id) as tx:
        await audit_log.record(tx, request.actor(), event)
    language = context.page.language if context else "en"
    return await refused_page(runtime, request, context, failure(failed, connection.display_name(language)))


async def refused_page(
    runtime: Runtime, request: Request, context: StepContext | None, refusal: Refusal, back: str = "/sign-in"
) -> Response:
    """A refusal as a page that leads back into its interaction."""
    if context is None:
        return await notice(runtime, request, refusal)
    return await notice(
        runtime,
        request,
        refusal,
        application=context.application,
        back_url=context.url(back),
        back_phrase="social.back_to_sign_in" if back == "/sign-in" else "common.go_back",
        ui_locales=(context.page.language,),
    )
