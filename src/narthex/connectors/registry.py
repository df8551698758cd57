"""Which connectors there are: ours, one line each, and those of third parties by the entry-point group
`narthex.connectors`, whose entries are called without arguments and give a connector (contract.py)."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from narthex.connectors.contract import SocialConnector
from narthex.connectors.oidc.connector import OidcConnector
from narthex.kit.logging import Log

LOG = Log("narthex.connectors")
GROUP = "narthex.connectors"

# A connector reads its own kind of configuration, which callers pass on without looking into it.
AnyConnector = SocialConnector[Any]

OURS: tuple[Callable[[], AnyConnector], ...] = (OidcConnector,)


@cache
def _connectors() -> Mapping[str, AnyConnector]:
    found = {connector.metadata.id: connector for connector in (make() for make in OURS)}
    for entry in entry_points(group=GROUP):
        try:
            connector: AnyConnector = entry.load()()
            # Ours win: an installed package must not replace the code that people sign in by.
            found.setdefault(connector.metadata.id, connector)
        except Exception as error:  # a stranger's package that is broken must not stop the others
            LOG.error("connector not loaded", exception=error, entry=entry.value)
    return found


def find_connector(connector_id: str) -> AnyConnector | None:
    """The connector with this id, or None where no such code is installed."""
    return _connectors().get(connector_id)


def all_connectors() -> tuple[AnyConnector, ...]:
    """Every connector that is installed, ours first."""
    return tuple(_connectors().values())
