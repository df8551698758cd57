"""A connection as the rest of the server sees one. Wire: management-connectors.json, logto-api.md 2.4 (Connector)."""

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType

from narthex.connectors.registry import find_connector

LONGEST_LOGO = 64 * 1024


class ConnectionMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a connection is called, by language tag, and its logos."""

    name: dict[str, str] = {}
    logo: str | None = None
    logo_dark: str | None = None


class ConnectionRow(Struct, frozen=True):
    """A row of `connections` with the version of the tenant's configuration."""

    id: str
    connector_id: str
    target: str
    config_sealed: str
    metadata: ConnectionMetadata
    sync_profile: bool
    created_at: int
    config_version: int


class Connection(Struct, frozen=True):
    """A configured connector. `created_at` in ms since epoch."""

    id: str
    connector_id: str
    target: str
    config_sealed: str
    metadata: ConnectionMetadata
    sync_profile: bool
    created_at: int

    def display_name(self, language: str = "en") -> str:
        """What to call it in a language: the name in that language or its base, else the English one, else any."""
        names = self.metadata.name
        wanted = (language, language.partition("-")[0], "en", *names)
        connector = find_connector(self.connector_id)
        usual = connector.metadata.name if connector else self.target
        return next((names[tag] for tag in wanted if names.get(tag)), usual)

    @property
    def logo(self) -> str | None:
        """A logo that a page may show: inline or of our own origin; where there is none, that of the connector."""
        return self._shown(self.metadata.logo) or self._connector_logo

    @property
    def logo_dark(self) -> str | None:
        """The logo for dark pages, where there is one."""
        return self._shown(self.metadata.logo_dark)

    @property
    def _connector_logo(self) -> str | None:
        connector = find_connector(self.connector_id)
        return connector.metadata.logo if connector else None

    @staticmethod
    def _shown(url: str | None) -> str | None:
        return url if (url or "").startswith("data:image/") else None


class NewConnection(Struct, frozen=True):
    """What making a connection takes. The id may be made before, so that a form can show the redirect URI."""

    connector_id: str
    config: Mapping[str, object]
    target: str | None = None
    metadata: ConnectionMetadata = ConnectionMetadata()
    sync_profile: bool = False
    id: str | None = None


class ConnectionChange(Struct, frozen=True):
    """What to change; a secret of the configuration that is not given stays as it is."""

    config: Mapping[str, object] | UnsetType = UNSET
    metadata: ConnectionMetadata | UnsetType = UNSET
    sync_profile: bool | UnsetType = UNSET
    target: str | UnsetType = UNSET


class ConnectorMetadataResponse(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The metadata of a connection on the wire."""

    target: str
    name: dict[str, str]
    logo: str | None = None
    logo_dark: str | None = None


class ConnectorResponse(Struct, frozen=True, rename="camel"):
    """A connection on the wire, where it is called a connector."""

    id: str
    connector_id: str
    type: str
    target: str
    platform: str
    sync_profile: bool
    enable_token_storage: bool
    config: dict[str, object]
    metadata: dict[str, object]
    is_demo: bool
    is_standard: bool
    name: dict[str, str]
    description: dict[str, str]
    logo: str
    logo_dark: str | None
    readme: str
    form_items: list[dict[str, object]]
    extra_info: None = None
