"""An application, as the wire writes it and as the protocol reads it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET, Struct, UnsetType

from narthex.applications.types import RULES, ApplicationType, TypeRules
from narthex.kit.cursors import Cursor

DEMO_APPLICATION_ID = "demo-app"
# In the tenant of its operators.
ADMIN_CONSOLE_APPLICATION_ID = "admin-console"
# Part of the server: neither listed nor changed nor deleted.
BUILT_IN_IDS = (DEMO_APPLICATION_ID, ADMIN_CONSOLE_APPLICATION_ID)


class OidcClientMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The `oidcClientMetadata` of the wire (logto-api.md 2.4)."""

    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool | None = None
    logo_uri: str | None = None


class CustomClientMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The `customClientMetadata` of the wire; TTLs in seconds or days as named (logto-api.md 2.4)."""

    cors_allowed_origins: tuple[str, ...] = ()
    id_token_ttl: int | None = None
    refresh_token_ttl: int | None = None
    refresh_token_ttl_in_days: int | None = None
    always_issue_refresh_token: bool = False
    rotate_refresh_token: bool = True


class SecretHash(Struct, frozen=True):
    """One secret of an application, as it is compared; `expires_at` in ms since epoch."""

    name: str
    value_hash: str
    expires_at: int | None


class ApplicationRow(Struct, frozen=True):
    """A row of `applications` with the version of the tenant's configuration."""

    id: str
    name: str
    type: ApplicationType
    oidc_client_metadata: OidcClientMetadata
    custom_client_metadata: CustomClientMetadata
    is_third_party: bool
    config_version: int


class Application(Struct, frozen=True, dict=True):
    """An application with its secrets."""

    id: str
    name: str
    type: ApplicationType
    oidc: OidcClientMetadata
    custom: CustomClientMetadata
    is_third_party: bool
    secrets: tuple[SecretHash, ...]

    @property
    def rules(self) -> TypeRules:
        """What its type may do."""
        return RULES[self.type]

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins whose scripts may call the protocol for it (CORS; logto-api.md 1.9)."""
        return origins_of(self.oidc, self.custom)


def origins_of(oidc: OidcClientMetadata, custom: CustomClientMetadata) -> frozenset[str]:
    """The origins of the redirect URIs, and those that are allowed beside them."""
    redirects = (urlsplit(uri) for uri in oidc.redirect_uris)
    own = {f"{uri.scheme}://{uri.netloc}" for uri in redirects if uri.scheme in {"http", "https"}}
    return frozenset(own | set(custom.cors_allowed_origins))


class ApplicationDetails(Struct, frozen=True, rename="camel"):
    """Everything about an application but its secrets; `created_at` in ms since epoch. Wire: logto-api.md 2.4."""

    id: str
    name: str
    description: str | None
    type: ApplicationType
    oidc_client_metadata: OidcClientMetadata
    custom_client_metadata: CustomClientMetadata
    custom_data: dict[str, Any]
    is_third_party: bool
    framework: str | None
    created_at: int

    @property
    def rules(self) -> TypeRules:
        """What its type may do."""
        return RULES[self.type]

    @property
    def is_built_in(self) -> bool:
        """Whether it is part of the server."""
        return self.id in BUILT_IN_IDS


class ApplicationSummary(Struct, frozen=True, rename="camel"):
    """An application as a row of a list."""

    id: str
    name: str
    description: str | None
    type: ApplicationType
    is_third_party: bool
    framework: str | None
    created_at: int

    @property
    def cursor(self) -> str:
        """The place of this row in a list with the newest first."""
        return Cursor(self.created_at, self.id).text


class ApplicationFilter(Struct, frozen=True):
    """Which applications a list has: `search` is a part of the name in any case, or the exact id."""

    search: str = ""
    types: tuple[ApplicationType, ...] = ()
    is_third_party: bool | None = None


class NewApplication(Struct, frozen=True):
    """What making an application takes; `oidc` in place of the two lists of URIs where there is more to say."""

    name: str
    type: ApplicationType
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    custom: CustomClientMetadata = CustomClientMetadata()
    description: str | None = None
    is_third_party: bool = False
    custom_data: Mapping[str, Any] = {}
    framework: str | None = None
    oidc: OidcClientMetadata | None = None

    @property
    def metadata(self) -> OidcClientMetadata:
        """The metadata that it asks for."""
        return self.oidc or OidcClientMetadata(self.redirect_uris, self.post_logout_redirect_uris)


class ApplicationChange(Struct, frozen=True):
    """What to change of an application; what is left out stays, and None empties what may be empty."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    framework: str | UnsetType | None = UNSET
    custom_data: Mapping[str, Any] | UnsetType = UNSET
    is_third_party: bool | UnsetType = UNSET
    redirect_uris: tuple[str, ...] | UnsetType = UNSET
    post_logout_redirect_uris: tuple[str, ...] | UnsetType = UNSET
    backchannel_logout_uri: str | UnsetType | None = UNSET
    backchannel_logout_session_required: bool | UnsetType | None = UNSET
    logo_uri: str | UnsetType | None = UNSET
    cors_allowed_origins: tuple[str, ...] | UnsetType = UNSET
    id_token_ttl: int | UnsetType | None = UNSET
    refresh_token_ttl: int | UnsetType | None = UNSET
    refresh_token_ttl_in_days: int | UnsetType | None = UNSET
    always_issue_refresh_token: bool | UnsetType = UNSET
    rotate_refresh_token: bool | UnsetType = UNSET


class SecretInfo(Struct, frozen=True, rename="camel"):
    """A secret without its value; times in ms since epoch."""

    name: str
    created_at: int
    expires_at: int | None

    def is_expired(self, now: int) -> bool:
        """Whether it is over."""
        return self.expires_at is not None and self.expires_at <= now


class SecretValue(Struct, frozen=True, rename="camel"):
    """A secret with its value, for whoever may see it. Wire: logto-api.md 2.4."""

    application_id: str
    name: str
    value: str
    created_at: int
    expires_at: int | None
