"""A resource and its scopes."""

from msgspec import Struct

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
