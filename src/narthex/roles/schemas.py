"""A role, and who has it."""

from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType

from narthex.applications.types import ApplicationType
from narthex.kit.cursors import Cursor

MANAGEMENT_ROLE_ID = "management-api-access"


class RoleType(StrEnum):
    """Whom a role is for."""

    USER = "User"
    MACHINE_TO_MACHINE = "MachineToMachine"


class Role(Struct, frozen=True, rename="camel"):
    """A role. Wire: logto-api.md 2.4."""

    id: str
    name: str
    description: str
    type: RoleType
    is_default: bool

    @property
    def is_built_in(self) -> bool:
        """Whether it opens the tenant's own Management API, and so can neither be changed nor deleted."""
        return self.id == MANAGEMENT_ROLE_ID


class FeaturedUser(Struct, frozen=True, rename="camel"):
    """One of the users who stand for all that have a role."""

    id: str
    avatar: str | None
    name: str | None


class FeaturedApplication(Struct, frozen=True, rename="camel"):
    """One of the applications that stand for all that have a role."""

    id: str
    name: str
    type: ApplicationType


class ListedRole(Role, frozen=True, rename="camel", kw_only=True):
    """A role with how many have it, and the first of them; `created_at` in ms since epoch. Wire:
    management-roles.json."""

    users_count: int
    featured_users: tuple[FeaturedUser, ...]
    applications_count: int
    featured_applications: tuple[FeaturedApplication, ...]
    created_at: int

    @property
    def cursor(self) -> str:
        """The place of this row in a list with the newest first."""
        return Cursor(self.created_at, self.id).text


class RoleFilter(Struct, frozen=True):
    """Which roles a list has: `search` is a part of name or description in any case, or the exact id."""

    search: str = ""
    type: RoleType | None = None
    exclude_user_id: str | None = None
    exclude_application_id: str | None = None


class RoleChange(Struct, frozen=True):
    """What to change of a role; what is left out stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


class ScopeResource(Struct, frozen=True, rename="camel"):
    """The resource of a scope that a role gives; `access_token_ttl` in seconds."""

    id: str
    name: str
    indicator: str
    is_default: bool
    access_token_ttl: int


class RoleScope(Struct, frozen=True, rename="camel"):
    """A scope that a role gives, with its resource; `created_at` in ms since epoch."""

    id: str
    resource_id: str
    name: str
    description: str | None
    created_at: int
    resource: ScopeResource
