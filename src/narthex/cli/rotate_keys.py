"""`narthex rotate-keys`: let the next signing key of a tenant take over."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from narthex.kit.runtime import Runtime
    from narthex.settings import Settings


@click.command(
    name="rotate-keys",
    short_help="Let the next signing key take over.",
    epilog="""\b
Examples:
  narthex rotate-keys
  narthex rotate-keys --tenant acme --algorithm RS256""",
)
@click.option("--tenant", default="default", show_default=True, help="Whose keys.")
@click.option("--algorithm", default="ES256", show_default=True, help="Of the new key: ES256, ES384, ES512, RS256, …")
@click.option("--even-eddsa", is_flag=True, help="Take EdDSA, although some clients cannot verify it.")
def rotate_keys(tenant: str, algorithm: str, even_eddsa: bool) -> None:
    """Let the next signing key take over, and publish a new next one.

    Nothing that was signed stops being valid: the next key has been in the JWKS all along, and the one before stays
    there as long as its tokens may live.
    """
    from narthex.cli.running import with_runtime
    from narthex.kit.jose_algorithms import ALGORITHMS

    if algorithm not in ALGORITHMS:
        raise click.ClickException(f"{algorithm} is not one of {', '.join(ALGORITHMS)}.")
    if algorithm == "EdDSA" and not even_eddsa:
        raise click.ClickException(
            "Some clients cannot read a JWKS that holds an EdDSA key, others refuse its tokens: applications with the "
            "SDKs for Swift and Python would stop working. Add --even-eddsa if none of yours has one of them."
        )
    key_id, signs_from = with_runtime(lambda runtime, settings: _rotate(runtime, settings, tenant, algorithm))
    click.echo(f"The key {key_id} of {tenant} signs from {signs_from.isoformat(timespec='seconds')}.")


async def _rotate(runtime: "Runtime", settings: "Settings", tenant: str, algorithm: str) -> tuple[str, datetime]:
    from narthex.access import system_actor
    from narthex.audit_log import service as audit_log
    from narthex.audit_log.keys import SIGNING_KEY_ROTATE
    from narthex.audit_log.schemas import Event
    from narthex.cli.running import require_tenant
    from narthex.signing_keys import service

    await require_tenant(runtime, settings, tenant)
    async with runtime.database.write(tenant) as tx:
        actor = system_actor(tenant)
        rotation = await service.rotate(tx, actor, runtime, algorithm)
        details = {"keyId": rotation.key_id, "signsFrom": rotation.signs_from}
        await audit_log.record(tx, actor, Event(SIGNING_KEY_ROTATE, details=details))
    return rotation.key_id, datetime.fromtimestamp(rotation.signs_from / 1000, UTC)
