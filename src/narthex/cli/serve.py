"""`narthex serve`: the server. One process in this one; more of them, on PostgreSQL, under uvicorn's supervisor."""

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from uvicorn import Config

    from narthex.app import Narthex
    from narthex.cli.first_run import FirstRun
    from narthex.settings import Settings

GRACEFUL_SECONDS = 10
START_SECONDS = 30
BACKLOG = 2048
# Longer than the idle time of common proxies and balancers (60 s), so that they close first and no request is lost.
KEEP_ALIVE_SECONDS = 75


@click.command(
    short_help="Start the server.",
    epilog="""\b
Examples:
  narthex serve
  narthex serve --port 4000
  narthex serve --host 0.0.0.0 --base-url https://login.example.com --trusted-proxies 10.0.0.7
  NARTHEX_DATABASE_URL=postgresql://narthex:secret@db/narthex narthex serve --workers 4""",
)
@click.option("--host", help="Address to listen on (NARTHEX_HOST, 127.0.0.1).")
@click.option("--port", help="Port to listen on (NARTHEX_PORT, 3001).")
@click.option("--base-url", help="Origin by which browsers reach it (NARTHEX_BASE_URL, http://localhost:<port>).")
@click.option("--workers", help="Processes, one a core; more than one needs PostgreSQL (NARTHEX_WORKERS, 1).")
@click.option("--trusted-proxies", help="Proxies whose X-Forwarded-… is believed (NARTHEX_TRUSTED_PROXIES, none).")
@click.option("--database-url", help="Where the data is (NARTHEX_DATABASE_URL, a SQLite file in ./data).")
@click.option("--log-format", help="json, pretty or auto (NARTHEX_LOG_FORMAT, auto).")
@click.option("--log-level", help="debug, info, warning or error (NARTHEX_LOG_LEVEL, info).")
def serve(**options: str | None) -> None:
    """Start the server; sets up the database where that was not done.

    Options win over environment variables. SIGTERM and Ctrl+C stop it: it takes no more requests, finishes those it
    has within 10 seconds, and closes the database.
    """
    from narthex.cli.first_run import first_run
    from narthex.cli.running import prepare
    from narthex.cli.sqlite_lock import hold_sqlite_lock
    from narthex.kit.logging import configure_logging
    from narthex.settings import read_settings

    settings = read_settings(os.environ, **options)
    configure_logging(settings.log_format, settings.log_level)
    with _listen(settings.host, settings.port) as listening, hold_sqlite_lock(settings.sqlite_path):
        prepare(settings)
        first = first_run(settings, with_link=sys.stdout.isatty())
        if settings.workers == 1:
            _serve_here(settings, first, listening)
        else:
            _serve_with_workers(settings, first, options, listening)


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address: taken first, so that a port in use is told before any work is done."""
    listening = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        if listening is not None:
            listening.close()
        raise click.ClickException(
            f"Cannot listen on {host}:{port}: {error.strerror or error}. Choose another address with --host and --port."
        ) from None
    listening.set_inheritable(True)
    return listening


def _configuration(app: Any, settings: "Settings", **more: Any) -> "Config":
    from uvicorn import Config

    return Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        # The edge reads the forwarding headers itself: it knows host and address of the client too.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        **more,
    )


def _serve_here(settings: "Settings", first: "FirstRun", listening: socket.socket) -> None:
    import asyncio

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, first, listening))


async def _run(settings: "Settings", first: "FirstRun", listening: socket.socket) -> None:
    from uvicorn import Server

    from narthex.app import create_app

    class Announced(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce(settings, first)

    app = create_app(settings)
    server = Announced(_configuration(app, settings, lifespan="off"))

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn's own handlers are there only while it serves. These catch a signal that comes before, and the one that it
    # raises again when it has stopped: then everything is being closed in order, and the exit is a success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    await app.startup()
    try:
        await server.serve(sockets=[listening])
    finally:
        await app.shutdown()


def _serve_with_workers(
    settings: "Settings", first: "FirstRun", options: dict[str, str | None], listening: socket.socket
) -> None:
    from uvicorn.supervisors import Multiprocess

    class Announced(Multiprocess):
        def init_processes(self) -> None:
            super().init_processes()
            if any(process.wait_until_ready(START_SECONDS, self.should_exit) for process in self.processes):
                announce(settings, first)

    # The workers are new processes: what the options said has to reach them by the environment.
    from narthex.settings import VARIABLES

    names = {variable.field: variable.name for variable in VARIABLES}
    os.environ.update({names[field]: text for field, text in options.items() if text is not None})
    configuration = _configuration(
        "narthex.cli.serve:worker", settings, factory=True, workers=settings.workers, lifespan="on"
    )
    Announced(configuration, sockets=[listening]).run()


def worker() -> "Narthex":
    """The application of one worker process."""
    from narthex.app import create_app
    from narthex.kit.logging import configure_logging
    from narthex.settings import read_settings

    settings = read_settings(os.environ)
    configure_logging(settings.log_format, settings.log_level)
    return create_app(settings)


def announce(settings: "Settings", first: "FirstRun") -> None:
    """Say where the server is: to a person on the terminal, and to the log."""
    from narthex.cli.running import describe_database
    from narthex.kit.logging import Log

    Log("narthex.serve").info("listening", url=settings.base_url, host=settings.host, port=settings.port)
    if not first.is_set_up:
        Log("narthex.serve").info("no operator yet", next="narthex admin set-up-link")
    if sys.stdout.isatty():
        click.echo()
        click.echo(f"  Narthex is ready at  {settings.base_url}")
        if first.link is None:
            click.echo(f"  Console:  {first.console}")
        else:
            # Printed, never logged: whoever opens it runs the server.
            click.echo(f"  Set up the console (works once, within an hour):  {first.link}")
        click.echo(f"  Sign up and see your claims:  {settings.base_url}/demo-app")
        click.echo(f"  Data: {describe_database(settings)}.  Stop with Ctrl+C.")
        click.echo()
