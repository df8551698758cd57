"""Help that teaches, and comes at once."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from narthex import __version__
from narthex.cli import COMMANDS, main
from tests.fixtures.command import Command


def every_command(group: click.Group = main, *path: str) -> Iterator[tuple[str, ...]]:
    """The path of every command, groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)


def test_the_first_page_names_every_command_and_where_to_start(narthex: Command) -> None:
    page = narthex("--help").output
    assert all(f"\n  {name} " in page for name in COMMANDS)
    assert "narthex serve " in page
    assert "docs/reference/settings.md" in page
    assert "..." not in page.partition("Commands:")[2]
    assert narthex("-h").output == page
    assert narthex().output == page


@pytest.mark.parametrize("path", list(every_command()), ids=" ".join)
def test_every_command_explains_itself_with_examples(narthex: Command, path: tuple[str, ...]) -> None:
    page = narthex(*path, "--help")
    assert page.exit_code == 0
    assert "..." not in page.output.partition("Commands:")[2]
    if path != ("admin",):
        assert "Examples:" in page.output
        assert f"narthex {' '.join(path)}" in page.output.partition("Examples:")[2]


@pytest.mark.parametrize("path", list(every_command()), ids=" ".join)
def test_every_option_has_a_text(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_version(narthex: Command) -> None:
    assert narthex("--version").output == f"narthex {__version__}\n"


def test_an_unknown_command_is_refused_with_a_hint(narthex: Command) -> None:
    result = narthex("servr")
    assert result.exit_code == 2
    assert "servr" in result.output


def test_help_imports_nothing_that_only_a_server_needs() -> None:
    program = (
        "import sys\n"
        "from narthex.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'cryptography', 'uvicorn', 'jinja2', 'msgspec', 'asyncio'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_wrong_setting_is_a_sentence_and_no_traceback(narthex: Command) -> None:
    narthex.variables["NARTHEX_PROT"] = "1"
    result = narthex("serve")
    assert result.exit_code == 1
    assert result.output.startswith("Error: NARTHEX_PROT is not a setting. Did you mean NARTHEX_PORT?")


def test_an_option_is_checked_like_its_variable(narthex: Command) -> None:
    result = narthex("serve", "--workers", "2")
    assert result.exit_code == 1
    assert "PostgreSQL" in result.output
