"""Making a user by hand, with a password that is shown once."""

from narthex.console.context import ConsoleContext
from narthex.console.rendering import Crumb
from narthex.credentials import service as credentials
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.registration import service as registration
from narthex.sign_in_settings.hosted_page import Problem
from narthex.users.schemas import NewUser, User

# How the fields of the form are called on the wire, which is how a refusal names them.
FIELDS = {"username": "username", "email": "primaryEmail", "phone": "primaryPhone", "name": "name"}
CODES = {
    "user.username_already_in_use": "username",
    "user.invalid_username": "username",
    "user.email_already_in_use": "email",
    "user.phone_already_in_use": "phone",
}


async def ask(context: ConsoleContext) -> Response:
    """The form of a new user."""
    return _form(context, dict.fromkeys(FIELDS, ""))


async def create(context: ConsoleContext) -> Response:
    """Make the user, and show the password this once."""
    form = await context.form()
    typed = {name: (form.get(name) or "").strip() for name in FIELDS}
    if not any(typed[name] for name in ("username", "email", "phone")):
        missing = InvalidInput("username", "give a username, an e-mail or a phone number.", phrase="users.needs_one")
        return _form(context, typed, context.problem(missing, "username"), missing.status)
    password = credentials.made_password(context.runtime.randomness)
    password_hash = await credentials.hashed(context.runtime, password)
    try:
        made = await _make(context, typed, password_hash)
    except Refusal as refusal:
        return _form(context, typed, context.problem(refusal, field_of(refusal)), refusal.status)
    return context.render(
        "console/users/made.html",
        title=context.text("users.made_title", name=made.display_name),
        user=made,
        password=password,
    )


async def _make(context: ConsoleContext, typed: dict[str, str], password_hash: str) -> User:
    new = NewUser(
        username=typed["username"] or None,
        primary_email=typed["email"] or None,
        primary_phone=typed["phone"] or None,
        name=typed["name"] or None,
    )
    async with context.runtime.database.write(context.tenant.id) as tx:
        return await registration.make(tx, context.actor, new, password_hash)


def field_of(refusal: Refusal) -> str | None:
    """The field of the form that a refusal is about."""
    named = str(refusal.values.get("field", ""))
    by_wire = {wire: field for field, wire in FIELDS.items()}
    return CODES.get(refusal.code) or by_wire.get(named) or named or None


def _form(
    context: ConsoleContext, typed: dict[str, str], problem: Problem | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/users/new.html",
        title=context.text("users.new_title"),
        status=status,
        problems=[problem] if problem else [],
        back=Crumb(context.url("users"), context.text("nav.users")),
        typed=typed,
    )
