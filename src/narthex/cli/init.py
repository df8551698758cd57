"""`narthex init`: make what a server needs before its first request."""

import click


@click.command(
    short_help="Make database, keys and tenants.",
    epilog="""\b
Examples:
  narthex init
  NARTHEX_DATABASE_URL=postgresql://narthex:secret@db/narthex narthex init""",
)
def init() -> None:
    """Make the database, the signing keys and the tenants.

    Safe to repeat: what is there already is left as it is. `narthex serve` does the same when it starts.
    """
    from narthex.cli.running import command_settings, describe_database, prepare

    settings = command_settings()
    has_changed = prepare(settings)
    name = describe_database(settings)
    click.echo(f"Set up {name}." if has_changed else f"{name} is set up already; nothing was changed.")
    if settings.sqlite_path is not None and settings.encryption_key is None:
        key = settings.sqlite_path.with_suffix(".key")
        click.echo(f"Its encryption key is in {key}. Back it up, apart from the database.")
    click.echo("Next: narthex serve")
