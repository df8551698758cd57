"""The checks behind `narthex doctor`. Each is told in one sentence, with the fix where something is wrong."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from msgspec import Struct

from narthex.app import open_runtime
from narthex.cli.explaining import explain
from narthex.cli.running import describe_database
from narthex.kit.encryption import SealBroken
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.migrations import HEAD
from narthex.settings import Settings
from narthex.signing_keys import service as signing_keys
from narthex.tenants.directory import TenantDirectory
from narthex.tenants.schemas import DEFAULT_TENANT, Tenant

CLOCK_LIMIT_MS = 2_000
HTTP_LIMIT_SECONDS = 5.0
ANSWER_LIMIT = 100_000


class Finding(Struct, frozen=True):
    """The outcome of one check: right, wrong, or odd (worth a look, but it works)."""

    check: str
    outcome: Literal["right", "wrong", "odd"]
    text: str


async def diagnose(settings: Settings) -> list[Finding]:
    """Every check that can be made; what depends on a broken thing is left out."""
    path = settings.sqlite_path
    if path is not None and not path.exists():
        return [Finding("database", "wrong", f"There is no database at {path} yet. Run: narthex init")]
    if path is not None and settings.encryption_key is None and not path.with_suffix(".key").exists():
        return [Finding("encryption key", "wrong", f"{path.with_suffix('.key')} is missing. Restore it from a backup.")]
    try:
        async with open_runtime(settings) as runtime:
            return [finding async for finding in _findings(runtime, settings)]
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        return [Finding("database", "wrong", sentence)]


async def _findings(runtime: Runtime, settings: Settings) -> AsyncIterator[Finding]:
    revision = await runtime.database.schema_revision()
    name = describe_database(settings)
    if revision != HEAD:
        fix = "narthex migrate" if revision else "narthex init"
        yield Finding("database", "wrong", f"{name} is at {revision or 'no revision'}, not {HEAD}. Run: {fix}")
        return
    yield Finding("database", "right", f"{name} answers; its schema is {HEAD}.")
    yield await _clock(runtime)
    directory = TenantDirectory(runtime.database, runtime.cache, settings.base_url)
    await directory.refresh()
    tenants = sorted(directory.all(), key=lambda tenant: (tenant.id != DEFAULT_TENANT, tenant.id))
    if not tenants:
        yield Finding("tenants", "wrong", "There are none yet. Run: narthex init")
    for tenant in tenants:
        yield await _keys(runtime, tenant)
    for tenant in tenants:
        yield await asyncio.to_thread(check_issuer, tenant)


async def _clock(runtime: Runtime) -> Finding:
    before = time.time() * 1000
    there = await runtime.database.now_ms()
    here = (before + time.time() * 1000) / 2
    skew = round(there - here)
    if abs(skew) <= CLOCK_LIMIT_MS:
        return Finding("clock", "right", f"{abs(skew)} ms apart from the database's.")
    text = f"{abs(skew) / 1000:.1f} s {'behind' if skew > 0 else 'ahead of'} the database's clock."
    # The server follows the database's clock, so its tokens are right; what else runs here is not.
    return Finding("clock", "odd", f"{text} The server follows the database; set this machine's clock (NTP).")


async def _keys(runtime: Runtime, tenant: Tenant) -> Finding:
    check = f"signing keys of {tenant.id}"
    try:
        ring = await signing_keys.key_ring(runtime, tenant.id)
        ring.signer(runtime.clock.now()).sign({})
        statuses = [summary.status for summary in await signing_keys.summaries(runtime, tenant.id)]
    except SealBroken:
        return Finding(
            check, "wrong", "They were sealed with another encryption key. Set NARTHEX_ENCRYPTION_KEY to it."
        )
    except (LookupError, ValueError, Refusal) as error:
        return Finding(check, "wrong", f"{error}. Run: narthex rotate-keys --tenant {tenant.id}")
    if "Next" not in statuses:
        fix = f"Run: narthex rotate-keys --tenant {tenant.id}"
        return Finding(check, "odd", f"One signs, but no next one is published. {fix}")
    return Finding(check, "right", f"{ring.signer(runtime.clock.now()).algorithm} signs; the next one is published.")


def check_issuer(tenant: Tenant) -> Finding:
    """Ask the tenant's own address for its discovery document, as every client does first. Blocking."""
    check = f"address of {tenant.id}"
    url = f"{tenant.issuer}/.well-known/openid-configuration"
    try:
        issuer = _fetch(url).get("issuer")
    except HTTPError as error:
        return Finding(
            check, "wrong", f"{url} answers {error.code}. Is NARTHEX_BASE_URL right, does the proxy pass Host?"
        )
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Finding(check, "wrong", f"{url} cannot be read: {reason}. Does the server run, does the name resolve?")
    if issuer != tenant.issuer:
        return Finding(
            check, "wrong", f"{url} names the issuer {issuer!r}, not {tenant.issuer!r}: set NARTHEX_BASE_URL."
        )
    return Finding(check, "right", f"{tenant.issuer} answers with its own name.")


def _fetch(url: str) -> dict[str, Any]:
    # This process's own server at its own address: no proxy in between, and http only on this machine.
    opener = build_opener(ProxyHandler({}))
    with opener.open(Request(url, headers={"accept": "application/json"}), timeout=HTTP_LIMIT_SECONDS) as answer:  # noqa: S310
        document = json.loads(answer.read(ANSWER_LIMIT))
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return document
