"""What the commands share: settings from the environment, quiet logs, an open database."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from narthex.settings import Settings, read_settings

if TYPE_CHECKING:
    from narthex.kit.runtime import Runtime
    from narthex.tenants.schemas import Tenant

T = TypeVar("T")


def command_settings(**overrides: Any) -> Settings:
    """The settings of a command, with warnings and errors logged to standard error."""
    from narthex.kit.logging import configure_logging

    settings = read_settings(os.environ, **overrides)
    configure_logging(settings.log_format, "warning")
    return settings


def describe_database(settings: Settings) -> str:
    """Which database it is, without its password."""
    if settings.sqlite_path is not None:
        return str(settings.sqlite_path)
    return settings.database_url.rpartition("@")[2].removeprefix("postgresql://")


def refuse_lost_key(settings: Settings) -> None:
    """Stop where the database is there and its key file is not: a new key would open nothing that it holds."""
    path = settings.sqlite_path
    if path is None or settings.encryption_key is not None or not path.exists() or not path.stat().st_size:
        return
    key = path.with_suffix(".key")
    if not key.exists():
        raise click.ClickException(
            f"{path} is there, but its encryption key {key} is missing. Restore that file, or set "
            "NARTHEX_ENCRYPTION_KEY; a new key could not read the signing keys and secrets in the database."
        )


def with_runtime(work: Callable[["Runtime", Settings], Awaitable[T]]) -> T:
    """What `work` returns, given the runtime of a server that has been set up."""
    settings = command_settings()
    path = settings.sqlite_path
    if path is not None and not path.exists():
        raise click.ClickException(f"There is no database at {path} yet. Run: narthex init")
    refuse_lost_key(settings)
    return asyncio.run(_with_runtime(settings, work))


async def _with_runtime(settings: Settings, work: Callable[["Runtime", Settings], Awaitable[T]]) -> T:
    from narthex.app import open_runtime
    from narthex.migrations import HEAD

    async with open_runtime(settings) as runtime:
        revision = await runtime.database.schema_revision()
        if revision is None:
            raise click.ClickException(f"{describe_database(settings)} is not set up yet. Run: narthex init")
        if revision != HEAD:
            raise click.ClickException(
                f"The schema of {describe_database(settings)} is at {revision}, not {HEAD}. Run: narthex migrate"
            )
        return await work(runtime, settings)


def prepare(settings: Settings) -> bool:
    """Bring the database to this version's schema and seed it; whether anything had to be done.

    Alembic is imported only where the schema is not current: a restart should not pay for it.
    """
    refuse_lost_key(settings)
    if settings.sqlite_path is not None:
        settings.sqlite_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    has_seeded = asyncio.run(_seed_if_current(settings))
    if has_seeded is not None:
        return has_seeded
    from narthex import migrations

    migrations.upgrade(settings.database_url)
    asyncio.run(_seed_if_current(settings))
    return True


async def _seed_if_current(settings: Settings) -> bool | None:
    """Whether there was anything to seed, or None where the schema is not current."""
    from narthex.app import ensure_seeded, open_runtime
    from narthex.migrations import HEAD

    async with open_runtime(settings) as runtime:
        if await runtime.database.schema_revision() != HEAD:
            return None
        return await ensure_seeded(runtime)


async def require_tenant(runtime: "Runtime", settings: Settings, tenant_id: str) -> "Tenant":
    """The tenant; stops with a sentence where there is none of this id."""
    from narthex.tenants.directory import TenantDirectory

    directory = TenantDirectory(runtime.database, runtime.cache, settings.base_url)
    await directory.refresh()
    tenant = directory.get(tenant_id)
    if tenant is None:
        known = ", ".join(sorted(one.id for one in directory.all()))
        raise click.ClickException(f"There is no tenant {tenant_id!r}. There are: {known}.")
    return tenant


def print_record(title: str, record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what a command made: as one JSON object for scripts, else as aligned lines without what is missing."""
    if as_json:
        click.echo(json.dumps(dict(record), ensure_ascii=False))
        return
    click.echo(title)
    width = max(map(len, record))
    for name, value in record.items():
        if value is not None:
            click.echo(f"  {name:<{width}}  {value}")
