"""The secrets of an application: another one, a new name, and taking one away. A secret is named in the query, since
its name may have any character."""

from narthex.applications import client_secrets
from narthex.applications.client_secrets import NoSecrets
from narthex.applications.schemas import ApplicationDetails, SecretInfo
from narthex.console.confirmation import unconfirmed
from narthex.console.context import ConsoleContext
from narthex.console.moments import DAY, date_of
from narthex.console.pages.applications.framed import find, framed, read
from narthex.console.pages.applications.refusals import problem_of
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.http import Response

SECTION = "credentials"
LIVES = (7, 30, 180, 365)
NEVER = "never"


async def ask(context: ConsoleContext) -> Response:
    """The form of another secret."""
    application = await read(context)
    if not application.rules.is_confidential:
        raise NoSecrets(application.type)
    return _form(context, application, "", NEVER)


async def create(context: ConsoleContext) -> Response:
    """Make another secret; it is shown with the others."""
    application, form = await read(context), await context.form()
    name, expires = (form.get("name") or "").strip(), form.get("expires") or NEVER
    try:
        expires_at = _end(context, expires)
        async with context.runtime.database.write(context.tenant.id) as tx:
            await client_secrets.add_secret(tx, context.actor, context.runtime, application.id, name, expires_at)
    except Refusal as refusal:
        return _form(context, application, name, expires, refusal)
    return context.go(f"applications/{application.id}", said="said.secret_created", fragment=SECTION)


async def ask_name(context: ConsoleContext) -> Response:
    """The form of another name."""
    application, secret = await _find(context)
    return framed(context, "rename_secret", application, secret=secret, name=secret.name)


async def rename(context: ConsoleContext) -> Response:
    """Call a secret something else; its value stays."""
    application, secret = await _find(context)
    name = ((await context.form()).get("name") or "").strip()
    try:
        async with context.runtime.database.write(context.tenant.id) as tx:
            await client_secrets.rename_secret(tx, context.actor, context.runtime, application.id, secret.name, name)
    except Refusal as refusal:
        problems = [problem_of(context, refusal)]
        shown = {"secret": secret, "name": name}
        return framed(context, "rename_secret", application, status=refusal.status, problems=problems, **shown)
    return context.go(f"applications/{application.id}", said="said.saved", fragment=SECTION)


async def ask_deletion(context: ConsoleContext) -> Response:
    """Ask before a secret is taken away."""
    application, secret = await _find(context)
    return framed(context, "delete_secret", application, secret=secret)


async def delete(context: ConsoleContext) -> Response:
    """Take a secret away whose name was typed."""
    application, secret = await _find(context)
    if (wrong := unconfirmed(await context.form(), secret.name)) is not None:
        problems = [context.problem(wrong, "confirm")]
        return framed(context, "delete_secret", application, status=wrong.status, problems=problems, secret=secret)
    async with context.runtime.database.write(context.tenant.id) as tx:
        await client_secrets.delete_secret(tx, context.actor, context.runtime, application.id, secret.name)
    return context.go(f"applications/{application.id}", said="said.secret_deleted", fragment=SECTION)


async def _find(context: ConsoleContext) -> tuple[ApplicationDetails, SecretInfo]:
    name = context.query.get("name") or ""
    async with context.runtime.database.read(context.tenant.id) as reader:
        application = await find(context, reader)
        secrets = await client_secrets.secrets_of(reader, application.id)
    found = next((one for one in secrets if one.name == name), None)
    if found is None:
        raise EntityNotFound("secret", name)
    return application, found


def _end(context: ConsoleContext, expires: str) -> int | None:
    if expires == NEVER:
        return None
    if expires not in {str(days) for days in LIVES}:
        raise InvalidInput("expires", "choose one of the times.", phrase="error.secret_expiry")
    return context.runtime.clock.now() + int(expires) * DAY


def _form(
    context: ConsoleContext, application: ApplicationDetails, name: str, expires: str, refusal: Refusal | None = None
) -> Response:
    now = context.runtime.clock.now()
    dated = [
        (str(days), context.text("applications.secret_days", days=days, date=date_of(now + days * DAY)))
        for days in LIVES
    ]
    return framed(
        context,
        "new_secret",
        application,
        status=refusal.status if refusal else 200,
        problems=[problem_of(context, refusal)] if refusal else [],
        name=name,
        expires=expires,
        choices=[*dated, (NEVER, context.text("common.never"))],
    )
