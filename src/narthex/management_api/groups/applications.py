"""`/api/applications`: applications and their custom data."""

from typing import Any, Literal

from msgspec import UNSET, Struct
from msgspec.structs import asdict

from narthex.applications import editing, queries
from narthex.applications import service as applications
from narthex.applications.schemas import (
    ApplicationChange,
    ApplicationDetails,
    ApplicationFilter,
    CustomClientMetadata,
    NewApplication,
    OidcClientMetadata,
)
from narthex.applications.types import ApplicationType
from narthex.kit.errors import InvalidInput
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.paging import Listed, Paging
from narthex.management_api.wire.applications import (
    ApplicationAnswer,
    ApplicationBody,
    ApplicationPatch,
    ApplicationRead,
    CustomMetadataBody,
    OidcMetadataBody,
    application_answer,
    application_read,
)
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE
from narthex.roles import service as roles


class ApplicationsQuery(Struct, frozen=True, rename="camel"):
    """Which applications: of these types, of third parties or not, with a part of the name or the id."""

    types: tuple[ApplicationType, ...] = ()
    is_third_party: Literal["true", "false"] | None = None
    search: str = ""


async def list_applications(call: Call[ApplicationsQuery, None]) -> Listed:
    """Applications, the newest first."""
    query = call.query
    third_party = None if query.is_third_party is None else query.is_third_party == "true"
    # Callers of the wire bring the wildcards of LIKE; here a part of the name is enough.
    wanted = ApplicationFilter(query.search.strip("%"), query.types, third_party)
    offset, limit = (call.page.offset, call.page.size) if call.page else (0, None)
    async with call.runtime.database.scan(call.tenant.id) as reader:
        found = await queries.listed(reader, wanted, offset, limit)
        total = await queries.count(reader, wanted) if call.page else len(found)
    return Listed([application_answer(call.tenant.id, one) for one in found], total)


async def create_application(call: Call[NoQuery, ApplicationBody]) -> ApplicationAnswer:
    """Make an application; a confidential one gets its first secret."""
    body = call.body
    _check_access_control(body)
    new = NewApplication(
        name=body.name,
        type=body.type,
        oidc=OidcClientMetadata(**_given(body.oidc_client_metadata)),
        custom=CustomClientMetadata(**_given(body.custom_client_metadata)),
        description=body.description,
        is_third_party=body.is_third_party,
        custom_data=body.custom_data,
    )
    async with call.runtime.database.write(call.tenant.id) as tx:
        made = await applications.create(tx, call.actor, call.runtime, new)
        details = await queries.get(tx, made.application_id)
    return application_answer(call.tenant.id, details)


async def get_application(call: Call[NoQuery, None]) -> ApplicationRead:
    """One application."""
    async with call.runtime.database.read(call.tenant.id) as reader:
        details = await queries.get(reader, call.path["id"])
    given = await roles.scopes_of_application(call.runtime, call.tenant.id, details.id, MANAGEMENT_RESOURCE_ID)
    return application_read(call.tenant.id, details, is_admin=MANAGEMENT_SCOPE in given)


async def update_application(call: Call[NoQuery, ApplicationPatch]) -> ApplicationAnswer:
    """Change an application."""
    body = call.body
    _check_access_control(body)
    change = ApplicationChange(
        name=body.name,
        description=body.description,
        custom_data=body.custom_data,
        **_given(body.oidc_client_metadata, keep_none=True),
        **_given(body.custom_client_metadata, keep_none=True),
    )
    return application_answer(call.tenant.id, await _changed(call, call.path["id"], change))


async def delete_application(call: Call[NoQuery, None]) -> None:
    """Delete an application; its tokens die at once."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await editing.delete(tx, call.actor, call.runtime, call.path["id"])


async def update_application_custom_data(call: Call[NoQuery, dict[str, Any]]) -> dict[str, Any]:
    """Set members of an application's custom data; the others stay."""
    application_id = call.path["applicationId"]
    async with call.runtime.database.write(call.tenant.id) as tx:
        before = await queries.get(tx, application_id)
        change = ApplicationChange(custom_data={**before.custom_data, **call.body})
        after = await editing.update(tx, call.actor, call.runtime, application_id, change)
    return after.custom_data


async def _changed(call: Call[NoQuery, Any], application_id: str, change: ApplicationChange) -> ApplicationDetails:
    async with call.runtime.database.write(call.tenant.id) as tx:
        return await editing.update(tx, call.actor, call.runtime, application_id, change)


def _check_access_control(body: ApplicationBody | ApplicationPatch) -> None:
    if body.app_level_access_control_enabled:
        raise InvalidInput("appLevelAccessControlEnabled", "access control by application does not exist here.")


def _given(metadata: OidcMetadataBody | CustomMetadataBody, *, keep_none: bool = False) -> dict[str, Any]:
    unwanted = (UNSET,) if keep_none else (UNSET, None)
    return {name: value for name, value in asdict(metadata).items() if value not in unwanted}


_GROUP = Group("Applications")
_ONE = "/api/applications/{id}"

OPERATIONS = (
    _GROUP.get(
        "/api/applications",
        "List applications",
        list_applications,
        list[ApplicationAnswer],
        query=ApplicationsQuery,
        paging=Paging.OPTIONAL,
    ),
    _GROUP.operation(
        "POST",
        "/api/applications",
        "Create an application",
        create_application,
        body=ApplicationBody,
        answer=ApplicationAnswer,
    ),
    _GROUP.get(_ONE, "Get an application", get_application, ApplicationRead),
    _GROUP.operation(
        "PATCH", _ONE, "Change an application", update_application, body=ApplicationPatch, answer=ApplicationAnswer
    ),
    _GROUP.operation("DELETE", _ONE, "Delete an application", delete_application, status=204),
    _GROUP.operation(
        "PATCH",
        "/api/applications/{applicationId}/custom-data",
        "Set members of an application's custom data",
        update_application_custom_data,
        body=dict[str, Any],
        answer=dict[str, Any],
    ),
)
