"""The one who does something: a person, an application, an operator, or the system itself."""

from enum import StrEnum

from msgspec import Struct

from narthex.access.permissions import NotPermitted, Permission


class ActorKind(StrEnum):
    """What sort of one acts."""

    VISITOR = "visitor"
    USER = "user"
    APPLICATION = "application"
    OPERATOR = "operator"
    SYSTEM = "system"


class Actor(Struct, frozen=True):
    """Who acts in which tenant, with which permissions, and where the request came from (for the audit log)."""

    kind: ActorKind
    tenant_id: str
    id: str | None = None
    permissions: frozenset[Permission] = frozenset()
    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None

    def require(self, permission: Permission) -> None:
        """Raise `NotPermitted` unless the actor has the permission."""
        if permission not in self.permissions:
            raise NotPermitted(permission)


def system_actor(tenant_id: str) -> Actor:
    """The actor of the command line and of seeding: it may do everything in the tenant."""
    return Actor(ActorKind.SYSTEM, tenant_id, permissions=frozenset(Permission))
