"""`narthex rotate-keys`: let the next signing key of a tenant take over."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from narthex.kit.runtime import Runtime


@click.command(
    name="rotate-keys",
    epilog="""\b
Examples:
  narthex rotate-keys
  narthex rotate-keys --tenant acme --algorithm RS256""",
)
@click.option("--tenant", default="default", show_default=True, help="Whose keys.")
@click.option("--algorithm", default="ES256", show_default=True, help="Of the new key: ES256, ES384, ES512, RS256, …")
def rotate_keys(tenant: str, algorithm: str) -> None:
    """Let the next signing key take over, and publish a new next one.

    Nothing that was signed stops being valid: the next key has been in the JWKS all along, and the one before stays
    there as long as its tokens may live.
    """
    from narthex.cli.running import with_runtime
    from narthex.kit.jose_algorithms import ALGORITHMS

    if algorithm not in ALGORITHMS:
        raise click.ClickException(f"{algorithm} is not one of {', '.join(ALGORITHMS)}.")
    if algorithm == "EdDSA":
        click.echo("Some mobile SDKs cannot read a JWKS that holds an EdDSA key.", err=True)
    signs_from = with_runtime(lambda runtime: _rotate(runtime, tenant, algorithm))
    click.echo(f"The next key of {tenant} signs from {signs_from.isoformat(timespec='seconds')}.")


async def _rotate(runtime: "Runtime", tenant: str, algorithm: str) -> datetime:
    from narthex.access import system_actor
    from narthex.cli.running import require_tenant
    from narthex.signing_keys import service

    await require_tenant(runtime, tenant)
    async with runtime.database.write(tenant) as tx:
        signs_from = await service.rotate(tx, system_actor(tenant), runtime, algorithm)
    return datetime.fromtimestamp(signs_from / 1000, UTC)
