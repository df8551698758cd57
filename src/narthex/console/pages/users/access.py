"""What an operator does to an account's ways in: a new password, suspension, signing out, unlinking."""

from narthex.console.context import ConsoleContext
from narthex.console.pages.users.details import page_of, read_account, typed_of
from narthex.credentials import service as credentials
from narthex.identities import service as identities
from narthex.kit.errors import EntityNotFound
from narthex.kit.http import Response
from narthex.sessions import service as sessions
from narthex.users import service as users


async def reset_password(context: ConsoleContext) -> Response:
    """Give the account a new password, shown this once; everything that was signed in is signed out."""
    user_id, password = context.args["id"], credentials.made_password(context.runtime.randomness)
    password_hash = await credentials.hashed(context.runtime, password)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await credentials.set_password(tx, context.actor, user_id, password_hash)
    account = await read_account(context)
    return page_of(context, account, typed_of(account.user), password=password)


async def set_suspended(context: ConsoleContext) -> Response:
    """Suspend the account, or let it in again."""
    user_id, form = context.args["id"], await context.form()
    suspended = form.get("do") == "suspend"
    async with context.runtime.database.write(context.tenant.id) as tx:
        if not await users.set_suspended(tx, context.actor, user_id, suspended):
            raise EntityNotFound("user", user_id)
    return context.go(f"users/{user_id}", said="said.user_suspended" if suspended else "said.user_resumed")


async def sign_out(context: ConsoleContext) -> Response:
    """Sign the person out everywhere."""
    user_id = context.args["id"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        await users.sign_out_everywhere(tx, context.actor, user_id)
    return context.go(f"users/{user_id}", said="said.user_signed_out")


async def end_session(context: ConsoleContext) -> Response:
    """End one session."""
    user_id = context.args["id"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        await sessions.end_by_id(tx, context.actor, user_id, context.args["session"])
    return context.go(f"users/{user_id}", said="said.session_ended")


async def unlink(context: ConsoleContext) -> Response:
    """Take the identity of another provider from the account."""
    user_id = context.args["id"]
    async with context.runtime.database.write(context.tenant.id) as tx:
        await identities.unlink(tx, context.actor, user_id, context.args["target"])
    return context.go(f"users/{user_id}", said="said.identity_unlinked")
