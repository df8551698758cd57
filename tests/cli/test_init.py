"""`narthex init`, on both databases."""

from pathlib import Path

from tests.fixtures.command import Command, free_port
from tests.fixtures.server import TEST_KEY


def test_an_empty_folder_becomes_a_server(narthex: Command) -> None:
    result = narthex("init")
    assert result.exit_code == 0, result.output
    assert "Set up data/narthex.db." in result.output
    assert "Back it up" in result.output
    data = narthex.folder / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in data.iterdir()} >= {"narthex.db", "narthex.key"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in data.iterdir())
    assert "default" in narthex("admin", "create-user", "alice", "--tenant", "nobody").output


def test_repeating_it_changes_nothing(narthex: Command) -> None:
    narthex("init")
    key = (narthex.folder / "data/narthex.key").read_text()
    result = narthex("init")
    assert result.exit_code == 0
    assert "is set up already; nothing was changed" in result.output
    assert (narthex.folder / "data/narthex.key").read_text() == key


def test_on_either_database(narthex: Command, empty_database_url: str) -> None:
    narthex.variables |= {"NARTHEX_DATABASE_URL": empty_database_url, "NARTHEX_ENCRYPTION_KEY": TEST_KEY}
    result = narthex("init")
    assert result.exit_code == 0, result.output
    assert "encryption key" not in result.output
    assert "nothing was changed" in narthex("init").output
    made = narthex("admin", "create-user", "alice")
    assert made.exit_code == 0, made.output


def test_a_database_whose_key_is_lost_is_not_given_a_new_one(narthex: Command) -> None:
    narthex("init")
    key = narthex.folder / "data/narthex.key"
    key.unlink()
    for command in (
        ["init"],
        ["serve", "--port", str(free_port())],
        ["rotate-keys"],
        ["admin", "create-user", "alice"],
    ):
        result = narthex(*command)
        assert result.exit_code == 1, command
        assert "encryption key data/narthex.key is missing" in result.output
    assert not key.exists()


def test_another_key_is_noticed(narthex: Command) -> None:
    narthex("init")
    narthex.variables["NARTHEX_ENCRYPTION_KEY"] = TEST_KEY
    result = narthex("doctor")
    assert result.exit_code == 1
    assert "sealed with another encryption key" in result.output


def test_a_folder_that_cannot_be_written_is_a_sentence(narthex: Command) -> None:
    (narthex.folder / "data").write_text("a file is in the way")
    result = narthex("init")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert "data" in result.output


def test_a_postgresql_that_is_not_there_is_a_sentence(narthex: Command) -> None:
    narthex.variables |= {
        "NARTHEX_DATABASE_URL": "postgresql://narthex:hush@127.0.0.1:1/narthex",
        "NARTHEX_ENCRYPTION_KEY": TEST_KEY,
    }
    result = narthex("init")
    assert result.exit_code == 1
    assert "The database cannot be reached" in result.output
    assert "hush" not in result.output


def test_the_database_may_lie_elsewhere(narthex: Command, tmp_path: Path) -> None:
    narthex.variables["NARTHEX_DATABASE_URL"] = f"sqlite:///{tmp_path}/deep/er/people.sqlite"
    assert narthex("init").exit_code == 0
    assert (tmp_path / "deep/er/people.key").exists()
