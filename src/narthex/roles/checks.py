"""Whether those whom a change of roles names exist, and fit."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import select

from narthex.applications.tables import applications
from narthex.applications.types import ApplicationType
from narthex.kit.database import Transaction, is_any, statement
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.roles.errors import NotAMachine, NotForMachines, NotForUsers
from narthex.roles.schemas import RoleType
from narthex.roles.tables import roles
from narthex.users.tables import users

MOST_IDS = 500


class TypedRole(Struct, frozen=True):
    """A role and whom it is for."""

    id: str
    type: RoleType


class TypedApplication(Struct, frozen=True):
    """An application and its type."""

    id: str
    type: ApplicationType


ROLES = statement(select(roles.c.id, roles.c.type).where(is_any(roles.c.id, "ids")), TypedRole)
USERS = statement(select(users.c.id).where(is_any(users.c.id, "ids")), str)
APPLICATIONS = statement(
    select(applications.c.id, applications.c.type).where(is_any(applications.c.id, "ids")), TypedApplication
)


def each_once(field: str, ids: Collection[str]) -> list[str]:
    """The ids of a list, each once. Raises `InvalidInput` where there are too many for one change."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_IDS:
        raise InvalidInput(field, f"at most {MOST_IDS} can be given at once.")
    return wanted


async def roles_among(tx: Transaction, role_ids: Collection[str], type: RoleType) -> list[str]:
    """The ids of these roles, each once. Raises `EntityNotFound`, `NotForUsers`, `NotForMachines`, `InvalidInput`."""
    wanted = each_once("roleIds", role_ids)
    known = {role.id: role.type for role in await tx.all(ROLES, ids=wanted)}
    for role_id in wanted:
        if role_id not in known:
            raise EntityNotFound("role", role_id)
        if known[role_id] is not type:
            raise NotForUsers(role_id) if type is RoleType.USER else NotForMachines(role_id)
    return wanted


async def users_among(tx: Transaction, user_ids: Collection[str]) -> None:
    """Raise `EntityNotFound` unless all of these users exist."""
    known = set(await tx.all(USERS, ids=list(user_ids)))
    for user_id in user_ids:
        if user_id not in known:
            raise EntityNotFound("user", user_id)


async def machines_among(tx: Transaction, application_ids: Collection[str]) -> None:
    """Raise `EntityNotFound` or `NotAMachine` unless all of these are machine-to-machine applications."""
    known = {one.id: one.type for one in await tx.all(APPLICATIONS, ids=list(application_ids))}
    for application_id in application_ids:
        if application_id not in known:
            raise EntityNotFound("application", application_id)
        if known[application_id] is not ApplicationType.MACHINE_TO_MACHINE:
            raise NotAMachine(application_id)
