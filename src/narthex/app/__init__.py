"""The composition root: builds every part of a server, hands each what it needs, and mounts it. Also what a server does
beside its requests: seeding new tenants, and deleting what is over. Used by the command line and the tests alone."""

from narthex.app.seeding import create_tenant, ensure_seeded
from narthex.app.server import Narthex, SchemaOutdated, build_runtime, create_app, open_runtime

__all__ = [
    "Narthex",
    "SchemaOutdated",
    "build_runtime",
    "create_app",
    "create_tenant",
    "ensure_seeded",
    "open_runtime",
]
