"""Applications and their secrets. Wire: application-create-*.json, logto-api.md 2.4."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from narthex.applications.schemas import ApplicationDetails, CustomClientMetadata, OidcClientMetadata
from narthex.applications.types import ApplicationType

Seconds = Annotated[int, Meta(ge=1, le=2**31)]
Milliseconds = Annotated[int, Meta(ge=0, le=2**53)]


class OidcMetadataAnswer(Struct, frozen=True, rename="camel"):
    """Addresses of an application."""

    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str | UnsetType = UNSET
    backchannel_logout_session_required: bool | UnsetType = UNSET
    logo_uri: str | UnsetType = UNSET


class CustomMetadataAnswer(Struct, frozen=True, rename="camel"):
    """Settings of an application's tokens; TTLs in seconds or days as named."""

    always_issue_refresh_token: bool
    rotate_refresh_token: bool
    cors_allowed_origins: tuple[str, ...] | UnsetType = UNSET
    id_token_ttl: int | UnsetType = UNSET
    refresh_token_ttl: int | UnsetType = UNSET
    refresh_token_ttl_in_days: int | UnsetType = UNSET


class ApplicationAnswer(Struct, frozen=True, rename="camel"):
    """An application; `createdAt` in ms since the epoch."""

    tenant_id: str
    id: str
    name: str
    description: str | None
    type: ApplicationType
    oidc_client_metadata: OidcMetadataAnswer
    custom_client_metadata: CustomMetadataAnswer
    custom_data: dict[str, Any]
    is_third_party: bool
    created_at: int
    protected_app_metadata: None = None
    app_level_access_control_enabled: bool = False


class ApplicationRead(ApplicationAnswer, frozen=True, rename="camel"):
    """One application, with whether it may use the Management API."""

    is_admin: bool = False


class OidcMetadataBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Addresses to set; those left out stay."""

    redirect_uris: tuple[str, ...] | UnsetType = UNSET
    post_logout_redirect_uris: tuple[str, ...] | UnsetType = UNSET
    backchannel_logout_uri: str | UnsetType | None = UNSET
    backchannel_logout_session_required: bool | UnsetType | None = UNSET
    logo_uri: str | UnsetType | None = UNSET


class CustomMetadataBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Settings of tokens to set; those left out stay."""

    cors_allowed_origins: tuple[str, ...] | UnsetType = UNSET
    id_token_ttl: Seconds | UnsetType | None = UNSET
    refresh_token_ttl: Seconds | UnsetType | None = UNSET
    refresh_token_ttl_in_days: Annotated[int, Meta(ge=1, le=180)] | UnsetType | None = UNSET
    always_issue_refresh_token: bool | UnsetType = UNSET
    rotate_refresh_token: bool | UnsetType = UNSET


class ApplicationBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new application."""

    name: str
    type: ApplicationType
    description: str | None = None
    oidc_client_metadata: OidcMetadataBody = OidcMetadataBody()
    custom_client_metadata: CustomMetadataBody = CustomMetadataBody()
    custom_data: dict[str, Any] = {}
    is_third_party: bool = False
    app_level_access_control_enabled: bool = False


class ApplicationPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of an application; what is left out stays. `customData` is replaced."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    oidc_client_metadata: OidcMetadataBody = OidcMetadataBody()
    custom_client_metadata: CustomMetadataBody = CustomMetadataBody()
    custom_data: dict[str, Any] | UnsetType = UNSET
    app_level_access_control_enabled: bool = False


class SecretAnswer(Struct, frozen=True, rename="camel"):
    """A secret of an application, as it is typed; times in ms since the epoch."""

    tenant_id: str
    application_id: str
    name: str
    value: str
    created_at: int
    expires_at: int | None


class SecretBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new secret; it expires at a time in ms since the epoch, or never."""

    name: str
    expires_at: Milliseconds | None = None


class SecretPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Another name for a secret."""

    name: str


def application_answer(tenant_id: str, application: ApplicationDetails) -> ApplicationAnswer:
    """An application as the wire writes it."""
    return ApplicationAnswer(
        tenant_id,
        application.id,
        application.name,
        application.description,
        application.type,
        _oidc(application.oidc_client_metadata),
        _custom(application.custom_client_metadata),
        application.custom_data,
        application.is_third_party,
        application.created_at,
    )


def application_read(tenant_id: str, application: ApplicationDetails, *, is_admin: bool) -> ApplicationRead:
    """One application, read by its id."""
    return ApplicationRead(**asdict(application_answer(tenant_id, application)), is_admin=is_admin)


def _oidc(metadata: OidcClientMetadata) -> OidcMetadataAnswer:
    return OidcMetadataAnswer(
        metadata.redirect_uris,
        metadata.post_logout_redirect_uris,
        metadata.backchannel_logout_uri or UNSET,
        _given(metadata.backchannel_logout_session_required),
        metadata.logo_uri or UNSET,
    )


def _custom(metadata: CustomClientMetadata) -> CustomMetadataAnswer:
    return CustomMetadataAnswer(
        metadata.always_issue_refresh_token,
        metadata.rotate_refresh_token,
        metadata.cors_allowed_origins or UNSET,
        _given(metadata.id_token_ttl),
        _given(metadata.refresh_token_ttl),
        _given(metadata.refresh_token_ttl_in_days),
    )


def _given(value: Any) -> Any:
    return UNSET if value is None else value
