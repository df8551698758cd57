"""What a connection may be: its id, target, names and logos, and a configuration that its connector can use."""

import re
from collections.abc import Mapping
from typing import Any

from narthex.connections.schemas import LONGEST_LOGO, ConnectionMetadata
from narthex.connections.tables import LONGEST_TARGET
from narthex.connectors.contract import ConfigInvalid, SocialConnector
from narthex.connectors.registry import find_connector
from narthex.kit.errors import InvalidInput, Refusal
from narthex.kit.showable import is_showable

TARGET = re.compile(rf"[a-z0-9_-]{{1,{LONGEST_TARGET}}}")
ID = re.compile(r"[0-9a-z]{12,21}")
TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
LONGEST_NAME = 64
MOST_NAMES = 100
LARGEST_CONFIG = 64 * 1024


class ConnectionRefused(Refusal):
    """A connection that cannot be had as asked; the text names what to change. Wire: logto-api.md, `connector.…`."""

    def __init__(self, code: str, text: str, field: str, status: int = 422) -> None:
        super().__init__(code, status=status, text=text, phrase="error.invalid_request", data={"field": field})


def known_connector(connector_id: str) -> SocialConnector[Any]:
    """The connector of this id; raises `ConnectionRefused`."""
    connector = find_connector(connector_id)
    if connector is None:
        text = f"connectorId: there is no connector {connector_id[:64]!r}."
        raise ConnectionRefused("connector.not_found", text, "connectorId")
    return connector


def check_config(connector: SocialConnector[Any], config: Mapping[str, object]) -> None:
    """Raises `ConnectionRefused`, which names the field."""
    try:
        connector.check_config(config)
    except ConfigInvalid as invalid:
        text = f"{invalid.field}: {invalid.text}"
        raise ConnectionRefused("connector.invalid_config", text, invalid.field, 400) from None


def checked_target(connector: SocialConnector[Any], target: str | None) -> str:
    """The target as it is kept. A standard connector can be there several times, so it has no usual one."""
    usual = None if connector.metadata.is_standard else connector.metadata.target
    chosen = target or usual
    if chosen is None or not TARGET.fullmatch(chosen):
        text = f"target: 1 to {LONGEST_TARGET} small letters, digits, hyphens and underscores are needed."
        raise ConnectionRefused("connector.should_specify_target", text, "target", 400)
    return chosen


def check_id(given: str) -> None:
    """Raises `InvalidInput`."""
    if not ID.fullmatch(given):
        raise InvalidInput("id", "12 to 21 small letters and digits are needed.")


def check_metadata(metadata: ConnectionMetadata) -> None:
    """Raises `InvalidInput`: names are shown to people who decide by them, logos only ever as pictures."""
    if len(metadata.name) > MOST_NAMES or any(not TAG.fullmatch(tag) for tag in metadata.name):
        raise InvalidInput("metadata.name", "it has names by language tag, as in en or pt-BR.")
    for tag, name in metadata.name.items():
        if len(name) > LONGEST_NAME or not is_showable(name):
            text = f"at most {LONGEST_NAME} characters are needed, and none that cannot be shown or turns the writing."
            raise InvalidInput(f"metadata.name.{tag}", text)
    for field, logo in (("logo", metadata.logo), ("logoDark", metadata.logo_dark)):
        if logo and (len(logo) > LONGEST_LOGO or not logo.startswith(("https://", "http://", "data:image/"))):
            text = f"an address with https:// or data:image/ is needed, at most {LONGEST_LOGO // 1024} kB of it."
            raise InvalidInput(f"metadata.{field}", text)
