"""Settings: defaults, refusals that name the variable and the fix, and the page that lists them."""

import base64
from pathlib import Path

import pytest

from narthex.kit.encryption import KeyFileInvalid
from narthex.settings import VARIABLES, Settings, SettingsError, read_settings

KEY = base64.b64encode(bytes(32)).decode()
POSTGRES = {"NARTHEX_DATABASE_URL": "postgresql://narthex:hush@db/narthex", "NARTHEX_ENCRYPTION_KEY": KEY}
PAGE = Path(__file__).parents[1] / "docs/reference/settings.md"


def test_an_empty_environment_is_enough_for_one_machine() -> None:
    settings = read_settings({})
    assert settings.database_url == "sqlite:///data/narthex.db"
    assert settings.sqlite_path == Path("data/narthex.db")
    assert settings.base_url == "http://localhost:3001"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 3001, 1)
    assert settings.trusted_proxies == ()
    assert settings.outgoing_allow == ()
    assert settings.encryption_key is None
    assert settings.hashing_threads >= 1
    assert (settings.log_format, settings.log_level, settings.metrics_public) == ("auto", "info", False)
    assert not settings.secure


def test_everything_can_be_set() -> None:
    settings = read_settings(
        POSTGRES
        | {
            "NARTHEX_BASE_URL": "https://Login.Example.com:443/",
            "NARTHEX_HOST": "0.0.0.0",
            "NARTHEX_PORT": "8080",
            "NARTHEX_WORKERS": "4",
            "NARTHEX_TRUSTED_PROXIES": "10.0.0.7, 192.168.0.0/16,::1",
            "NARTHEX_OUTGOING_ALLOW": "LocalHost:9000, idp.internal,10.1.2.3/8,[::1]:9000",
            "NARTHEX_HASHING_THREADS": "3",
            "NARTHEX_LOG_FORMAT": "JSON",
            "NARTHEX_LOG_LEVEL": "warning",
            "NARTHEX_METRICS_PUBLIC": "1",
            "NARTHEX_DATA_DIR": "/var/lib/narthex",
        }
    )
    assert settings == Settings(
        database_url="postgresql://narthex:hush@db/narthex",
        base_url="https://login.example.com",
        host="0.0.0.0",
        port=8080,
        workers=4,
        trusted_proxies=("10.0.0.7/32", "192.168.0.0/16", "::1/128"),
        outgoing_allow=("localhost:9000", "idp.internal", "10.0.0.0/8", "[::1]:9000"),
        encryption_key=bytes(32),
        hashing_threads=3,
        log_format="json",
        log_level="warning",
        metrics_public=True,
        data_dir=Path("/var/lib/narthex"),
    )
    assert settings.sqlite_path is None
    assert settings.secure


def test_an_override_wins_and_may_be_text_or_the_value() -> None:
    settings = read_settings(
        {"NARTHEX_PORT": "1"}, port=4000, trusted_proxies=("::1",), encryption_key=bytes(32), base_url=None
    )
    assert (settings.port, settings.trusted_proxies, settings.encryption_key) == (4000, ("::1/128",), bytes(32))
    assert settings.base_url == "http://localhost:4000"


def test_an_override_that_is_no_setting_is_a_mistake_in_the_program() -> None:
    with pytest.raises(TypeError, match="prot"):
        read_settings({}, prot=1)


def test_an_empty_variable_is_not_set() -> None:
    assert read_settings({"NARTHEX_PORT": "", "NARTHEX_DATABASE_URL": " "}) == read_settings({})


