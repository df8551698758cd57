"""`python -m bench.floor CONFIGURATION`: serve the floor."""

import sys
from pathlib import Path

import msgspec
import uvicorn

from bench.floor.application import Floor
from bench.floor.configuration import Configuration
from bench.floor.storage import Storage


def main() -> None:
    """Serve on the same uvicorn, with the same options, as `narthex serve`."""
    configuration = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Configuration)
    uvicorn.run(
        Floor(configuration, _storage(configuration.database_url)),
        port=configuration.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=2048,
        timeout_keep_alive=75,
        lifespan="on",
    )


def _storage(url: str) -> Storage:
    if url.startswith("sqlite:///"):
        from bench.floor.sqlite import SqliteStorage

        return SqliteStorage(url.removeprefix("sqlite:///"))
    from bench.floor.postgresql import PostgresqlStorage

    return PostgresqlStorage(url)


if __name__ == "__main__":
    main()
