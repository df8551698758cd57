"""The offer to somebody whom a provider vouched for, and whose mail address has an account: prove that it is yours, or
leave it alone. Nothing is ever linked without proof (F1)."""

import msgspec

from narthex.interactions.schemas import Newcomer
from narthex.kit.errors import Refusal
from narthex.kit.http import NO_STORE, Response, redirect
from narthex.kit.runtime import Runtime
from narthex.next_step import OfferLink
from narthex.registration import newcomers
from narthex.sign_in.form_guard import FormExpired, check_form, purpose_of
from narthex.sign_in.linking import OfferedAccount, link_by_password, offered_account
from narthex.sign_in.newcomer_context import NewcomerContext, load_newcomer
from narthex.sign_in.problems import empty, problems_of
from narthex.sign_in.providers import linking_buttons, provider_name
from narthex.sign_in.social_sign_in import answer, new_secrets, settle
from narthex.sign_in.step_context import DEVICE_COOKIE, StepContext
from narthex.sign_in_settings.hosted_page import Problem, render_hosted
from narthex.sign_in_settings.policies import password_attempts
from narthex.tenants.request import Request
from narthex.verifications.password import InvalidCredentials, Locked, PasswordProof, verify

STEP = "link"


async def show(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """The offer, or whatever is next instead."""
    known = await load_newcomer(runtime, context, request.tenant.id)
    if known.step != OfferLink():
        return redirect(context.url("/continue"), 303, (NO_STORE,))
    return await _page(runtime, request, context, known, ())


async def submit(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Check the password of the offered account, and link."""
    form = await request.form()
    known = await load_newcomer(runtime, context, request.tenant.id)
    password = form.get("password") or ""
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
    except FormExpired as expired:
        return await _refused(runtime, request, context, known, expired)
    async with runtime.database.read(request.tenant.id) as reader:
        account = await offered_account(reader, known.newcomer)
    if account is None or account.username is None:
        return redirect(context.url("/sign-in/link"), 303, (NO_STORE,))
    if not password:
        return await _page(runtime, request, context, known, (empty(context.page, "password"),), 422)
    proof = PasswordProof(
        username=account.username,
        password=password,
        browser=request.secret(DEVICE_COOKIE) or "",
        interaction_id=context.interaction.id,
        application_id=context.application.id,
    )
    try:
        proved = await verify(runtime, request.actor(), proof, password_attempts(context.settings))
    except Locked as locked:
        return (await _refused(runtime, request, context, known, locked)).with_headers(locked.headers)
    except InvalidCredentials as invalid:
        problem = Problem(context.page.text("link.wrong_password"), "password")
        return await _page(runtime, request, context, known, (problem,), invalid.status)
    return await link_by_password(runtime, request, context, known.newcomer, proof, proved)


async def decline(runtime: Runtime, request: Request, context: StepContext) -> Response:
    """Leave the account alone and make one of their own, without the mail address."""
    form = await request.form()
    known = await load_newcomer(runtime, context, request.tenant.id)
    try:
        check_form(request, form, context.secret, purpose_of(STEP, context.interaction.id))
    except FormExpired as expired:
        return await _refused(runtime, request, context, known, expired)
    newcomer = msgspec.structs.replace(known.newcomer, wants_own_account=True)
    proved = new_secrets(runtime, request)
    async with runtime.database.write(request.tenant.id) as tx:
        proved = await settle(tx, runtime, request, context, newcomer, proved)
    return answer(request, context, proved)


async def _refused(
    runtime: Runtime, request: Request, context: StepContext, known: NewcomerContext, refusal: Refusal
) -> Response:
    return await _page(runtime, request, context, known, problems_of(context.page, refusal), refusal.status)


async def _page(
    runtime: Runtime,
    request: Request,
    context: StepContext,
    known: NewcomerContext,
    problems: tuple[Problem, ...],
    status: int = 200,
) -> Response:
    newcomer, tenant_id = known.newcomer, request.tenant.id
    async with runtime.database.read(tenant_id) as reader:
        account: OfferedAccount | None = await offered_account(reader, newcomer)
    others = () if account is None or account.is_tied else account.targets
    buttons = await linking_buttons(runtime, context, tenant_id, others)
    return render_hosted(
        runtime.templates,
        context.page,
        "sign_in/link.html",
        status=status,
        form=context.form(STEP, "/sign-in/link"),
        decline_form=context.form(STEP, "/sign-in/link/decline") if known.outlook.sign_up_is_on else None,
        problems=problems,
        provider=await provider_name(runtime, context, tenant_id, newcomer.target),
        contact=_contact(account, newcomer),
        by_password=account is not None and account.username is not None,
        is_tied=account is not None and account.is_tied,
        providers=buttons,
        sign_in_url=context.url("/sign-in"),
    )


def _contact(account: OfferedAccount | None, newcomer: Newcomer) -> str:
    """What the provider vouches for and the account has: the mail address, or else the phone number."""
    email, phone = newcomers.email_of(newcomer.external), newcomers.phone_of(newcomer.external)
    shared = email is not None and account is not None and account.user.primary_email == email
    return (email if shared else phone) or email or ""