def test_the_data_folder_moves_the_database() -> None:
    settings = read_settings({"NARTHEX_DATA_DIR": "/var/lib/narthex"})
    assert settings.database_url == "sqlite:////var/lib/narthex/narthex.db"
    assert settings.sqlite_path == Path("/var/lib/narthex/narthex.db")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"NARTHEX_PROT": "1"}, r"NARTHEX_PROT is not a setting\. Did you mean NARTHEX_PORT"),
        ({"NARTHEX_DATABSE_URL": "x"}, "Did you mean NARTHEX_DATABASE_URL"),
        ({"NARTHEX_PORT": "0x50"}, "NARTHEX_PORT must be a whole number from 1 to 65535"),
        ({"NARTHEX_PORT": "0"}, "NARTHEX_PORT"),
        ({"NARTHEX_PORT": "65536"}, "NARTHEX_PORT"),
        ({"NARTHEX_PORT": "٣"}, "NARTHEX_PORT"),  # Arabic-Indic digit: int() would take it
        ({"NARTHEX_WORKERS": "2"}, "NARTHEX_WORKERS must be 1 on SQLite.*PostgreSQL"),
        ({"NARTHEX_DATABASE_URL": "mysql://db"}, "NARTHEX_DATABASE_URL must begin with sqlite:/// or postgresql://"),
        ({"NARTHEX_DATABASE_URL": "sqlite://"}, "NARTHEX_DATABASE_URL must name a file"),
        ({"NARTHEX_DATABASE_URL": "sqlite:///"}, "NARTHEX_DATABASE_URL must name a file"),
        ({"NARTHEX_DATABASE_URL": "postgresql+asyncpg://db/x"}, "NARTHEX_DATABASE_URL must begin"),
        ({"NARTHEX_DATABASE_URL": "postgres://db/x"}, "NARTHEX_ENCRYPTION_KEY is required on PostgreSQL.*openssl rand"),
        ({"NARTHEX_ENCRYPTION_KEY": "abc!"}, "NARTHEX_ENCRYPTION_KEY must be 32 bytes in base64.*openssl rand"),
        ({"NARTHEX_ENCRYPTION_KEY": "YWJj"}, "it has 3 bytes instead of 32"),
        ({"NARTHEX_TRUSTED_PROXIES": "*"}, "NARTHEX_TRUSTED_PROXIES must be addresses or networks"),
        ({"NARTHEX_TRUSTED_PROXIES": "proxy.local"}, "NARTHEX_TRUSTED_PROXIES"),
        (
            {"NARTHEX_OUTGOING_ALLOW": "https://idp.internal"},
            "NARTHEX_OUTGOING_ALLOW must be hosts, host:port or networks",
        ),
        ({"NARTHEX_OUTGOING_ALLOW": "user@idp.internal"}, "NARTHEX_OUTGOING_ALLOW"),
        ({"NARTHEX_OUTGOING_ALLOW": "0x7f.1"}, "NARTHEX_OUTGOING_ALLOW"),
        ({"NARTHEX_LOG_FORMAT": "xml"}, "NARTHEX_LOG_FORMAT must be one of auto, json, pretty"),
        ({"NARTHEX_LOG_LEVEL": "loud"}, "NARTHEX_LOG_LEVEL must be one of debug, info, warning, error"),
        ({"NARTHEX_METRICS_PUBLIC": "maybe"}, "NARTHEX_METRICS_PUBLIC must be 1 or 0"),
    ],
)
def test_a_wrong_setting_names_the_variable_and_the_fix(environ: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        read_settings(environ)


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("http://localhost:3001", "http://localhost:3001"),
        ("http://localhost:80/", "http://localhost"),
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001"),
        ("http://[::1]:3001", "http://[::1]:3001"),
        ("http://app.localhost:3001", "http://app.localhost:3001"),
        ("HTTPS://LOGIN.example.com", "https://login.example.com"),
        ("https://login.example.com:8443", "https://login.example.com:8443"),
    ],
)
def test_a_base_url_is_kept_as_an_origin(given: str, origin: str) -> None:
    assert read_settings({"NARTHEX_BASE_URL": given}).base_url == origin


@pytest.mark.parametrize(
    "given",
    [
        "http://login.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "https://login.example.com/auth",
        "https://login.example.com?x",
        "https://login.example.com/?",
        "https://login.example.com#x",
        "https://user@login.example.com",
        "https://login.example.com:port",
        "https://[::1",
        "ftp://localhost",
        "login.example.com",
        "https://",
        "https://löwe.example",
        "https://good.example\\@evil.example",
    ],
)
def test_a_base_url_that_is_not_an_https_origin_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=r"NARTHEX_BASE_URL .*https://"):
        read_settings({"NARTHEX_BASE_URL": given})


def test_a_message_does_not_give_away_the_database_password() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"NARTHEX_DATABASE_URL": "pgsql://narthex:hush@db/narthex"})
    assert "hush" not in str(refused.value)
    assert "hush" not in repr(read_settings(POSTGRES))
    assert KEY not in repr(read_settings(POSTGRES))


def test_on_sqlite_the_encryption_key_is_made_beside_the_database(tmp_path: Path) -> None:
    settings = read_settings({"NARTHEX_DATA_DIR": str(tmp_path / "new")})
    key = settings.load_encryption_key()
    assert len(key) == 32
    file = tmp_path / "new/narthex.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert settings.load_encryption_key() == key
    file.chmod(0o644)
    with pytest.raises(KeyFileInvalid, match="chmod 600"):
        settings.load_encryption_key()


def test_a_given_key_needs_no_file(tmp_path: Path) -> None:
    settings = read_settings({"NARTHEX_DATA_DIR": str(tmp_path), "NARTHEX_ENCRYPTION_KEY": KEY})
    assert settings.load_encryption_key() == bytes(32)
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_settings_lists_exactly_what_the_code_reads() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `NARTHEX_")]
    assert rows == [f"| `{variable.name}` | {variable.default} | {variable.meaning} |" for variable in VARIABLES]


def test_every_setting_has_a_variable() -> None:
    assert {variable.field for variable in VARIABLES} == set(Settings.__struct_fields__)
