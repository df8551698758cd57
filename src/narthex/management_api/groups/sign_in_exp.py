"""`/api/sign-in-exp`: the settings of the hosted pages. Wire: sign-in-exp.json."""

from typing import Any

from narthex.management_api.operation import Call, Group, NoQuery
from narthex.sign_in_settings import editing, wire
from narthex.sign_in_settings import service as settings


async def get_sign_in_exp(call: Call[NoQuery, None]) -> dict[str, Any]:
    """The settings."""
    found = await settings.read(call.runtime, call.tenant.id)
    return wire.response(found.experience, call.tenant.id)


async def update_sign_in_exp(call: Call[NoQuery, dict[str, Any]]) -> dict[str, Any]:
    """Replace members of the settings; the others stay."""
    async with call.runtime.database.write(call.tenant.id) as tx:
        changed = await editing.update(tx, call.actor, call.runtime, call.body)
    return wire.response(changed, call.tenant.id)


_GROUP = Group("Sign-in experience")
_PATH = "/api/sign-in-exp"

OPERATIONS = (
    _GROUP.get(_PATH, "Get the sign-in experience", get_sign_in_exp, dict[str, Any]),
    _GROUP.operation(
        "PATCH",
        _PATH,
        "Change the sign-in experience",
        update_sign_in_exp,
        body=dict[str, Any],
        answer=dict[str, Any],
    ),
)
