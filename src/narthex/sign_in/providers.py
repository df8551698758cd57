"""The buttons of the identity providers that a page offers."""

from collections.abc import Collection

from msgspec import Struct

from narthex.connections import service as connections
from narthex.connections.schemas import Connection
from narthex.kit.runtime import Runtime
from narthex.sign_in.step_context import StepContext
from narthex.sign_in_settings import social
from narthex.sign_in_settings.hosted_page import HostedForm

SOCIAL_STEP = "social"


class ProviderButton(Struct, frozen=True):
    """One button: its own form, so that it works without scripts. Logos are `data:` images."""

    target: str
    name: str
    form: HostedForm
    logo: str | None = None
    logo_dark: str | None = None


async def provider_buttons(runtime: Runtime, context: StepContext, tenant_id: str) -> tuple[ProviderButton, ...]:
    """All that the sign-in page offers."""
    return tuple(_button(context, one, {}) for one in await social.shown(runtime, tenant_id))


async def linking_buttons(
    runtime: Runtime, context: StepContext, tenant_id: str, targets: Collection[str]
) -> tuple[ProviderButton, ...]:
    """Those of them by which an account can be proved."""
    shown = await social.shown(runtime, tenant_id)
    return tuple(_button(context, one, {"purpose": "link"}) for one in shown if one.target in targets)


def _button(context: StepContext, connection: Connection, hidden: dict[str, str]) -> ProviderButton:
    form = context.form(SOCIAL_STEP, f"/sign-in/social/{connection.target}")
    return ProviderButton(
        connection.target,
        connection.display_name(context.page.language),
        HostedForm(form.action, {**form.hidden, **hidden}),
        connection.logo,
        connection.logo_dark,
    )


async def provider_name(runtime: Runtime, context: StepContext, tenant_id: str, target: str) -> str:
    """What the provider of a target is called in the language of the page."""
    connection = await connections.find_by_target(runtime, tenant_id, target)
    return connection.display_name(context.page.language) if connection else target
