"""An application, as the wire writes it and as the protocol reads it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from narthex.applications.types import RULES, ApplicationType, TypeRules

DEMO_APPLICATION_ID = "demo-app"


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


class NewApplication(Struct, frozen=True):
    """What making an application takes."""

    name: str
    type: ApplicationType
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    custom: CustomClientMetadata = CustomClientMetadata()
    description: str | None = None
    is_third_party: bool = False
    custom_data: Mapping[str, Any] = {}
