"""A connection as the Management API shows it, where it is called a connector. Wire: logto-api.md 2.4, the OpenAPI
document's GET /api/connectors/{id}."""

from collections.abc import Mapping

import msgspec

from narthex.connections import service
from narthex.connections.schemas import Connection, ConnectorMetadataResponse, ConnectorResponse
from narthex.connectors.contract import ConnectorMetadata, FormField
from narthex.kit.runtime import Runtime

FIELD_TYPES = {"switch": "Switch", "json": "Json", "number": "Number", "list": "MultilineText", "select": "Select"}


def connector_response(
    runtime: Runtime, tenant_id: str, connection: Connection, *, with_config: bool = True
) -> ConnectorResponse | None:
    """The row of a connection; its configuration with secrets only for whoever manages the tenant. None where the code
    of the connector is no longer installed."""
    connector = service.connector_of(connection)
    if connector is None:
        return None
    about = connector.metadata
    names = dict(connection.metadata.name) or {"en": about.name}
    logo = connection.metadata.logo or about.logo
    shown = ConnectorMetadataResponse(connection.target, names, logo, connection.metadata.logo_dark)
    return ConnectorResponse(
        id=connection.id,
        connector_id=connection.connector_id,
        type="Social",
        target=connection.target,
        platform=about.platform,
        sync_profile=connection.sync_profile,
        enable_token_storage=False,
        config=service.config_of(runtime, tenant_id, connection) if with_config else {},
        metadata=msgspec.to_builtins(shown),
        is_demo=False,
        is_standard=about.is_standard,
        name=names,
        description={"en": about.description},
        logo=logo,
        logo_dark=connection.metadata.logo_dark,
        readme=about.readme,
        form_items=form_items(about),
    )


def form_items(about: ConnectorMetadata) -> list[dict[str, object]]:
    """The fields of a connector's form on the wire."""
    return [_form_item(field) for field in about.fields]


def _form_item(field: FormField) -> dict[str, object]:
    item: dict[str, object] = {
        "type": FIELD_TYPES.get(field.type, "Text"),
        "key": field.key,
        "label": field.label,
        "required": field.required,
    }
    if field.options:
        item["selectItems"] = [{"value": one.value, "title": one.title} for one in field.options]
    optional: Mapping[str, object] = {
        "placeholder": field.placeholder or None,
        "description": field.help or None,
        "defaultValue": field.default,
        "isConfidential": True if field.type == "secret" else None,
    }
    item.update((name, value) for name, value in optional.items() if value is not None)
    if field.condition is not None:
        item["showConditions"] = [{"targetKey": field.condition.key, "expectValue": field.condition.value}]
    return item
