"""Roles, their scopes, and who has them. Wire: management-roles.json, logto-api.md 2.4."""

from msgspec import UNSET, Struct, UnsetType

from narthex.management_api.wire.resources import ResourceAnswer, ScopeAnswer
from narthex.roles.schemas import FeaturedApplication, FeaturedUser, ListedRole, Role, RoleScope, RoleType


class RoleAnswer(Struct, frozen=True, rename="camel"):
    """A role."""

    tenant_id: str
    id: str
    name: str
    description: str
    type: RoleType
    is_default: bool


class ListedRoleAnswer(RoleAnswer, frozen=True, rename="camel"):
    """A role with how many have it, and some of them."""

    users_count: int
    featured_users: list[FeaturedUser]
    applications_count: int
    featured_applications: list[FeaturedApplication]


class RoleScopeAnswer(ScopeAnswer, frozen=True, rename="camel"):
    """A scope that a role gives, with its resource."""

    resource: ResourceAnswer


class RoleBody(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A new role with its scopes."""

    name: str
    description: str
    type: RoleType = RoleType.USER
    is_default: bool = False
    scope_ids: tuple[str, ...] = ()


class RolePatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What to change of a role; whom it is for stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


class ScopeIds(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Scopes, by id."""

    scope_ids: tuple[str, ...]


class UserIds(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Users, by id."""

    user_ids: tuple[str, ...]


class ApplicationIds(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Applications, by id."""

    application_ids: tuple[str, ...]


class RoleIds(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Roles, by id."""

    role_ids: tuple[str, ...]


class AddedRoles(Struct, frozen=True, rename="camel"):
    """The roles that were asked for, and those of them that are new."""

    role_ids: tuple[str, ...]
    added_role_ids: list[str]


def role_answer(tenant_id: str, role: Role) -> RoleAnswer:
    """A role as the wire writes it."""
    return RoleAnswer(tenant_id, role.id, role.name, role.description, role.type, role.is_default)


def listed_role_answer(tenant_id: str, role: ListedRole) -> ListedRoleAnswer:
    """A role of a list."""
    return ListedRoleAnswer(
        tenant_id,
        role.id,
        role.name,
        role.description,
        role.type,
        role.is_default,
        role.users_count,
        list(role.featured_users),
        role.applications_count,
        list(role.featured_applications),
    )


def role_scope_answer(tenant_id: str, scope: RoleScope) -> RoleScopeAnswer:
    """A scope that a role gives."""
    of = scope.resource
    resource = ResourceAnswer(tenant_id, of.id, of.name, of.indicator, of.is_default, of.access_token_ttl)
    return RoleScopeAnswer(
        tenant_id, scope.id, scope.resource_id, scope.name, scope.description, scope.created_at, resource
    )
