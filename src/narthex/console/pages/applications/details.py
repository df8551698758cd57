"""The settings of one application."""

from typing import Any

from msgspec import UNSET, Struct

from narthex.applications import client_secrets, editing
from narthex.applications.schemas import ApplicationChange, ApplicationDetails
from narthex.applications.types import ApplicationType
from narthex.console.context import ConsoleContext
from narthex.console.moments import DAY
from narthex.console.pages.applications.framed import find, framed, read
from narthex.console.pages.applications.refusals import problem_of
from narthex.console.pages.applications.rows import changed_rows, rows_of
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.forms import Form
from narthex.kit.http import Response
from narthex.tenants.schemas import Tenant

ROWS = ("redirect_uris", "post_logout_redirect_uris", "cors_allowed_origins")
REFRESH_TOKEN_DAYS = 14
SOON = 14 * DAY
# Below the issuer, in the order of their use (oidc/discovery.py).
ENDPOINTS = {
    "discovery": ".well-known/openid-configuration",
    "authorization": "auth",
    "token": "token",
    "userinfo": "me",
    "jwks": "jwks",
    "end_session": "session/end",
    "introspection": "token/introspection",
    "revocation": "token/revocation",
}


class Typed(Struct, frozen=True):
    """The form as it is shown: what is stored, or what somebody typed."""

    name: str
    description: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    cors_allowed_origins: tuple[str, ...]
    always_issue_refresh_token: bool
    rotate_refresh_token: bool
    refresh_token_days: str


async def show(context: ConsoleContext) -> Response:
    """Everything about an application that can be changed, and what its code needs to know."""
    return await _page(context)


async def save(context: ConsoleContext) -> Response:
    """Change what was changed; the buttons of rows only change what is shown."""
    form = await context.form()
    application = await read(context)
    typed = _typed(form)
    if (rows := changed_rows(form, ROWS)) is not None:
        return await _page(context, _typed(form, **rows))
    try:
        change = _change(application, typed)
        async with context.runtime.database.write(context.tenant.id) as tx:
            await editing.update(tx, context.actor, context.runtime, application.id, change)
    except Refusal as refusal:
        return await _page(context, typed, refusal)
    return context.go(f"applications/{application.id}", said="said.saved")


def endpoints_of(tenant: Tenant) -> dict[str, str]:
    """The addresses of the protocol, by the names that phrases use."""
    return {name: f"{tenant.issuer}/{path}" for name, path in ENDPOINTS.items()}


async def _page(context: ConsoleContext, typed: Typed | None = None, refusal: Refusal | None = None) -> Response:
    problems = [problem_of(context, refusal)] if refusal else []
    async with context.runtime.database.read(context.tenant.id) as reader:
        application = await find(context, reader)
        secrets = await client_secrets.revealed(context.runtime, reader, application.id)
    return framed(
        context,
        "settings",
        application,
        status=refusal.status if refusal else 200,
        problems=problems,
        typed=typed or _stored(application),
        is_dirty=typed is not None,
        secrets=secrets,
        shows_secrets=context.query.get("show") == "secrets",
        now=context.runtime.clock.now(),
        soon=context.runtime.clock.now() + SOON,
        endpoints=endpoints_of(context.tenant),
        may_always_issue=application.type in {ApplicationType.TRADITIONAL, ApplicationType.SPA},
    )


def _stored(application: ApplicationDetails) -> Typed:
    oidc, custom = application.oidc_client_metadata, application.custom_client_metadata
    return Typed(
        name=application.name,
        description=application.description or "",
        redirect_uris=oidc.redirect_uris,
        post_logout_redirect_uris=oidc.post_logout_redirect_uris,
        cors_allowed_origins=custom.cors_allowed_origins,
        always_issue_refresh_token=custom.always_issue_refresh_token,
        rotate_refresh_token=custom.rotate_refresh_token,
        refresh_token_days=str(custom.refresh_token_ttl_in_days or REFRESH_TOKEN_DAYS),
    )


def _typed(form: Form, **rows: Any) -> Typed:
    return Typed(
        name=(form.get("name") or "").strip(),
        description=(form.get("description") or "").strip(),
        always_issue_refresh_token=form.get("always_issue_refresh_token") is not None,
        rotate_refresh_token=form.get("rotate_refresh_token") is not None,
        refresh_token_days=(form.get("refresh_token_days") or "").strip(),
        **(rows or rows_of(form, ROWS)),
    )


def _change(application: ApplicationDetails, typed: Typed) -> ApplicationChange:
    """What the form of an application of this type can change, and no more."""
    change: dict[str, Any] = {"name": typed.name, "description": typed.description or None}
    if application.rules.signs_people_in:
        change |= {name: getattr(typed, name) for name in ROWS}
        change["rotate_refresh_token"] = typed.rotate_refresh_token
        change["refresh_token_ttl_in_days"] = _days(application, typed.refresh_token_days)
        if application.type in {ApplicationType.TRADITIONAL, ApplicationType.SPA}:
            change["always_issue_refresh_token"] = typed.always_issue_refresh_token
    return ApplicationChange(**change)


def _days(application: ApplicationDetails, typed: str) -> Any:
    if typed == _stored(application).refresh_token_days:
        return UNSET
    if not (typed.isascii() and typed.isdigit()):
        raise InvalidInput("customClientMetadata.refreshTokenTtlInDays", "give whole days.")
    return int(typed[:9])
