"""A resource and its scopes."""

from msgspec import UNSET, Struct, UnsetType

from narthex.kit.cursors import Cursor

MANAGEMENT_RESOURCE_ID = "management-api"
MANAGEMENT_SCOPE_ID = "management-api-all"
MANAGEMENT_SCOPE = "all"


def management_indicator(tenant_id: str) -> str:
    """The resource indicator of a tenant's Management API, which clients of the wire name (logto-api.md 2.1)."""
    return f"https://{tenant_id}.logto.app/api"


class Resource(Struct, frozen=True):
    """An API resource; `access_token_ttl` in seconds."""

    id: str
    name: str
    indicator: str
    is_default: bool
    access_token_ttl: int
    config_version: int


class Scope(Struct, frozen=True):
    """A permission on a resource."""

    id: str
    resource_id: str
    name: str
    description: str | None


class ResourceDetails(Struct, frozen=True, rename="camel"):
    """An API resource for people and programs; `access_token_ttl` in seconds, `created_at` in ms since epoch."""

    id: str
    name: str
    indicator: str
    is_default: bool
    access_token_ttl: int
    created_at: int

    @property
    def cursor(self) -> str:
        """The place of this row in a list with the newest first."""
        return Cursor(self.created_at, self.id).text

    @property
    def is_management_api(self) -> bool:
        """Whether it stands for the tenant's own Management API, and so cannot be changed."""
        return self.id == MANAGEMENT_RESOURCE_ID


class ResourceChange(Struct, frozen=True):
    """What to change of a resource; what is left out stays."""

    name: str | UnsetType = UNSET
    access_token_ttl: int | UnsetType = UNSET


class ScopeDetails(Struct, frozen=True, rename="camel"):
    """A permission for people and programs; `created_at` in ms since epoch."""

    id: str
    resource_id: str
    name: str
    description: str | None
    created_at: int

    @property
    def cursor(self) -> str:
        """The place of this row in a list with the newest first."""
        return Cursor(self.created_at, self.id).text


class ScopeChange(Struct, frozen=True):
    """What to change of a permission; what is left out stays, and None empties the description."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
