"""The end of a sign-in, in one transaction: session, consent, grant, code, and the events that tell of them."""

from msgspec import Struct

from narthex.access import Actor, ActorKind
from narthex.applications.schemas import Application
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.consents import service as consents
from narthex.consents.service import Consent
from narthex.interactions import service as interactions
from narthex.interactions.schemas import AuthorizationRequest, Interaction
from narthex.kit.database import Transaction
from narthex.kit.runtime import Runtime
from narthex.sessions import service as sessions
from narthex.sessions.schemas import Session
from narthex.sessions.service import OpenedSession
from narthex.tenants.request import Request
from narthex.tokens import codes, grants
from narthex.tokens.schemas import NewGrant
from narthex.users import service as users


class SignedIn(Struct, frozen=True):
    """A sign-in that `next_step` let pass."""

    application: Application
    request: AuthorizationRequest
    session: Session | None
    interaction: Interaction | None


class IssuedCode(Struct, frozen=True):
    """A code, and the new secret of the browser's session where there was a sign-in."""

    code: str
    session_secret: str | None


async def issue_code(runtime: Runtime, request: Request, signed_in: SignedIn) -> IssuedCode:
    """Write everything at once. Raises `InteractionNotFound` for the second of two tabs."""
    asked, application = signed_in.request, signed_in.application
    async with runtime.database.write(request.tenant.id) as tx:
        opened = await _session(tx, runtime, request, signed_in)
        session = opened.session
        actor = request.actor(ActorKind.USER, session.user_id)
        await _keep_consent(tx, actor, signed_in, session.user_id)
        new = NewGrant(
            user_id=session.user_id,
            application_id=application.id,
            session_id=session.id,
            scopes=asked.scopes,
            resources=asked.resources,
            authenticated_at=session.authenticated_at,
            nonce=asked.nonce,
        )
        grant_id = await grants.create(tx, new)
        code = await codes.issue(tx, runtime, grant_id, application.id, asked.redirect_uri, asked.code_challenge)
        await audit_log.record(tx, actor, _ended(signed_in, session))
    return IssuedCode(code, opened.secret or None)


async def _session(tx: Transaction, runtime: Runtime, request: Request, signed_in: SignedIn) -> OpenedSession:
    interaction = signed_in.interaction
    if interaction is not None:
        await interactions.finish(tx, interaction)
    here = interaction.authentication if interaction else None
    if here is None:
        if signed_in.session is None:
            raise interactions.InteractionNotFound
        return OpenedSession(signed_in.session, "")
    if not await users.record_sign_in(tx, here.user_id, here.at):
        raise interactions.InteractionNotFound
    actor = request.actor(ActorKind.USER, here.user_id)
    opened = await sessions.open_session(tx, actor, runtime, signed_in.session, here.user_id, here.methods, here.at)
    key = audit_keys.REGISTER_SUBMIT if here.is_new_user else audit_keys.SIGN_IN_SUBMIT
    event = Event(
        key,
        user_id=here.user_id,
        application_id=signed_in.application.id,
        session_id=opened.session.id,
        interaction_id=interaction.id if interaction else None,
    )
    await audit_log.record(tx, actor, event)
    return opened


async def _keep_consent(tx: Transaction, actor: Actor, signed_in: SignedIn, user_id: str) -> None:
    answered = signed_in.interaction.consent if signed_in.interaction else None
    if answered is None or not answered.allowed or not signed_in.application.is_third_party:
        return
    asked = signed_in.request
    consent = Consent(asked.scopes, dict.fromkeys(asked.resources, ()))
    await consents.give(tx, actor, user_id, signed_in.application.id, consent)


def _ended(signed_in: SignedIn, session: Session) -> Event:
    return Event(
        audit_keys.INTERACTION_END,
        user_id=session.user_id,
        application_id=signed_in.application.id,
        session_id=session.id,
        interaction_id=signed_in.interaction.id if signed_in.interaction else None,
        params={"scope": " ".join(signed_in.request.scopes), "resource": list(signed_in.request.resources)},
    )
