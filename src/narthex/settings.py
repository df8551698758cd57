"""How this server runs, read once from the environment and passed on as one record; no module reads it by itself.

What belongs to a tenant (its colours, connections, policies) is in the database instead. The page
docs/reference/settings.md lists the variables and is held to `VARIABLES` by a test.
"""

import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from narthex.kit.addresses import normal_origin
from narthex.kit.encryption import decode_key, load_or_create_key

PREFIX = "NARTHEX_"
DEFAULT_PORT = 3001

LogFormat = Literal["auto", "json", "pretty"]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and the fix."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting, checked and with its default filled in."""

    database_url: str
    base_url: str
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    workers: int = 1
    trusted_proxies: tuple[str, ...] = ()
    outgoing_allow: tuple[str, ...] = ()
    encryption_key: bytes | None = None
    hashing_threads: int = 1
    log_format: LogFormat = "auto"
    log_level: LogLevel = "info"
    metrics_public: bool = False
    data_dir: Path = Path("data")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        kind, _, path = self.database_url.partition(":///")
        return Path(path) if kind == "sqlite" else None

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by https."""
        return self.base_url.startswith("https:")

    def load_encryption_key(self) -> bytes:
        """The given key, else the one in the 0600 file beside the SQLite file; made on first use."""
        if self.encryption_key is not None:
            return self.encryption_key
        path = self.sqlite_path
        if path is None:
            raise SettingsError(KEY_REQUIRED)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_or_create_key(path.with_suffix(".key"))

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r}, database={'SQLite' if self.sqlite_path else 'PostgreSQL'})"


class _Invalid(ValueError):
    """What is wrong with a value, and what to write instead; the variable's name is put in front."""


def _as_database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if scheme == "postgres":
        scheme = "postgresql"
    if scheme not in ("sqlite", "postgresql") or not separator:
        raise _Invalid("must begin with sqlite:/// or postgresql://, as in postgresql://narthex:secret@db/narthex")
    if scheme == "sqlite" and (not rest.startswith("/") or len(rest) < 2):
        raise _Invalid("must name a file, as in sqlite:///narthex.db or, from the root, sqlite:////var/lib/narthex.db")
    if rest == "/:memory:":
        raise _Invalid("must name a file: an installation that is gone after a restart keeps no account")
    return f"{scheme}://{rest}"


def _as_base_url(text: str) -> str:
    try:
        return normal_origin(text)
    except ValueError as error:
        raise _Invalid(f"{error}; write the origin that browsers use, as in https://login.example.com") from None


def _as_networks(text: str) -> tuple[str, ...]:
    from ipaddress import ip_network

    try:
        return tuple(str(ip_network(part.strip(), strict=False)) for part in text.split(",") if part.strip())
    except ValueError:
        raise _Invalid("must be addresses or networks with commas between, as in 10.0.0.7,192.168.0.0/16,::1") from None


def _as_destinations(text: str) -> tuple[str, ...]:
    from narthex.kit.outgoing_guard import check_entry

    try:
        return tuple(check_entry(part.strip().lower()) for part in text.split(",") if part.strip())
    except ValueError:
        raise _Invalid(
            "must be hosts, host:port or networks with commas between, as in idp.internal,localhost:9000,10.0.0.0/8"
        ) from None


def _as_key(text: str) -> bytes:
    try:
        return decode_key(text)
    except ValueError as error:
        raise _Invalid(f"must be 32 bytes in base64, but {error}. {MAKE_A_KEY}") from None


