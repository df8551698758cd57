"""A server: its shared parts, its one ASGI application, and its life. Nothing is global, so many servers live in one
process, each with its own clock, random source and metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import resources
from typing import Any

from narthex.app.expiry import delete_expired
from narthex.console.routes import Console
from narthex.demo_app.routes import DemoApp
from narthex.edge import Edge
from narthex.insights.settling import Settling
from narthex.kit.cache import ConfigCache
from narthex.kit.clock import Clock, SystemClock
from narthex.kit.database import open_database
from narthex.kit.encryption import Cipher, SealBroken
from narthex.kit.errors import Refusal
from narthex.kit.http_client import HttpClient
from narthex.kit.logging import Log
from narthex.kit.metrics import Metrics
from narthex.kit.randomness import Randomness
from narthex.kit.runtime import Runtime
from narthex.kit.templates import Templates
from narthex.kit.worker_pool import WorkerPool
from narthex.operations.routes import Operations
from narthex.settings import Settings
from narthex.signing_keys import service as signing_keys
from narthex.tenants.directory import TenantDirectory

LOG = Log("narthex.app")
POLL_SECONDS = 1.0
EXPIRY_SECONDS = 60.0
# Some three seconds of hashes: a class that signs in together waits, and nobody is turned away.
HASHES_WAITING_PER_THREAD = 100

TEMPLATES = (
    ("hosted", "narthex.sign_in_settings"),
    ("sign_in", "narthex.sign_in"),
    ("oidc", "narthex.oidc"),
    ("demo_app", "narthex.demo_app"),
    ("console", "narthex.console"),
)


class SchemaOutdated(Exception):
    """The database is not at the revision that this version needs."""


def newest_revision() -> str:
    """The revision that this version needs: the newest file of the migrations, which are not loaded for that."""
    versions = resources.files("narthex") / "migrations" / "versions"
    return max(entry.name for entry in versions.iterdir() if entry.name[:4].isdigit())[:4]


def build_runtime(settings: Settings, *, clock: Clock | None = None, randomness: Randomness | None = None) -> Runtime:
    """The shared parts of a server, with nothing opened yet."""
    clock, randomness = clock or SystemClock(), randomness or Randomness()
    threads = settings.hashing_threads
    return Runtime(
        database=open_database(settings.database_url, clock, randomness),
        clock=clock,
        randomness=randomness,
        cipher=Cipher(settings.load_encryption_key()),
        hashing=WorkerPool(threads, threads * HASHES_WAITING_PER_THREAD),
        cache=ConfigCache(),
        templates=Templates(TEMPLATES),
        metrics=Metrics(),
        http=HttpClient(settings.outgoing_allow),
    )


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, clock: Clock | None = None, randomness: Randomness | None = None
) -> AsyncIterator[Runtime]:
    """The shared parts with the database open, for commands."""
    runtime = build_runtime(settings, clock=clock, randomness=randomness)
    await runtime.database.open()
    try:
        yield runtime
    finally:
        await runtime.http.close()
        await runtime.database.close()
        runtime.hashing.close()


class Narthex:
    """A server as an ASGI application."""

    def __init__(self, settings: Settings, runtime: Runtime) -> None:
        self.settings = settings
        self.runtime = runtime
        self.directory = TenantDirectory(runtime.database, runtime.cache, settings.base_url)
        self._edge = Edge(
            runtime,
            self.directory,
            DemoApp(self),
            Console(self, self.directory),
            Operations(runtime, self.directory, metrics_are_public=settings.metrics_public),
            settings.trusted_proxies,
        )
        self._settling = Settling(runtime.database)
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or start and stop with the server around it."""
        if scope["type"] == "http":
            await self._edge(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def startup(self) -> None:
        """Open the database, check its schema, learn the tenants. Raises `SchemaOutdated`, `SealBroken`."""
        await self.runtime.database.open()
        revision = await self.runtime.database.schema_revision()
        needed = newest_revision()
        if revision != needed:
            await self.runtime.database.close()
            raise SchemaOutdated(f"The database is at revision {revision}, {needed} is needed: run `narthex migrate`.")
        await self._follow_database_clock()
        await self.directory.refresh()
        await self._check_encryption_key()
        self._tasks = [
            asyncio.create_task(self._every(POLL_SECONDS, self.directory.refresh)),
            asyncio.create_task(self._every(EXPIRY_SECONDS, self._clean_up)),
        ]

    async def _check_encryption_key(self) -> None:
        try:
            for tenant in self.directory.all()[:1]:
                await signing_keys.key_ring(self.runtime, tenant.id)
        except SealBroken:
            await self.runtime.database.close()
            raise

    async def shutdown(self) -> None:
        """Stop what runs beside the requests, and close the database."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self.runtime.http.close()
        await self.runtime.database.close()
        self.runtime.hashing.close()

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            await self.startup()
        except (SchemaOutdated, SealBroken, Refusal) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def _every(self, seconds: float, work: Any) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Refusal as refusal:
                LOG.warning("background work refused", error=refusal.code, work=getattr(work, "__name__", ""))
            except Exception as error:  # what runs beside the requests must not end with one failure
                LOG.error("background work failed", exception=error, work=getattr(work, "__name__", ""))

    async def _clean_up(self) -> None:
        await self._follow_database_clock()
        now = self.runtime.clock.now()
        await self._settling.settle([tenant.id for tenant in self.directory.all()], now)
        await delete_expired(self.runtime.database, now)

    async def _follow_database_clock(self) -> None:
        clock = self.runtime.clock
        if isinstance(clock, SystemClock):
            clock.follow(await self.runtime.database.now_ms())


def create_app(settings: Settings, *, clock: Clock | None = None, randomness: Randomness | None = None) -> Narthex:
    """A server; `startup` and `shutdown` are called by whatever serves it."""
    return Narthex(settings, build_runtime(settings, clock=clock, randomness=randomness))
