"""Changing and removing applications."""

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import bindparam, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_of

from narthex.access import Actor, Permission
from narthex.applications import checks
from narthex.applications.queries import COLUMNS
from narthex.applications.schemas import (
    BUILT_IN_IDS,
    ApplicationChange,
    ApplicationDetails,
    CustomClientMetadata,
    OidcClientMetadata,
)
from narthex.applications.tables import applications
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Transaction, statement
from narthex.kit.errors import EntityNotFound, Refusal
from narthex.kit.runtime import Runtime
from narthex.tenants.service import bump_config_version

# Two who change different fields at once must not undo each other, so the second reads what the first wrote.
HELD = statement(select(*COLUMNS).where(applications.c.id == bindparam("id")).with_for_update(), ApplicationDetails)
UPDATE = statement(
    update_of(applications)
    .where(applications.c.id == bindparam("application_id"))
    .values(
        name=bindparam("name"),
        description=bindparam("description"),
        oidc_client_metadata=bindparam("oidc_client_metadata"),
        custom_client_metadata=bindparam("custom_client_metadata"),
        custom_data=bindparam("custom_data"),
        is_third_party=bindparam("is_third_party"),
        framework=bindparam("framework"),
    )
)
DELETE = statement(delete_from(applications).where(applications.c.id == bindparam("application_id")))


class BuiltIn(Refusal):
    """The application is part of the server."""

    def __init__(self) -> None:
        text = "This application is part of the server; it can neither be changed nor deleted."
        super().__init__("application.built_in", status=422, text=text)


async def update(
    tx: Transaction, actor: Actor, runtime: Runtime, application_id: str, change: ApplicationChange
) -> ApplicationDetails:
    """Change what `change` names and nothing else. Raises `InvalidInput`, `EntityNotFound`, `BuiltIn`."""
    actor.require(Permission.MANAGE)
    _refuse_built_in(application_id)
    held = await tx.one(HELD, id=application_id)
    if held is None:
        raise EntityNotFound("application", application_id)
    changed = _checked(_with(held, change))
    if changed != held:
        await _write(tx, actor, runtime, changed, change)
    return changed


async def delete(tx: Transaction, actor: Actor, runtime: Runtime, application_id: str) -> None:
    """Remove an application with its secrets, roles, grants and tokens, which die at once. Raises `EntityNotFound`,
    `BuiltIn`."""
    actor.require(Permission.MANAGE)
    _refuse_built_in(application_id)
    if not await tx.run(DELETE, application_id=application_id):
        raise EntityNotFound("application", application_id)
    await audit_log.record(tx, actor, Event(audit_keys.APPLICATION_DELETE, application_id=application_id))
    await bump_config_version(tx, runtime.cache)


def _refuse_built_in(application_id: str) -> None:
    if application_id in BUILT_IN_IDS:
        raise BuiltIn


def _given(change: ApplicationChange, kind: type[Struct]) -> dict[str, object]:
    """The fields of the change that a record of this kind has."""
    named = ((name, getattr(change, name)) for name in kind.__struct_fields__ if hasattr(change, name))
    return {name: value for name, value in named if value is not UNSET}


def _with(held: ApplicationDetails, change: ApplicationChange) -> ApplicationDetails:
    replace = msgspec.structs.replace
    return replace(
        held,
        **_given(change, ApplicationDetails),
        oidc_client_metadata=replace(held.oidc_client_metadata, **_given(change, OidcClientMetadata)),
        custom_client_metadata=replace(held.custom_client_metadata, **_given(change, CustomClientMetadata)),
    )


def _checked(changed: ApplicationDetails) -> ApplicationDetails:
    checks.check_name(changed.name)
    checks.check_description(changed.description)
    checks.check_framework(changed.framework)
    checks.check_third_party(changed.is_third_party, changed.type)
    checks.check_custom_data(changed.custom_data)
    checks.check_metadata(changed.oidc_client_metadata, changed.rules)
    custom = checks.checked_custom(changed.custom_client_metadata)
    return msgspec.structs.replace(changed, custom_client_metadata=custom)


async def _write(
    tx: Transaction, actor: Actor, runtime: Runtime, changed: ApplicationDetails, change: ApplicationChange
) -> None:
    await tx.run(
        UPDATE,
        application_id=changed.id,
        name=changed.name,
        description=changed.description,
        oidc_client_metadata=msgspec.to_builtins(changed.oidc_client_metadata),
        custom_client_metadata=msgspec.to_builtins(changed.custom_client_metadata),
        custom_data=dict(changed.custom_data),
        is_third_party=changed.is_third_party,
        framework=changed.framework,
    )
    fields = sorted(_given(change, ApplicationChange))
    told = Event(audit_keys.APPLICATION_UPDATE, application_id=changed.id, details={"fields": fields})
    await audit_log.record(tx, actor, told)
    await bump_config_version(tx, runtime.cache)
