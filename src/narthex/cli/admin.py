"""`narthex admin …`: what an operator does without the console, and scripts do without a token."""

import sys
from typing import Any

import click

# As one types them, and as the wire writes them (logto-api.md 1.4).
APPLICATION_TYPES = {"native": "Native", "spa": "SPA", "traditional": "Traditional", "machine": "MachineToMachine"}
ALIASES = {"web": "traditional", "m2m": "machine", "machinetomachine": "machine"}


class ApplicationTypeName(click.ParamType[str]):
    """One of `APPLICATION_TYPES`, however it is capitalised."""

    name = "type"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word of the wire."""
        typed = str(value).lower()
        word = APPLICATION_TYPES.get(ALIASES.get(typed, typed))
        if word is None:
            self.fail(f"{value!r} is not one of {', '.join(APPLICATION_TYPES)}.", param, ctx)
        return word


@click.group()
def admin() -> None:
    """Make applications, tenants and users, and let operators in."""


@admin.command(
    name="create-app",
    short_help="Make an application, print its credentials.",
    epilog="""\b
Examples:
  narthex admin create-app --name Shop --type traditional \\
      --redirect-uri http://localhost:5000/callback --post-logout-redirect-uri http://localhost:5000
  narthex admin create-app --name "My script" --type machine --machine-role --json""",
)
@click.option("--name", required=True, help="Shown to people when they consent, and in the console.")
@click.option(
    "--type",
    "kind",
    required=True,
    type=ApplicationTypeName(),
    help="traditional (web server), spa (browser), native (mobile, desktop) or machine (no people).",
)
@click.option("--redirect-uri", "redirects", multiple=True, help="Where people come back to; may be repeated.")
@click.option(
    "--post-logout-redirect-uri", "post_logout", multiple=True, help="Where sign-out may lead; may be repeated."
)
@click.option("--third-party", is_flag=True, help="Not yours: people are asked for consent.")
@click.option("--machine-role", is_flag=True, help="Let a machine application use the Management API.")
@click.option("--tenant", default="default", show_default=True, help="The tenant it belongs to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def create_app(**options: Any) -> None:
    """Make an application and print its credentials, the secret for the only time."""
    from narthex.cli.admin_applications import create

    create(**options)


@admin.command(
    name="create-tenant",
    short_help="Make a tenant.",
    epilog="""\b
Examples:
  narthex admin create-tenant acme --name "Acme Inc."
  narthex admin create-tenant acme --origin https://login.acme.com""",
)
@click.argument("tenant")
@click.option("--name", help="Shown on its pages; else the id.")
@click.option("--origin", help="An origin of its own; else it lives under <base URL>/t/<tenant>.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def create_tenant(tenant: str, name: str | None, origin: str | None, as_json: bool) -> None:
    """Make a tenant, with users, keys and settings of its own.

    The id is 1 to 32 small letters, digits and inner hyphens, and cannot be changed.
    """
    from narthex.cli.admin_tenants import create

    create(tenant, name or tenant, origin, as_json=as_json)


@admin.command(
    name="create-user",
    short_help="Make a user.",
    epilog="""\b
Examples:
  narthex admin create-user alice
  echo "$PASSWORD" | narthex admin create-user alice --password-stdin""",
)
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@click.option("--tenant", default="default", show_default=True, help="The tenant they belong to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def create_user(username: str, password_stdin: bool, tenant: str, as_json: bool) -> None:
    """Make a user who signs in with a username and a password."""
    from narthex.cli.admin_users import create

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    create(username, password, tenant, as_json=as_json)


@admin.command(
    name="set-up-link",
    short_help="Print a link for the first operator.",
    epilog="""\b
Examples:
  narthex admin set-up-link
  narthex admin set-up-link --json""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def set_up_link(as_json: bool) -> None:
    """Print a link that makes whoever opens it the first operator of the console.

    It works once, within an hour, and only while there is no operator.
    """
    from narthex.cli import admin_operators

    admin_operators.set_up_link(as_json=as_json)


@admin.command(
    name="invite-operator",
    short_help="Print a link for one more operator.",
    epilog="""\b
Examples:
  narthex admin invite-operator
  narthex admin invite-operator --json""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def invite_operator(as_json: bool) -> None:
    """Print a link that makes whoever opens it an operator, with a name and a password of their own.

    It works once, within seven days. Send it the way you would send a password.
    """
    from narthex.cli import admin_operators

    admin_operators.invite(as_json=as_json)


@admin.command(
    short_help="Print a link for an operator's new password.",
    epilog="""\b
Examples:
  narthex admin recover alice
  narthex admin recover alice --json""",
)
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def recover(username: str, as_json: bool) -> None:
    """Print a link by which an operator who is locked out sets a new password.

    It works once, within an hour. Using it ends all their sessions and opens a name that wrong passwords have locked.
    """
    from narthex.cli import admin_operators

    admin_operators.recover(username, as_json=as_json)


@admin.command(
    short_help="List the operators.",
    epilog="""\b
Examples:
  narthex admin operators
  narthex admin operators --json""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def operators(as_json: bool) -> None:
    """List who may use the console."""
    from narthex.cli import admin_operators

    admin_operators.show(as_json=as_json)
