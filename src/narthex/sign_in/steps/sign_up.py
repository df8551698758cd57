"""Sign-up: a username and a password make a new account."""

from narthex.access import Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.credentials import service as credentials
from narthex.credentials.attempts import remember_browser
from narthex.credentials.password_policy import PasswordRejected
from narthex.interactions import service as interactions
from narthex.interactions.schemas import Authentication
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.registration import service as registration
from narthex.registration.service import NewPerson
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.problems import agreement_missing, empty, problems_of, refused_rules
from narthex.sign_in.providers import provider_buttons
from narthex.sign_in.registration_events import record_refused, registration_event
from narthex.sign_in.step_context import DEVICE_COOKIE, StepContext, authenticated_cookies, go_on
from narthex.sign_in_settings.hosted_page import Problem, password_rules, render_hosted
from narthex.sign_in_settings.policies import new_password_rules, terms_are_ticked
from narthex.tenants.request import Request
from narthex.users.service import UsernameTaken
from narthex.users.username import UsernameRefused, username_key

STEP = "sign-up"
EVENT = audit_keys.REGISTER_PASSWORD


class SignUpOff(Refusal):
    """The tenant makes its accounts itself. Wire: `session.not_supported_for_...`, 403."""

    def __init__(self) -> None:
        super().__init__("session.sign_up_off", status=403, text="Sign-up is off.", phrase="error.sign_up_off")


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """The page, with what the application suggests as the name."""
    _require_on(context)
    return await _page(runtime, request, context, context.interaction.request.login_hint or "", ())


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Make the account, note who it is, and go on."""
    if not context.settings.sign_up_by_username_is_on:
        raise SignUpOff
    form = await request.form()
    username, password = form.get("username") or "", form.get("password") or ""
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
        if terms_are_ticked(context.settings) and form.get("agree") != "yes":
            return await _page(runtime, request, context, username, (agreement_missing(context.page),), 422)
        if not password:
            return await _page(runtime, request, context, username, (empty(context.page, "password"),), 422)
        await registration.count_attempt(runtime, request.actor())
        kept = registration.check(username, password, new_password_rules(context.settings))
        person = NewPerson(kept, await credentials.hashed(runtime, password), context.application.id)
        return await _registered(runtime, request, context, person)
    except FormExpired as expired:
        return await _page(runtime, request, context, username, problems_of(context.page, expired), expired.status)
    except (PasswordRejected, UsernameRefused, UsernameTaken, registration.TooManySignUps) as refusal:
        await record_refused(runtime, request, EVENT, context, username, refusal)
        return await _refused(runtime, request, context, username, refusal)


async def _registered(runtime: Runtime, request: Request, context: StepContext, person: NewPerson) -> Response:
    secret = runtime.randomness.token()
    device = request.secret(DEVICE_COOKIE) or runtime.randomness.token()
    actor = request.actor(permissions=frozenset({Permission.REGISTER}))
    async with runtime.database.write(request.tenant.id) as tx:
        user = await registration.register(tx, actor, person)
        await audit_log.record(tx, actor, registration_event(EVENT, context, person.username, user_id=user.id))
        await remember_browser(tx, device, username_key(person.username))
        authentication = Authentication(user.id, tx.now, ("pwd",), is_new_user=True)
        await interactions.authenticate(tx, context.interaction, authentication, context.secret, secret)
    return go_on(request, context.interaction, authenticated_cookies(request, secret, device))


def _require_on(context: StepContext) -> None:
    if not context.settings.sign_up_is_on:
        raise SignUpOff


async def _refused(
    runtime: Runtime, request: Request, context: StepContext, username: str, refusal: Refusal
) -> Response:
    problems = problems_of(context.page, refusal)
    page = await _page(runtime, request, context, username, problems, refusal.status, refused_rules(refusal))
    return page.with_headers(refusal.headers)


async def _page(
    runtime: Runtime,
    request: Request,
    context: StepContext,
    username: str,
    problems: tuple[Problem, ...],
    status: int = 200,
    refused: list[str] | None = None,
) -> Response:
    rules = password_rules(context.page, context.settings.experience.password_policy, refused or ())
    return render_hosted(
        runtime.templates,
        context.page,
        "sign_in/register.html",
        status=status,
        form=context.form(STEP, "/register"),
        username=username,
        problems=problems,
        rules=rules,
        by_username=context.settings.sign_up_by_username_is_on,
        agreement=terms_are_ticked(context.settings),
        providers=await provider_buttons(runtime, context, request.tenant.id),
        sign_in_url=context.url("/sign-in") if context.settings.sign_in_is_on else None,
    )
