"""Making an application from the command line."""

from typing import Any

import click

from narthex.access import system_actor
from narthex.applications import service as applications
from narthex.applications.schemas import NewApplication
from narthex.applications.types import ApplicationType
from narthex.cli.running import print_record, require_tenant, with_runtime
from narthex.kit.runtime import Runtime
from narthex.resources.schemas import management_indicator
from narthex.roles import assigning
from narthex.roles.schemas import MANAGEMENT_ROLE_ID
from narthex.settings import Settings


def create(
    *,
    name: str,
    kind: str,
    redirects: tuple[str, ...],
    post_logout: tuple[str, ...],
    third_party: bool,
    machine_role: bool,
    tenant: str,
    as_json: bool,
) -> None:
    """Make it, with the role of machines where that is asked for, and print what an SDK needs."""
    application_type = ApplicationType(kind)
    if machine_role and application_type is not ApplicationType.MACHINE_TO_MACHINE:
        raise click.ClickException("--machine-role is for applications of the type machine.")
    new = NewApplication(name, application_type, redirects, post_logout, is_third_party=third_party)

    async def work(runtime: Runtime, settings: Settings) -> dict[str, Any]:
        home = await require_tenant(runtime, settings, tenant)
        actor = system_actor(tenant)
        async with runtime.database.write(tenant) as tx:
            made = await applications.create(tx, actor, runtime, new)
            if machine_role:
                await assigning.assign_to_application(tx, actor, runtime.cache, made.application_id, MANAGEMENT_ROLE_ID)
        record: dict[str, Any] = {
            "endpoint": home.base_url,
            "issuer": home.issuer,
            "appId": made.application_id,
            "appSecret": made.secret,
        }
        if machine_role:
            record |= {"resource": management_indicator(tenant), "scope": "all"}
        return record

    record = with_runtime(work)
    print_record(f"Application {name!r} ({kind}) in the tenant {tenant}:", record, as_json=as_json)
    if record["appSecret"] is not None and not as_json:
        click.echo("The secret is shown this once; it is stored encrypted.", err=True)
