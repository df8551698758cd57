"""One user: profile and data, how they sign in, where they are signed in; and deleting them."""

import msgspec
from msgspec import Struct

from narthex.applications import queries as applications
from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.pages.users.making import field_of
from narthex.console.rendering import Crumb
from narthex.credentials import queries as credentials
from narthex.identities import service as identities
from narthex.identities.schemas import Identity
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.http import Response
from narthex.sessions import queries as sessions
from narthex.sessions.queries import SessionInfo
from narthex.sign_in_settings.hosted_page import Problem
from narthex.tokens import grants_of_user
from narthex.tokens.grants_of_user import GrantInfo
from narthex.users import editing, queries
from narthex.users import service as users
from narthex.users.schemas import User, UserChange


class Account(Struct, frozen=True):
    """A user with all that hangs on the account."""

    user: User
    has_password: bool
    identities: list[Identity]
    sessions: list[SessionInfo]
    grants: list[GrantInfo]
    application_name: str | None

    def applications_of(self, session_id: str) -> list[str]:
        """The names of the applications that were signed in to in a session."""
        return sorted({grant.application_name for grant in self.grants if grant.session_id == session_id})


async def show(context: ConsoleContext) -> Response:
    """Everything about the user on one page."""
    account = await read_account(context)
    return page_of(context, account, typed_of(account.user))


async def save(context: ConsoleContext) -> Response:
    """Change what was edited."""
    form, user_id = await context.form(), context.args["id"]
    names = ("username", "email", "phone", "name", "avatar", "custom_data")
    typed = {name: (form.get(name) or "").strip() for name in names}
    try:
        change = UserChange(
            username=typed["username"] or None,
            primary_email=typed["email"] or None,
            primary_phone=typed["phone"] or None,
            name=typed["name"] or None,
            avatar=typed["avatar"] or None,
            custom_data=_custom_data(typed["custom_data"]),
        )
        if not any(typed[name] for name in ("username", "email", "phone")) and not await _has_identity(context):
            raise InvalidInput("username", "give one of them, or nobody can sign in.", phrase="users.needs_one")
        async with context.runtime.database.write(context.tenant.id) as tx:
            await editing.update(tx, context.actor, user_id, change)
    except EntityNotFound:
        raise
    except Refusal as refusal:
        field = "custom_data" if refusal.values.get("field") == "customData" else field_of(refusal)
        return page_of(context, await read_account(context), typed, [context.problem(refusal, field)], refusal.status)
    return context.go(f"users/{user_id}", said="said.saved")


async def ask_deletion(context: ConsoleContext) -> Response:
    """Ask before a user is deleted."""
    return _confirmation(context, await _find(context))


async def delete(context: ConsoleContext) -> Response:
    """Delete a user whose name was typed; sessions and tokens die with the account."""
    user, form = await _find(context), await context.form()
    if (wrong := unconfirmed(form, user.display_name)) is not None:
        return _confirmation(context, user, [context.problem(wrong, "confirm")], wrong.status)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await users.delete(tx, context.actor, user.id)
    return context.go("users", said="said.user_deleted")


async def read_account(context: ConsoleContext) -> Account:
    """The user of the address with all that hangs on the account; raises `EntityNotFound`."""
    now, user_id = context.runtime.clock.now(), context.args["id"]
    async with context.runtime.database.read(context.tenant.id) as reader:
        user = await queries.get(reader, user_id)
        names = await applications.by_ids(reader, [user.application_id] if user.application_id else [])
        return Account(
            user=user,
            has_password=await credentials.has_password(reader, user_id),
            identities=await identities.of_user(reader, user_id),
            sessions=await sessions.of_user(reader, user_id, now),
            grants=await grants_of_user.of_user(reader, user_id, now),
            application_name=names[user.application_id].name if user.application_id in names else None,
        )


def typed_of(user: User) -> dict[str, str]:
    """The fields of the form as they are kept."""
    return {
        "username": user.username or "",
        "email": user.primary_email or "",
        "phone": user.primary_phone or "",
        "name": user.name or "",
        "avatar": user.avatar or "",
        "custom_data": msgspec.json.format(msgspec.json.encode(user.custom_data), indent=2).decode(),
    }


def page_of(
    context: ConsoleContext,
    account: Account,
    typed: dict[str, str],
    problems: list[Problem] | None = None,
    status: int = 200,
    password: str | None = None,
) -> Response:
    """The page about the user; `password` is one that was just made."""
    return context.render(
        "console/users/settings.html",
        title=account.user.display_name,
        status=status,
        problems=problems or [],
        back=Crumb(context.url("users"), context.text("nav.users")),
        user=account.user,
        account=account,
        typed=typed,
        password=password,
        part="settings",
    )


def _custom_data(text: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidInput("customData", "write one JSON object.", phrase="users.custom_data_invalid") from None


async def _has_identity(context: ConsoleContext) -> bool:
    async with context.runtime.database.read(context.tenant.id) as reader:
        return bool(await identities.of_user(reader, context.args["id"]))


async def _find(context: ConsoleContext) -> User:
    async with context.runtime.database.read(context.tenant.id) as reader:
        return await queries.get(reader, context.args["id"])


def _confirmation(
    context: ConsoleContext, user: User, problems: list[Problem] | None = None, status: int = 200
) -> Response:
    return context.render(
        "console/users/delete.html",
        title=context.text("users.delete_title", name=user.display_name),
        status=status,
        problems=problems or [],
        user=user,
    )
