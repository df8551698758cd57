"""What is still missing of somebody whom a provider vouched for: a username, agreement to the terms."""

from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.next_step import OfferLink, RefuseNewcomer
from narthex.registration import newcomers
from narthex.registration import service as registration
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.newcomer_context import NewcomerContext, load_newcomer
from narthex.sign_in.problems import agreement_missing, problems_of
from narthex.sign_in.providers import provider_name
from narthex.sign_in.registration_events import record_refused, registration_event
from narthex.sign_in.social_failures import refused_page
from narthex.sign_in.social_sign_in import answer, new_secrets, register
from narthex.sign_in.step_context import StepContext
from narthex.sign_in.steps.sign_up import SignUpOff
from narthex.sign_in_settings.hosted_page import Problem, render_hosted
from narthex.tenants.request import Request
from narthex.users.taken import UsernameTaken
from narthex.users.username import ALLOWED, UsernameRefused, checked_username

STEP = "continue"
EVENT = audit_keys.REGISTER_PROFILE


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """The form, or whatever is next instead."""
    known = await load_newcomer(runtime, context, request.tenant.id)
    if (elsewhere := await _elsewhere(runtime, request, context, known)) is not None:
        return elsewhere
    return await _page(runtime, request, context, known, _suggestion(known), ())


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Make the account."""
    form = await request.form()
    known = await load_newcomer(runtime, context, request.tenant.id)
    if (elsewhere := await _elsewhere(runtime, request, context, known)) is not None:
        return elsewhere
    username = form.get("username") or ""
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
        if known.outlook.agreement_is_needed and form.get("agree") != "yes":
            return await _page(runtime, request, context, known, username, (agreement_missing(context.page),), 422)
        # It tells which names are taken, so it is limited as a sign-up is.
        await registration.count_attempt(runtime, request.actor())
        kept = checked_username(username) if known.outlook.username_is_needed else None
        return await _registered(runtime, request, context, known, kept)
    except FormExpired as expired:
        problems = problems_of(context.page, expired)
        return await _page(runtime, request, context, known, username, problems, expired.status)
    except (UsernameRefused, UsernameTaken, registration.TooManySignUps) as refusal:
        await record_refused(runtime, request, EVENT, context, username, refusal)
        problems = problems_of(context.page, refusal)
        page = await _page(runtime, request, context, known, username, problems, refusal.status)
        return page.with_headers(refusal.headers)


async def _elsewhere(
    runtime: Runtime, request: Request, context: StepContext, known: NewcomerContext
) -> Response | None:
    if known.step == OfferLink():
        return redirect(context.url("/sign-in/link"), 303, (NO_STORE,))
    if known.step == RefuseNewcomer():
        return await refused_page(runtime, request, context, SignUpOff())
    return None


async def _registered(
    runtime: Runtime, request: Request, context: StepContext, known: NewcomerContext, username: str | None
) -> Response:
    proved = new_secrets(runtime, request)
    person = known.person(context, username)
    async with runtime.database.write(request.tenant.id) as tx:
        done = await register(tx, request, context, person, known.newcomer.at, proved)
        user_id = done.user.id if done.user else None
        await audit_log.record(tx, request.actor(), registration_event(EVENT, context, username or "", user_id=user_id))
    return answer(request, context, done)


def _suggestion(known: NewcomerContext) -> str:
    """The part of a mail address before the @, where it could be a username."""
    local = (newcomers.email_of(known.newcomer.external) or "").partition("@")[0]
    return local if ALLOWED.fullmatch(local) and not local[0].isdigit() else ""


async def _page(
    runtime: Runtime,
    request: Request,
    context: StepContext,
    known: NewcomerContext,
    username: str,
    problems: tuple[Problem, ...],
    status: int = 200,
) -> Response:
    return render_hosted(
        runtime.templates,
        context.page,
        "sign_in/newcomer.html",
        status=status,
        form=context.form(STEP, "/continue"),
        username=username if known.outlook.username_is_needed else None,
        agreement=known.outlook.agreement_is_needed,
        problems=problems,
        provider=await provider_name(runtime, context, request.tenant.id, known.newcomer.target),
        sign_in_url=context.url("/sign-in"),
    )
