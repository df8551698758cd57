"""The command `narthex`: one module a command, each imported when it is asked for, so that help comes at once."""

import importlib
from typing import Any

import click

from narthex import __version__

COMMANDS = {
    "serve": "narthex.cli.serve:serve",
    "init": "narthex.cli.init:init",
    "migrate": "narthex.cli.migrate:migrate",
    "doctor": "narthex.cli.doctor:doctor",
    "rotate-keys": "narthex.cli.rotate_keys:rotate_keys",
    "admin": "narthex.cli.admin:admin",
}


class Commands(click.Group):
    """Subcommands that are imported on use, and errors that are told as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; what an operator can put right is a sentence, everything else a traceback."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            from narthex.cli.explaining import explain

            sentence = explain(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


EPILOG = """\b
Start here:
  narthex serve                              a server on http://localhost:3001, data in ./data
  narthex admin create-app --help            give an application its credentials
  narthex doctor                             is everything in order?

Settings are environment variables (NARTHEX_DATABASE_URL, NARTHEX_BASE_URL, …);
docs/reference/settings.md lists them all."""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="narthex", message="%(prog)s %(version)s")
def main() -> None:
    """Narthex, an identity server: sign-in, sign-up, OpenID Connect, organizations and roles."""
