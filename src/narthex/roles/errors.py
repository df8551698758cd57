"""Why a change of roles is refused. Wire: logto-api.md appendix A."""

from narthex.kit.errors import Refusal


class RoleNameTaken(Refusal):
    """Another role has the name."""

    def __init__(self) -> None:
        super().__init__("role.name_in_use", status=422, text="This role name is in use.")


class InternalRole(Refusal):
    """The role, or a name like this one, belongs to the server."""

    def __init__(self) -> None:
        text = "Roles of the server can neither be made, changed nor deleted."
        super().__init__("role.internal_role_violation", status=403, text=text)


class ManagementScopesForUsers(Refusal):
    """The Management API is for machines and operators, not for what a user's token may carry."""

    def __init__(self) -> None:
        super().__init__(
            "role.management_api_scopes_not_assignable_to_user_role",
            status=422,
            text="A role for users cannot give permissions on the Management API.",
        )


class RoleHasScope(Refusal):
    """The role gives one of the scopes already."""

    def __init__(self, scope_id: str) -> None:
        text = f"The role has the permission {scope_id!r} already."
        super().__init__("role.scope_exists", status=422, text=text, data={"scopeId": scope_id})


class RoleHasUser(Refusal):
    """One of the users has the role already."""

    def __init__(self, user_id: str) -> None:
        text = f"The user {user_id!r} has the role already."
        super().__init__("role.user_exists", status=422, text=text, data={"userId": user_id})


class RoleHasApplication(Refusal):
    """One of the applications has the role already."""

    def __init__(self, application_id: str) -> None:
        text = f"The application {application_id!r} has the role already."
        super().__init__("role.application_exists", status=422, text=text, data={"applicationId": application_id})


class UserHasRole(Refusal):
    """The user has the role already."""

    def __init__(self, role_id: str) -> None:
        text = f"The user has the role {role_id!r} already."
        super().__init__("user.role_exists", status=422, text=text, data={"roleId": role_id})


class ApplicationHasRole(Refusal):
    """The application has the role already."""

    def __init__(self, role_id: str) -> None:
        text = f"The application has the role {role_id!r} already."
        super().__init__("application.role_exists", status=422, text=text, data={"roleId": role_id})


class NotForUsers(Refusal):
    """A role for machines was to be given to a user."""

    def __init__(self, role_id: str) -> None:
        text = f"The role {role_id!r} is for machine-to-machine applications, not for users."
        super().__init__("user.invalid_role_type", status=422, text=text, data={"roleId": role_id})


class NotForMachines(Refusal):
    """A role for users was to be given to an application."""

    def __init__(self, role_id: str) -> None:
        text = f"The role {role_id!r} is for users, not for applications."
        super().__init__("application.invalid_role_type", status=422, text=text, data={"roleId": role_id})


class NotAMachine(Refusal):
    """An application that signs people in was to be given a role."""

    def __init__(self, application_id: str) -> None:
        text = f"The application {application_id!r} signs people in; only machine-to-machine applications have roles."
        super().__init__("application.invalid_type", status=422, text=text, data={"applicationId": application_id})
