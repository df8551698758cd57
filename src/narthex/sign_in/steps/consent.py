"""Consent: what an application of somebody else may have. The tenant's own applications never come here."""

from urllib.parse import urlsplit

from narthex.access import ActorKind
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.interactions import service as interactions
from narthex.interactions.schemas import ConsentAnswer
from narthex.kit.http import Response, redirect
from narthex.kit.runtime import Runtime
from narthex.resources import service as resources
from narthex.sessions import service as sessions
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.step_context import StepContext, go_on
from narthex.sign_in_settings.hosted_page import (
    Person,
    ScopeGroup,
    account_scopes,
    render_hosted,
    resource_scopes,
)
from narthex.tenants.request import Request
from narthex.users import service as users
from narthex.users.schemas import User

STEP = "consent"


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """The page."""
    user = await _asked_user(runtime, request, context)
    asked = context.interaction.request
    return render_hosted(
        runtime.templates,
        context.page,
        "sign_in/consent.html",
        form=context.form(STEP, "/consent"),
        who=Person(user.display_name, user.primary_email or ""),
        switch_url=context.url("/sign-in"),
        groups=await _groups(runtime, request, context),
        go_on_to=urlsplit(asked.redirect_uri).netloc or asked.redirect_uri.partition(":")[0],
        application_logo_url=None,
        application_terms_url=None,
        application_privacy_url=None,
    )


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Note the answer, and go on."""
    form = await request.form()
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
    except FormExpired:
        # Somebody signed in in another tab meanwhile: ask again, about whoever it is now.
        return redirect(context.url("/consent"))
    user = await _asked_user(runtime, request, context)
    answer = ConsentAnswer(form.get("decision") == "allow", user.id)
    async with runtime.database.write(request.tenant.id) as tx:
        await interactions.answer_consent(tx, context.interaction, answer)
        if not answer.allowed:
            event = Event(
                audit_keys.CONSENT_SUBMIT,
                result="Error",
                user_id=user.id,
                application_id=context.application.id,
                interaction_id=context.interaction.id,
                error="access_denied",
            )
            await audit_log.record(tx, request.actor(ActorKind.USER, user.id), event)
    return go_on(request, context.interaction)


async def _asked_user(runtime: Runtime, request: Request, context: StepContext) -> User:
    """Whoever signed in here, or is signed in in this browser; raises `InteractionNotFound` for nobody."""
    now = runtime.clock.now()
    here = context.interaction.authentication
    async with runtime.database.read(request.tenant.id) as reader:
        session = None if here else await sessions.current(reader, request, now)
        user_id = here.user_id if here else session.user_id if session else None
        user = await users.find(reader, user_id) if user_id else None
    if user is None or user.is_suspended:
        raise interactions.InteractionNotFound
    return user


async def _groups(runtime: Runtime, request: Request, context: StepContext) -> tuple[ScopeGroup, ...]:
    asked = context.interaction.request
    named: set[str] = set()
    groups: list[ScopeGroup] = []
    for indicator in asked.resources:
        resource = await resources.find_by_indicator(runtime, request.tenant.id, indicator)
        if resource is None:
            continue
        found = await resources.scopes_by_name(runtime, request.tenant.id, resource.id, list(asked.scopes))
        named |= {scope.name for scope in found}
        groups.append(resource_scopes(resource.name, [(scope.name, scope.description) for scope in found]))
    account = account_scopes(context.page, [scope for scope in asked.scopes if scope not in named])
    return (account, *groups)
