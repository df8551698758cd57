"""API resources and their scopes. Wire: management-resources.json, resource-create.json."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from narthex.resources.schemas import ResourceDetails, ScopeDetails
from narthex.resources.service import DEFAULT_ACCESS_TOKEN_TTL

# A day at most would be wise; the wire takes more.
TtlSeconds = Annotated[int, Meta(ge=1, le=2**31)]


class ScopeAnswer(Struct, frozen=True, rename="camel"):
    """A scope of a resource."""

    tenant_id: str
    id: str
    resource_id: str
    name: str
    description: str | None
    created_at: int


class ResourceAnswer(Struct, frozen=True, rename="camel"):
    """An API resource; `accessTokenTtl` in seconds. `scopes` where they were asked for."""

    tenant_id: str
    id: str
    name: str
    indicator: str
    is_default: bool
    access_token_ttl: int
    scopes: list[ScopeAnswer] | UnsetType = UNSET


class ResourceBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new resource; its indicator is an absolute URI without fragment."""

    name: str
    indicator: str
    access_token_ttl: TtlSeconds = DEFAULT_ACCESS_TOKEN_TTL


class ResourcePatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of a resource; the indicator stays what it is."""

    name: str | UnsetType = UNSET
    access_token_ttl: TtlSeconds | UnsetType = UNSET


class IsDefaultBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Whether a resource stands for requests that name none."""

    is_default: bool


class ScopeBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new scope; its name has no spaces."""

    name: str
    description: str | None = None


class ScopePatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of a scope."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


def scope_answer(tenant_id: str, scope: ScopeDetails) -> ScopeAnswer:
    """A scope as the wire writes it."""
    return ScopeAnswer(tenant_id, scope.id, scope.resource_id, scope.name, scope.description, scope.created_at)


def resource_answer(
    tenant_id: str, resource: ResourceDetails, scopes: list[ScopeDetails] | None = None
) -> ResourceAnswer:
    """A resource as the wire writes it, with these scopes where there are any to show."""
    shown = UNSET if scopes is None else [scope_answer(tenant_id, scope) for scope in scopes]
    return ResourceAnswer(
        tenant_id,
        resource.id,
        resource.name,
        resource.indicator,
        resource.is_default,
        resource.access_token_ttl,
        shown,
    )
