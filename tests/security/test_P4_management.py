"""P4: a body sets what its record has and nothing else, whatever else the thing has, at any depth."""
# ruff: noqa: N802  tests are named after the ids of the attack list

from typing import Any, get_args

import pytest
from msgspec import Struct
from msgspec.structs import fields

from narthex.kit.database import metadata
from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import Server
from tests.management_api.world import World, furnished, named, tenant_contents, with_record

EVIL = "evil-value-of-the-caller"
# What other systems were taken over by, and what programs make of keys.
NOTORIOUS = {
    *("isAdmin", "admin", "role", "roles", "roleIds", "permissions", "tenantId", "tenant_id", "userId", "user_id"),
    *("passwordHash", "password_hash", "passwordEncrypted", "passwordDigest", "validAfter", "valid_after"),
    *("secret", "value", "clientSecret", "configVersion", "__proto__", "constructor", "$where", "_id", "id"),
    *("mfaVerifications", "logtoConfig", "identities", "createdAt", "updatedAt", "lastSignInAt", "applicationId"),
}


@pytest.fixture
async def world(server: Server) -> World:
    """One of everything."""
    return await furnished(server)


def names(kind: Any) -> set[str]:
    """The members of a record; of a list, of its items."""
    inner = get_args(kind)[0] if get_args(kind) else kind
    is_record = isinstance(inner, type) and issubclass(inner, Struct)
    return {field.encode_name for field in fields(inner)} if is_record else set()


def foreign_members() -> set[str]:
    """Every member that anything of the API has, every column of every table in both spellings, and the notorious."""
    columns = {column.name for table in metadata.sorted_tables for column in table.columns}
    camel = {name[0] + name.title().replace("_", "")[1:] for name in columns}
    return NOTORIOUS | columns | camel | {name for one in OPERATIONS for name in names(one.answer) | names(one.body)}


# Nothing of it gets as far as a database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_P4_no_record_takes_a_member_that_is_not_its_own(world: World) -> None:
    everything = foreign_members()
    assert len(everything) > 150
    for operation in with_record():
        read_only = names(operation.answer) if operation.answer and not get_args(operation.answer) else set()
        unknown = everything - names(operation.body) - read_only
        before = await tenant_contents(world.server, "default")
        path = world.path(operation)
        all_at_once = await world.api.call(operation.method, path, json=world.body(operation) | dict.fromkeys(unknown))
        assert all_at_once.json()["data"]["field"] in unknown
        for member in sorted(unknown & NOTORIOUS):
            answer = await world.api.call(operation.method, path, json=world.body(operation) | {member: EVIL})
            assert answer.status_code == 400, f"{named(operation)} takes {member}: {answer.text}"
            assert answer.json()["data"] == {"field": member}
        assert await tenant_contents(world.server, "default") == before, named(operation)


async def test_P4_what_can_be_read_is_not_set(world: World) -> None:
    tried = 0
    for operation in with_record():
        read_only = names(operation.answer) - names(operation.body) if not get_args(operation.answer) else set()
        if not read_only or operation.id == "RotateOidcKeys":
            continue
        sent = world.body(operation) | dict.fromkeys(read_only, EVIL)
        answer = await world.api.call(operation.method, world.path(operation), json=sent)
        assert answer.status_code == operation.status, f"{named(operation)}: {answer.text}"
        assert EVIL not in answer.text, named(operation)
        tried += 1
    assert tried > 10
    kept = await tenant_contents(world.server, "default")
    assert not [table for table, rows in kept.items() if any(EVIL in row for row in rows)]


def inner_records(operation: Operation) -> list[tuple[str, Any]]:
    """The records inside a body, by the member that holds them."""
    found = []
    for field in fields(operation.body):
        kinds = [field.type, *get_args(field.type)]
        found += [(field.encode_name, kind) for kind in kinds if isinstance(kind, type) and issubclass(kind, Struct)]
    return found


async def test_P4_records_inside_are_as_strict(world: World) -> None:
    tried = 0
    for operation in with_record():
        for member, kind in inner_records(operation):
            assert kind.__struct_config__.forbid_unknown_fields, f"{named(operation)} {member}"
            base = world.body(operation)
            for unknown in sorted(NOTORIOUS - names(kind)):
                sent = base | {member: {unknown: EVIL}}
                answer = await world.api.call(operation.method, world.path(operation), json=sent)
                assert answer.status_code == 400, f"{named(operation)} takes {member}.{unknown}: {answer.text}"
                tried += 1
    assert tried > 100


async def test_P4_the_settings_of_the_pages_take_only_their_own(world: World) -> None:
    before = await tenant_contents(world.server, "default")
    path = "/api/sign-in-exp"
    settings = await world.api.get(path)
    for member in sorted(foreign_members() - settings.keys() - {"tenantId", "id"}):
        answer = await world.api.call("PATCH", path, json={member: EVIL})
        assert answer.status_code == 400, f"takes {member}: {answer.text}"
    assert await tenant_contents(world.server, "default") == before
    await world.api.patch(path, {"tenantId": "acme", "id": "acme"})
    assert await world.api.get(path) == settings


async def test_P4_data_of_others_stays_data(world: World) -> None:
    user = f"/api/users/{world.ids['user']}"
    before = await world.api.get(user)
    data = {"isSuspended": True, "hasPassword": False, "__proto__": {"admin": True}, "roles": ["admin"]}
    assert (await world.api.patch(f"{user}/custom-data", {"customData": data})) == data
    after = await world.api.get(user)
    assert after == before | {"customData": data, "updatedAt": after["updatedAt"]}
