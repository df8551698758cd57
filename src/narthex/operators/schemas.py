"""An operator, and the links by which people become one or come back, as the rest of the server sees them."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from narthex.access import Actor, ActorKind, Permission
from narthex.sessions.schemas import SESSION_TTL

CONSOLE_COOKIE = "console"
# Never beyond the sign-in session that it hangs on.
CONSOLE_SESSION_TTL = SESSION_TTL
HOUR = 60 * 60 * 1000


class TokenKind(StrEnum):
    """What a link is for; one kind never does the work of another."""

    SET_UP = "set-up"
    INVITATION = "invitation"
    RECOVERY = "recovery"


# How long a link lives, in ms.
TOKEN_TTL = {TokenKind.SET_UP: HOUR, TokenKind.INVITATION: 7 * 24 * HOUR, TokenKind.RECOVERY: HOUR}


class Role(StrEnum):
    """What an operator may do. An owner may do everything."""

    OWNER = "owner"


class Operator(Struct, frozen=True):
    """The operator of a live console session. `session_id` is their sign-in session in the tenant `admin`; `tenants`
    are those they may see, None for every one."""

    user_id: str
    username: str | None
    name: str | None
    avatar: str | None
    role: Role
    tenants: tuple[str, ...] | None
    session_id: str
    console_session_id: str
    expires_at: int

    @property
    def display_name(self) -> str:
        """What to call the person on a page."""
        return self.name or self.username or self.user_id

    def may_see(self, tenant_id: str) -> bool:
        """Whether the operator manages this tenant."""
        return self.tenants is None or tenant_id in self.tenants

    def actor(self, visitor: Actor, tenant_id: str) -> Actor:
        """The operator at work in a tenant that they may see; `visitor` is the actor of the request."""
        may = frozenset({Permission.MANAGE, Permission.REGISTER}) if self.may_see(tenant_id) else frozenset()
        return msgspec.structs.replace(
            visitor, kind=ActorKind.OPERATOR, tenant_id=tenant_id, id=self.user_id, permissions=may
        )


class ListedOperator(Struct, frozen=True):
    """An operator in a list; times in ms since epoch."""

    user_id: str
    username: str | None
    name: str | None
    role: Role
    tenants: tuple[str, ...] | None
    is_suspended: bool
    last_sign_in_at: int | None
    created_at: int
    created_by: str | None


class OperatorToken(Struct, frozen=True):
    """A link that works now. `username` is the name of the operator whom a recovery is for."""

    id: str
    kind: TokenKind
    user_id: str | None
    username: str | None
    created_by: str | None
    expires_at: int
