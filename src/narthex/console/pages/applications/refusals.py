"""Refusals of the application services, at the fields of these pages and in the words of the console."""

import re

from narthex.console.context import ConsoleContext
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.sign_in_settings.hosted_page import Problem

# The fields of the wire, as the forms of these pages call them.
FIELDS = {
    "oidcClientMetadata.redirectUris": "redirect_uris",
    "oidcClientMetadata.postLogoutRedirectUris": "post_logout_redirect_uris",
    "customClientMetadata.corsAllowedOrigins": "cors_allowed_origins",
    "customClientMetadata.refreshTokenTtlInDays": "refresh_token_days",
    "expiresAt": "expires",
}
PHRASES = {
    "name": "error.application_name",
    "description": "error.application_description",
    "refresh_token_days": "error.refresh_token_days",
}
CODES = {
    "application.secret_name_exists": ("name", "error.secret_name_taken"),
    "application.no_secrets": (None, "error.no_secrets"),
    "application.role_exists": (None, "error.application_has_role"),
    "application.built_in": (None, "error.application_built_in"),
}
PLACE = re.compile(r"\[(\d+)\]$")


def problem_of(context: ConsoleContext, refusal: Refusal) -> Problem:
    """What a refusal says, at the field that it is about. `EntityNotFound` is raised on: no form mends it."""
    if isinstance(refusal, EntityNotFound):
        raise refusal
    if refusal.code in CODES:
        field, phrase = CODES[refusal.code]
        return Problem(context.text(phrase), field)
    if not isinstance(refusal, InvalidInput):
        return context.problem(refusal)
    named = str(refusal.values["field"])
    field = FIELDS.get(PLACE.sub("", named), named)
    if refusal.phrase:
        return context.problem(refusal, field)
    if field in PHRASES:
        return Problem(context.text(PHRASES[field]), field)
    return Problem(_of_row(context, named, field) or refusal.text.removeprefix(f"{named}: "), field)


def _of_row(context: ConsoleContext, named: str, field: str) -> str | None:
    """What is wrong with one of several rows, or with their number."""
    if (place := PLACE.search(named)) and field == "cors_allowed_origins":
        return context.text("error.cors_origin", number=int(place[1]) + 1)
    return context.text("error.too_many_rows") if place is None and named in FIELDS else None
