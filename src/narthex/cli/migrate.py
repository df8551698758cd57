"""`narthex migrate`: bring the schema to this version's."""

import click


@click.command(
    short_help="Bring the schema to this version.",
    epilog="""\b
Examples:
  narthex migrate            before the new version serves
  narthex migrate --check    in a deployment script: exit code 1 where a migration is due""",
)
@click.option("--check", is_flag=True, help="Only say whether a migration is due.")
def migrate(check: bool) -> None:
    """Bring the database's schema to this version's.

    `narthex serve` does it by itself when it starts. Back the database up first: there is no way back down.
    """
    import asyncio

    from narthex import migrations
    from narthex.cli.running import command_settings, describe_database

    settings = command_settings()
    path = settings.sqlite_path
    if path is not None and not path.exists():
        raise click.ClickException(f"There is no database at {path} yet. Run: narthex init")
    before = asyncio.run(_revision(settings.database_url))
    name = describe_database(settings)
    if before == migrations.HEAD:
        click.echo(f"{name} is at {before}, the schema of this version.")
        return
    if check:
        raise click.ClickException(f"{name} is at {before or 'no revision'}; this version needs {migrations.HEAD}.")
    migrations.upgrade(settings.database_url)
    click.echo(f"{name}: {before or 'empty'} -> {migrations.HEAD}")


async def _revision(url: str) -> str | None:
    from narthex.kit.clock import SystemClock
    from narthex.kit.database import open_database

    database = open_database(url, SystemClock())
    await database.open()
    try:
        return await database.schema_revision()
    finally:
        await database.close()
