"""The names of what an actor may be allowed to do."""

from enum import StrEnum

from narthex.kit.errors import Refusal


class Permission(StrEnum):
    """One right over one tenant; `MANAGE` is the scope `all` of its Management API."""

    MANAGE = "manage"
    REGISTER = "register"


class NotPermitted(Refusal):
    """The actor is known but lacks the right. Wire: logto-api.md 2.1, `auth.forbidden`."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            "auth.forbidden",
            status=403,
            text=f"This needs the permission {permission.value!r}.",
            phrase="error.access_denied",
        )
