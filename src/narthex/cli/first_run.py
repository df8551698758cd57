"""What `narthex serve` tells about the console: where it is, and how the first operator gets in."""

import asyncio

from msgspec import Struct

from narthex.settings import Settings


class FirstRun(Struct, frozen=True):
    """Where the console is; whether it has an operator; and a link for the first one, where it may be shown."""

    console: str
    is_set_up: bool
    link: str | None = None


def first_run(settings: Settings, *, with_link: bool) -> FirstRun:
    """Look whether there is an operator, and make a link if not. A link is for a terminal only: what is not one is kept
    by log collectors, and the link opens everything."""
    return asyncio.run(_first_run(settings, with_link))


async def _first_run(settings: Settings, with_link: bool) -> FirstRun:
    from narthex.app import open_runtime
    from narthex.cli.admin_operators import link
    from narthex.cli.running import require_tenant
    from narthex.operators import service as operators
    from narthex.operators import tokens
    from narthex.tenants.schemas import ADMIN_TENANT

    async with open_runtime(settings) as runtime:
        console = operators.console_url(await require_tenant(runtime, settings, ADMIN_TENANT))
        async with runtime.database.read(ADMIN_TENANT) as reader:
            is_set_up = await operators.has_operator(reader)
        if is_set_up or not with_link:
            return FirstRun(console, is_set_up)
        return FirstRun(console, is_set_up, await link(runtime, settings, tokens.issue_set_up))
