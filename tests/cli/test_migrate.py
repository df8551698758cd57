"""`narthex migrate`."""

from narthex.migrations import HEAD
from tests.fixtures.command import Command
from tests.fixtures.server import TEST_KEY


def test_an_empty_database_is_brought_to_this_version(narthex: Command, empty_database_url: str) -> None:
    narthex.variables |= {"NARTHEX_DATABASE_URL": empty_database_url, "NARTHEX_ENCRYPTION_KEY": TEST_KEY}
    if empty_database_url.startswith("sqlite"):
        (narthex.folder / "narthex.sqlite").touch(0o600)
    due = narthex("migrate", "--check")
    assert due.exit_code == 1
    assert f"this version needs {HEAD}" in due.output
    done = narthex("migrate")
    assert done.exit_code == 0, done.output
    assert f"empty -> {HEAD}" in done.output
    for arguments in (["--check"], []):
        again = narthex("migrate", *arguments)
        assert again.exit_code == 0
        assert f"is at {HEAD}, the schema of this version" in again.output


def test_without_a_database_init_is_named(narthex: Command) -> None:
    for command in (["migrate"], ["rotate-keys"], ["admin", "create-user", "alice"], ["doctor"]):
        result = narthex(*command)
        assert result.exit_code == 1, command
        assert "There is no database at data/narthex.db yet. Run: narthex init" in result.output
    assert not (narthex.folder / "data").exists()


def test_a_database_without_a_schema_is_sent_to_init(narthex: Command) -> None:
    (narthex.folder / "data").mkdir()
    (narthex.folder / "data/narthex.db").touch(0o600)
    result = narthex("admin", "create-user", "alice")
    assert result.exit_code == 1
    assert "is not set up yet. Run: narthex init" in result.output
    assert "Run: narthex init" in narthex("doctor").output
