"""The first screen: username and password."""

from narthex.access import ActorKind
from narthex.credentials.attempts import remember_browser
from narthex.interactions import service as interactions
from narthex.interactions.schemas import Authentication
from narthex.kit.errors import Refusal
from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.problems import agreement_missing
from narthex.sign_in.providers import provider_buttons
from narthex.sign_in.step_context import DEVICE_COOKIE, StepContext, authenticated_cookies, go_on
from narthex.sign_in_settings.hosted_page import Problem, render_hosted
from narthex.sign_in_settings.policies import password_attempts, terms_are_ticked_at_sign_in
from narthex.tenants.request import Request
from narthex.users.username import LONGEST_USERNAME
from narthex.verifications.password import (
    InvalidCredentials,
    Locked,
    PasswordProof,
    ProvedUser,
    settle,
    verify,
)

STEP = "sign-in"


class PasswordOff(Refusal):
    """People do not sign in by password here. Wire: `user.sign_in_method_not_enabled`."""

    def __init__(self) -> None:
        super().__init__(
            "user.sign_in_method_not_enabled",
            status=422,
            text="Signing in by password is off.",
            phrase="error.password_off",
        )


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """The page, with what the application suggests as the name."""
    hint = context.interaction.request.login_hint or ""
    return await _page(runtime, request, context, hint, ())


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Check the password, note who it is, and go on."""
    if not context.settings.password_is_on:
        raise PasswordOff
    form = await request.form()
    username, password = form.get("identifier") or "", form.get("password") or ""
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
    except FormExpired as expired:
        return await _page(runtime, request, context, username, (_problem(context, expired),), expired.status)
    if terms_are_ticked_at_sign_in(context.settings) and form.get("agree") != "yes":
        return await _page(runtime, request, context, username, (agreement_missing(context.page),), 422)
    if missing := _missing(context, username, password):
        return await _page(runtime, request, context, username, missing, 422)
    proof = PasswordProof(
        username=username[: LONGEST_USERNAME * 2],
        password=password,
        browser=request.secret(DEVICE_COOKIE) or "",
        interaction_id=context.interaction.id,
        application_id=context.application.id,
    )
    try:
        proved = await verify(runtime, request.actor(), proof, password_attempts(context.settings))
    except Locked as locked:
        minutes = locked.values["minutes"]
        response = await _page(runtime, request, context, username, (), locked.status, minutes)
        return response.with_headers(locked.headers)
    except InvalidCredentials as invalid:
        return await _page(runtime, request, context, username, (_problem(context, invalid),), invalid.status)
    return await _authenticated(runtime, request, context, proof, proved)


async def _authenticated(
    runtime: Runtime, request: Request, context: StepContext, proof: PasswordProof, proved: ProvedUser
) -> Response:
    secret, device = runtime.randomness.token(), proof.browser or runtime.randomness.token()
    actor = request.actor(ActorKind.USER, proved.user_id)
    async with runtime.database.write(request.tenant.id) as tx:
        await settle(tx, actor, proof, proved)
        await remember_browser(tx, device, proved.identifier)
        authentication = Authentication(proved.user_id, tx.now, ("pwd",))
        await interactions.authenticate(tx, context.interaction, authentication, context.secret, secret)
    return go_on(request, context.interaction, authenticated_cookies(request, secret, device))


def _missing(context: StepContext, username: str, password: str) -> tuple[Problem, ...]:
    given = {"identifier": (username.strip(), "common.username"), "password": (password, "common.password")}
    return tuple(
        Problem(context.page.text("error.required", field=context.page.text(label)), name)
        for name, (value, label) in given.items()
        if not value
    )


def _problem(context: StepContext, refusal: Refusal) -> Problem:
    return Problem(context.page.text(refusal.phrase, **refusal.values))


async def _page(
    runtime: Runtime,
    request: Request,
    context: StepContext,
    identifier: str,
    problems: tuple[Problem, ...],
    status: int = 200,
    locked_minutes: object = None,
) -> Response:
    return render_hosted(
        runtime.templates,
        context.page,
        "sign_in/sign_in.html",
        status=status,
        form=context.form(STEP, "/sign-in/password"),
        identifier=identifier,
        problems=problems,
        by_password=context.settings.password_is_on,
        agreement=terms_are_ticked_at_sign_in(context.settings),
        providers=await provider_buttons(runtime, context, request.tenant.id),
        sign_up_url=context.url("/register") if context.settings.sign_up_by_username_is_on else None,
        locked_minutes=locked_minutes,
    )
