"""All operations of the API, and the two addresses where it describes itself."""

from functools import cache

from narthex.kit.http import NO_STORE, Response, json_response
from narthex.management_api.groups import (
    application_secrets,
    applications,
    assigned_roles,
    configs,
    connector_factories,
    connectors,
    custom_phrases,
    dashboard,
    logs,
    resource_scopes,
    resources,
    role_members,
    roles,
    sign_in_exp,
    user_details,
    user_identities,
    user_sessions,
    users,
    well_known,
)
from narthex.management_api.openapi import described
from narthex.management_api.operation import Call, Group, NoQuery, Operation


async def get_management_openapi(call: Call[NoQuery, None]) -> Response:
    """This document, with the tenant's address."""
    return json_response({**document(), "servers": [{"url": call.tenant.base_url}]}, 200, (NO_STORE,))


async def get_swagger(call: Call[NoQuery, None]) -> Response:
    """The same under its older address."""
    return await get_management_openapi(call)


_GROUP = Group("Well-known")
_DOCUMENTS = (
    _GROUP.get(
        "/api/.well-known/management.openapi.json",
        "Read the description of this API",
        get_management_openapi,
        dict[str, object],
        is_public=True,
    ),
    _GROUP.get("/api/swagger.json", "Read the description of this API", get_swagger, dict[str, object], is_public=True),
)

OPERATIONS: tuple[Operation, ...] = (
    *applications.OPERATIONS,
    *application_secrets.OPERATIONS,
    *resources.OPERATIONS,
    *resource_scopes.OPERATIONS,
    *connectors.OPERATIONS,
    *connector_factories.OPERATIONS,
    *sign_in_exp.OPERATIONS,
    *custom_phrases.OPERATIONS,
    *users.OPERATIONS,
    *user_details.OPERATIONS,
    *user_identities.OPERATIONS,
    *user_sessions.OPERATIONS,
    *roles.OPERATIONS,
    *role_members.OPERATIONS,
    *assigned_roles.OPERATIONS,
    *dashboard.OPERATIONS,
    *logs.OPERATIONS,
    *configs.OPERATIONS,
    *well_known.OPERATIONS,
    *_DOCUMENTS,
)


@cache
def document() -> dict[str, object]:
    """The OpenAPI document of all operations, with the tenant `default` at no particular address."""
    return described(OPERATIONS)
