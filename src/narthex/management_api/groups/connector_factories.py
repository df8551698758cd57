"""`/api/connector-factories`: the kinds of connectors that can be configured."""

from typing import Any

from msgspec import Struct

from narthex.connections.wire import form_items
from narthex.connectors.contract import SocialConnector
from narthex.connectors.registry import all_connectors, find_connector
from narthex.kit.errors import EntityNotFound
from narthex.management_api.operation import Call, Group, NoQuery


class ConnectorFactory(Struct, frozen=True, rename="camel"):
    """A kind of connectors: what its form asks for, and how it is set up."""

    type: str
    id: str
    target: str
    name: dict[str, str]
    description: dict[str, str]
    logo: str
    logo_dark: str | None
    readme: str
    platform: str
    is_standard: bool
    form_items: list[dict[str, Any]]
    is_demo: bool = False


async def list_connector_factories(call: Call[NoQuery, None]) -> list[ConnectorFactory]:
    """All kinds of connectors."""
    return [_factory(connector) for connector in all_connectors()]


async def get_connector_factory(call: Call[NoQuery, None]) -> ConnectorFactory:
    """One kind of connectors."""
    connector = find_connector(call.path["id"])
    if connector is None:
        raise EntityNotFound("connector factory", call.path["id"])
    return _factory(connector)


def _factory(connector: SocialConnector[Any]) -> ConnectorFactory:
    about = connector.metadata
    return ConnectorFactory(
        "Social",
        about.id,
        about.target,
        {"en": about.name},
        {"en": about.description},
        about.logo,
        None,
        about.readme,
        about.platform,
        about.is_standard,
        form_items(about),
    )


_GROUP = Group("Connector factories")

OPERATIONS = (
    _GROUP.get(
        "/api/connector-factories", "List kinds of connectors", list_connector_factories, list[ConnectorFactory]
    ),
    _GROUP.get("/api/connector-factories/{id}", "Get a kind of connectors", get_connector_factory, ConnectorFactory),
)
