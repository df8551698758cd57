"""Making a tenant from the command line."""

import click

from narthex import app
from narthex.access import system_actor
from narthex.cli.running import print_record, require_tenant, with_runtime
from narthex.kit.runtime import Runtime
from narthex.settings import Settings


def create(tenant: str, name: str, origin: str | None, *, as_json: bool) -> None:
    """Make it with everything it needs, and print where it lives."""

    async def work(runtime: Runtime, settings: Settings) -> dict[str, str]:
        if origin is not None and origin.rstrip("/").lower() == settings.base_url:
            raise click.ClickException(f"--origin: {origin} is the base URL, where the tenant default lives.")
        await app.create_tenant(runtime, system_actor(tenant), tenant, name, origin)
        home = await require_tenant(runtime, settings, tenant)
        return {"tenant": tenant, "endpoint": home.base_url, "issuer": home.issuer}

    print_record(f"Tenant {name!r}:", with_runtime(work), as_json=as_json)