def _as_count(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise _Invalid(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _as_choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise _Invalid(f"must be one of {', '.join(choices)}")
        return text.lower()

    return parse


def _as_switch(text: str) -> bool:
    if text.lower() not in ("0", "1", "false", "true", "no", "yes"):
        raise _Invalid("must be 1 or 0")
    return text.lower() in ("1", "true", "yes")


MAKE_A_KEY = "Make one with: openssl rand -base64 32"
KEY_REQUIRED = f"NARTHEX_ENCRYPTION_KEY is required on PostgreSQL, the same for all nodes. {MAKE_A_KEY}"


class Variable(msgspec.Struct, frozen=True):
    """One environment variable and the field of `Settings` that it fills."""

    name: str
    field: str
    default: str
    meaning: str
    parse: Callable[[str], Any]


VARIABLES = (
    Variable(
        "NARTHEX_DATABASE_URL",
        "database_url",
        "`narthex.db` in `NARTHEX_DATA_DIR`",
        "Where the data is: `sqlite:///<file>` (`sqlite:////…` from the root), or `postgresql://user:password@host/name`.",
        _as_database_url,
    ),
    Variable(
        "NARTHEX_BASE_URL",
        "base_url",
        "`http://localhost:<port>`",
        "The origin by which browsers reach the server. It is part of every issuer; https, unless it is this machine.",
        _as_base_url,
    ),
    Variable("NARTHEX_HOST", "host", "`127.0.0.1`", "The address to listen on; `0.0.0.0` for every one.", str),
    Variable("NARTHEX_PORT", "port", "`3001`", "The port to listen on.", _as_count(1, 65_535)),
    Variable(
        "NARTHEX_WORKERS",
        "workers",
        "`1`",
        "Server processes on this machine, one a core. More than one needs PostgreSQL.",
        _as_count(1, 256),
    ),
    Variable(
        "NARTHEX_TRUSTED_PROXIES",
        "trusted_proxies",
        "none",
        "Addresses or networks, with commas between, whose `X-Forwarded-For` and `X-Forwarded-Host` are believed.",
        _as_networks,
    ),
    Variable(
        "NARTHEX_OUTGOING_ALLOW",
        "outgoing_allow",
        "none",
        "Hosts (`idp.internal`, `localhost:9000`) or networks (`10.0.0.0/8`), with commas between, inside your own "
        "network that the server may send requests to.",
        _as_destinations,
    ),
    Variable(
        "NARTHEX_ENCRYPTION_KEY",
        "encryption_key",
        "on SQLite a file beside the database",
        "32 bytes in base64 that encrypt signing keys and secrets at rest. Required on PostgreSQL, one for all nodes.",
        _as_key,
    ),
    Variable(
        "NARTHEX_HASHING_THREADS",
        "hashing_threads",
        "the number of cores",
        "Password hashes that run at once in a process; each takes 19 MiB while it runs.",
        _as_count(1, 256),
    ),
    Variable(
        "NARTHEX_LOG_FORMAT",
        "log_format",
        "`auto`",
        "`json` (one object a line), `pretty` (for people), or `auto`: pretty on a terminal, else json.",
        _as_choice("auto", "json", "pretty"),
    ),
    Variable(
        "NARTHEX_LOG_LEVEL",
        "log_level",
        "`info`",
        "The least that is logged: `debug`, `info`, `warning` or `error`. A request that succeeds is `info`.",
        _as_choice("debug", "info", "warning", "error"),
    ),
    Variable(
        "NARTHEX_METRICS_PUBLIC",
        "metrics_public",
        "`0`",
        "`1` serves `/metrics` to every client; otherwise only to this machine.",
        _as_switch,
    ),
    Variable("NARTHEX_DATA_DIR", "data_dir", "`data`", "The folder for files that the server makes.", Path),
)
_FIELDS = {variable.field: variable for variable in VARIABLES}


def read_settings(environ: Mapping[str, str], **overrides: Any) -> Settings:
    """The settings of `environ`, where an override (by field, None for none) wins; raises `SettingsError`.

    An override may be text, as on the command line, or the value itself.
    """
    _refuse_unknown(environ)
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        override = overrides.pop(variable.field, None)
        text = environ.get(variable.name, "").strip() if override is None else _to_text(override)
        # An empty variable is what compose files and CI forms give for "not set".
        if text:
            values[variable.field] = _parse(variable, text)
    if overrides:
        raise TypeError(f"no such setting: {', '.join(overrides)}")
    return _complete(values)


def _parse(variable: Variable, text: str) -> Any:
    try:
        return variable.parse(text)
    except _Invalid as error:
        raise SettingsError(f"{variable.name} {error}.") from None


def _to_text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, tuple | list):
        return ",".join(value)
    return str(value)


def _complete(values: dict[str, Any]) -> Settings:
    data_dir = values.setdefault("data_dir", Path("data"))
    values.setdefault("database_url", f"sqlite:///{data_dir / 'narthex.db'}")
    values.setdefault("base_url", f"http://localhost:{values.get('port', DEFAULT_PORT)}")
    values.setdefault("hashing_threads", _cores())
    settings = Settings(**values)
    if settings.sqlite_path is not None and settings.workers > 1:
        raise SettingsError(
            "NARTHEX_WORKERS must be 1 on SQLite, which one process writes. For more, set NARTHEX_DATABASE_URL to a "
            "PostgreSQL database (postgresql://…)."
        )
    if settings.sqlite_path is None and settings.encryption_key is None:
        raise SettingsError(KEY_REQUIRED)
    return settings


def _cores() -> int:
    # Affinity where the system has it: a container with 2 of 64 cores should not run 64 hashes at once.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [variable.name for variable in VARIABLES]
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1, cutoff=0.0)
            raise SettingsError(f"{name} is not a setting. Did you mean {near[0]}? docs/reference/settings.md has all.")
