"""Making, changing and removing roles, and the scopes that they give."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.resources import service as resources
from narthex.resources.schemas import MANAGEMENT_SCOPE_ID
from narthex.roles import assigning, queries, role_scopes
from narthex.roles import service as roles
from narthex.roles.errors import InternalRole, ManagementScopesForUsers, RoleHasScope, RoleNameTaken
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, Role, RoleChange, RoleType
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
OTHER = system_actor("admin")
NOBODY = Actor(ActorKind.USER, "default", "ada")
Change = Callable[..., Awaitable[Any]]
MACHINES = RoleType.MACHINE_TO_MACHINE


async def change(server: Server, work: Change, *arguments: object, actor: Actor = SYSTEM, **named: object) -> Any:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        return await work(tx, actor, server.runtime.cache, *arguments, **named)


async def scopes_of(server: Server, *names: str, indicator: str = "https://api.example") -> list[str]:
    """Scopes of a new resource; ids."""
    api = await change(server, resources.create, "API", indicator)
    return [await change(server, resources.create_scope, api, name, f"about {name}") for name in names]


async def made(server: Server, *scopes: str, name: str = "reader", kind: RoleType = RoleType.USER) -> str:
    return str(await change(server, roles.create, name, "about it", kind, scopes))


async def role(server: Server, role_id: str) -> Role:
    async with server.runtime.database.read("default") as reader:
        return await queries.get(reader, role_id)


async def given(server: Server, role_id: str, search: str = "") -> list[str]:
    """Names of the scopes that a role gives."""
    async with server.runtime.database.scan("default") as reader:
        found = await role_scopes.scopes_of_role(reader, role_id, search)
        assert await role_scopes.count_scopes_of_role(reader, role_id, search) == len(found)
    return [one.name for one in found]


async def state(server: Server) -> tuple[object, ...]:
    return (await rows(server, "roles"), await rows(server, "role_scopes"))


BAD: list[tuple[dict[str, Any], type[Refusal], str]] = [
    ({"name": ""}, InvalidInput, "guard.invalid_input"),
    ({"name": " "}, InvalidInput, "guard.invalid_input"),
    ({"name": "x" * 129}, InvalidInput, "guard.invalid_input"),
    ({"name": "#internal:admin"}, InternalRole, "role.internal_role_violation"),
    ({"name": " #INTERNAL:admin"}, InternalRole, "role.internal_role_violation"),
    ({"description": "x" * 129}, InvalidInput, "guard.invalid_input"),
    ({"role_type": MACHINES, "is_default": True}, InvalidInput, "guard.invalid_input"),
    ({"scope_ids": ["nothing"]}, EntityNotFound, "entity.not_exists_with_id"),
    ({"scope_ids": ["x"] * 2 + [str(n) for n in range(500)]}, InvalidInput, "guard.invalid_input"),
    (
        {"scope_ids": [MANAGEMENT_SCOPE_ID]},
        ManagementScopesForUsers,
        "role.management_api_scopes_not_assignable_to_user_role",
    ),
]


async def test_a_role_that_cannot_be_leaves_nothing_behind(server: Server) -> None:
    (read,) = await scopes_of(server, "read")
    before = await state(server)
    for fields, refusal, code in BAD:
        values = {"name": "reader", "description": "", "role_type": RoleType.USER, "scope_ids": [read]} | fields
        if fields.get("scope_ids") == ["nothing"]:
            values["scope_ids"] = [read, "nothing"]
        with pytest.raises(refusal) as refused:
            await change(server, roles.create, **values)
        assert refused.value.code == code, fields
    assert await state(server) == before
    assert await events(server.runtime, "Role.Create") == []


async def test_a_role_of_machines_may_open_the_management_api(server: Server) -> None:
    assert await given(server, await made(server, MANAGEMENT_SCOPE_ID, kind=MACHINES)) == ["all"]


async def test_each_field_changes_by_itself(server: Server) -> None:
    role_id = await made(server)
    await change(server, roles.update, role_id, RoleChange(name="Leser"))
    await change(server, roles.update, role_id, RoleChange(description=""))
    changed = await change(server, roles.update, role_id, RoleChange(is_default=True))
    assert changed == Role(role_id, "Leser", "", RoleType.USER, True) == await role(server, role_id)
    assert sorted(row.payload["fields"] for row in await events(server.runtime, "Role.Update")) == [
        ["description"],
        ["is_default"],
        ["name"],
    ]
    await change(server, roles.update, role_id, RoleChange(name="Leser"))
    assert len(await events(server.runtime, "Role.Update")) == 3


async def test_bad_changes_change_nothing(server: Server) -> None:
    role_id, machines = await made(server), await made(server, name="robot", kind=MACHINES)
    before = await state(server)
    for fields, refusal, _ in BAD[:6]:
        with pytest.raises(refusal):
            await change(server, roles.update, role_id, RoleChange(**fields))
    with pytest.raises(InvalidInput):
        await change(server, roles.update, machines, RoleChange(is_default=True))
    with pytest.raises(RoleNameTaken):
        await change(server, roles.update, role_id, RoleChange(name="robot"))
    assert await state(server) == before


async def test_a_deleted_role_is_taken_from_everybody(server: Server) -> None:
    (read,) = await scopes_of(server, "read")
    role_id = await made(server, read)
    async with server.runtime.database.write("default") as tx:
        user = await making.create(tx, SYSTEM, NewUser("ada"))
        await assigning.assign_to_user(tx, SYSTEM, user.id, role_id)
    await change(server, roles.delete, role_id)
    async with server.runtime.database.read("default") as reader:
        assert await roles.names_of_user(reader, user.id) == []
    assert await rows(server, "user_roles") == []
    assert [row.payload["roleId"] for row in await events(server.runtime, "Role.Delete")] == [role_id]
    with pytest.raises(EntityNotFound):
        await change(server, roles.delete, role_id)


async def test_scopes_are_added_and_removed(server: Server) -> None:
    read, write = await scopes_of(server, "read", "write")
    role_id = await made(server, read)
    await change(server, role_scopes.add_scopes, role_id, [write, write])
    assert await given(server, role_id) == ["read", "write"]
    assert await given(server, role_id, "WRI") == ["write"]
    assert await given(server, role_id, "about r") == ["read"]
    assert await given(server, role_id, "api") == ["read", "write"]
    with pytest.raises(RoleHasScope) as refused:
        await change(server, role_scopes.add_scopes, role_id, [write])
    assert (refused.value.code, refused.value.status) == ("role.scope_exists", 422)
    await change(server, role_scopes.remove_scope, role_id, read)
    assert await given(server, role_id) == ["write"]
    with pytest.raises(EntityNotFound):
        await change(server, role_scopes.remove_scope, role_id, read)
    told = await events(server.runtime, "Role.ScopesUpdate")
    assert sorted(str(row.payload.get("added", row.payload.get("removed"))) for row in told) == sorted(
        [str([write, write]), str([read])]
    )


async def test_of_many_scopes_all_are_added_or_none(server: Server) -> None:
    read, write = await scopes_of(server, "read", "write")
    role_id = await made(server, read)
    before = await state(server)
    for added, refusal in (
        ([write, "nothing"], EntityNotFound),
        ([write, read], RoleHasScope),
        ([write, MANAGEMENT_SCOPE_ID], ManagementScopesForUsers),
    ):
        with pytest.raises(refusal):
            await change(server, role_scopes.add_scopes, role_id, added)
    assert await state(server) == before


async def test_scopes_come_with_their_resource_and_in_order(server: Server) -> None:
    (write,) = await scopes_of(server, "write")
    (read,) = await scopes_of(server, "read", indicator="urn:other")
    role_id = await made(server, write, read)
    async with server.runtime.database.scan("default") as reader:
        found = await role_scopes.scopes_of_role(reader, role_id)
        assert {(one.name, one.resource.indicator, one.resource.name) for one in found} == {
            ("write", "https://api.example", "API"),
            ("read", "urn:other", "API"),
        }
        assert await role_scopes.scopes_of_role(reader, role_id, "", 1, 1) == found[1:]
        with pytest.raises(EntityNotFound):
            await role_scopes.scopes_of_role(reader, "nothing")


async def test_the_role_of_the_management_api_stays_as_it_is(server: Server) -> None:
    (read,) = await scopes_of(server, "read")
    before = await state(server)
    fixed: list[tuple[Change, tuple[object, ...]]] = [
        (roles.update, (RoleChange(name="Mine"),)),
        (roles.delete, ()),
        (role_scopes.add_scopes, ([read],)),
        (role_scopes.remove_scope, (MANAGEMENT_SCOPE_ID,)),
    ]
    for work, arguments in fixed:
        with pytest.raises(InternalRole) as refused:
            await change(server, work, MANAGEMENT_ROLE_ID, *arguments)
        assert (refused.value.code, refused.value.status) == ("role.internal_role_violation", 403)
    assert await state(server) == before


async def test_who_may_not_and_who_is_elsewhere_changes_nothing(server: Server) -> None:
    read, write = await scopes_of(server, "read", "write")
    role_id = await made(server, read)
    before = await state(server)
    changes: list[tuple[Change, tuple[object, ...]]] = [
        (roles.update, (role_id, RoleChange(name="Mine"))),
        (roles.delete, (role_id,)),
        (role_scopes.add_scopes, (role_id, [write])),
        (role_scopes.remove_scope, (role_id, read)),
    ]
    expected: list[tuple[Actor, type[Refusal]]] = [(NOBODY, NotPermitted), (OTHER, EntityNotFound)]
    for work, arguments in changes:
        for actor, refusal in expected:
            with pytest.raises(refusal):
                await change(server, work, *arguments, actor=actor)
    with pytest.raises(EntityNotFound):
        await change(server, roles.create, "mine", "", RoleType.USER, [read], actor=OTHER)
    assert await state(server) == before


async def test_each_change_moves_the_configuration_on(server: Server) -> None:
    read, write = await scopes_of(server, "read", "write")
    role_id = await made(server, read)
    steps: list[tuple[Change, tuple[object, ...]]] = [
        (roles.create, ("other", "", RoleType.USER)),
        (roles.update, (role_id, RoleChange(name="Leser"))),
        (role_scopes.add_scopes, (role_id, [write])),
        (role_scopes.remove_scope, (role_id, read)),
        (roles.delete, (role_id,)),
    ]
    for work, arguments in steps:
        before = (await rows(server, "tenants"))[0]["config_version"]
        await change(server, work, *arguments)
        assert (await rows(server, "tenants"))[0]["config_version"] == before + 1, work.__name__
