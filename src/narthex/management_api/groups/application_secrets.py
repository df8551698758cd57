"""`/api/applications/:id/secrets`: the secrets of confidential applications."""

from narthex.applications import client_secrets
from narthex.applications.schemas import SecretValue
from narthex.management_api.operation import Call, Group, NoQuery
from narthex.management_api.wire.applications import SecretAnswer, SecretBody, SecretPatch


async def list_application_secrets(call: Call[NoQuery, None]) -> list[SecretAnswer]:
    """The secrets of an application with their values, the oldest first."""
    return await _secrets(call)


async def create_application_secret(call: Call[NoQuery, SecretBody]) -> SecretAnswer:
    """Give an application another secret."""
    runtime, application_id, body = call.runtime, call.path["id"], call.body
    async with runtime.database.write(call.tenant.id) as tx:
        await client_secrets.add_secret(tx, call.actor, runtime, application_id, body.name, body.expires_at)
    return await _secret(call, body.name)


async def update_application_secret(call: Call[NoQuery, SecretPatch]) -> SecretAnswer:
    """Give a secret another name."""
    runtime, path, name = call.runtime, call.path, call.body.name
    async with runtime.database.write(call.tenant.id) as tx:
        await client_secrets.rename_secret(tx, call.actor, runtime, path["id"], path["name"], name)
    return await _secret(call, name)


async def delete_application_secret(call: Call[NoQuery, None]) -> None:
    """Take a secret away."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        await client_secrets.delete_secret(tx, call.actor, call.runtime, call.path["id"], call.path["name"])


async def _secret(call: Call[NoQuery, SecretBody] | Call[NoQuery, SecretPatch], name: str) -> SecretAnswer:
    return next(secret for secret in await _secrets(call) if secret.name == name)


async def _secrets(
    call: Call[NoQuery, SecretBody] | Call[NoQuery, SecretPatch] | Call[NoQuery, None],
) -> list[SecretAnswer]:
    async with call.runtime.database.read(call.tenant.id) as reader:
        found = await client_secrets.revealed(call.runtime, reader, call.path["id"])
    return [_answer(call.tenant.id, secret) for secret in found]


def _answer(tenant_id: str, secret: SecretValue) -> SecretAnswer:
    return SecretAnswer(
        tenant_id, secret.application_id, secret.name, secret.value, secret.created_at, secret.expires_at
    )


_GROUP = Group("Application secrets")
_ALL, _ONE = "/api/applications/{id}/secrets", "/api/applications/{id}/secrets/{name}"

OPERATIONS = (
    _GROUP.get(_ALL, "List the secrets of an application", list_application_secrets, list[SecretAnswer]),
    _GROUP.operation(
        "POST",
        _ALL,
        "Add a secret to an application",
        create_application_secret,
        body=SecretBody,
        answer=SecretAnswer,
        status=201,
    ),
    _GROUP.operation(
        "PATCH", _ONE, "Rename a secret", update_application_secret, body=SecretPatch, answer=SecretAnswer
    ),
    _GROUP.operation("DELETE", _ONE, "Delete a secret", delete_application_secret, status=204),
)
