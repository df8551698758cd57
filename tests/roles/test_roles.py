"""Roles: which scopes they give to whom, and how soon a change is seen."""

import pytest
from sqlalchemy import bindparam, delete

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.database import statement
from narthex.resources import service as resources
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID
from narthex.roles import assigning
from narthex.roles import service as roles
from narthex.roles.errors import RoleNameTaken
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, RoleType
from narthex.roles.tables import user_roles
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.server import NewServer, Server
from tests.fixtures.traces import rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
TAKE = statement(delete(user_roles).where(user_roles.c.user_id == bindparam("of_user")))


@pytest.fixture
async def scope_ids(server: Server) -> dict[str, str]:
    """A resource `api` with three scopes; ids by name."""
    async with server.runtime.database.write("default") as tx:
        cache = server.runtime.cache
        api = await resources.create(tx, SYSTEM, cache, "API", "https://api.example")
        made = {
            name: await resources.create_scope(tx, SYSTEM, cache, api, name) for name in ("read", "write", "delete")
        }
    return made | {"api": api}


async def create(server: Server, name: str, *scopes: str, actor: Actor = SYSTEM, kind: RoleType = RoleType.USER) -> str:
    async with server.runtime.database.write("default") as tx:
        return await roles.create(tx, actor, server.runtime.cache, name, "about it", kind, scopes)


async def ada(server: Server) -> str:
    async with server.runtime.database.write("default") as tx:
        return (await making.create(tx, SYSTEM, NewUser("ada"))).id


async def given(server: Server, user_id: str, role_id: str, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await assigning.assign_to_user(tx, actor, user_id, role_id)


async def of_user(server: Server, user_id: str, resource_id: str) -> frozenset[str]:
    async with server.runtime.database.read("default") as reader:
        return await roles.scopes_of_user(reader, user_id, resource_id)


async def test_a_user_has_the_scopes_of_all_roles_once(server: Server, scope_ids: dict[str, str]) -> None:
    user_id = await ada(server)
    assert await of_user(server, user_id, scope_ids["api"]) == frozenset()
    await given(server, user_id, await create(server, "reader", scope_ids["read"]))
    await given(server, user_id, await create(server, "writer", scope_ids["read"], scope_ids["write"]))
    assert await of_user(server, user_id, scope_ids["api"]) == {"read", "write"}
    assert await of_user(server, user_id, MANAGEMENT_RESOURCE_ID) == frozenset()
    assert await of_user(server, "nobody", scope_ids["api"]) == frozenset()
    async with server.runtime.database.read("default") as reader:
        assert await roles.names_of_user(reader, user_id) == ["reader", "writer"]
        assert await roles.names_of_user(reader, "nobody") == []


async def test_a_role_that_is_taken_away_is_gone_at_the_next_read(server: Server, scope_ids: dict[str, str]) -> None:
    user_id = await ada(server)
    await given(server, user_id, await create(server, "reader", scope_ids["read"]))
    assert await of_user(server, user_id, scope_ids["api"]) == {"read"}
    await server.runtime.database.run_once("default", TAKE, of_user=user_id)
    assert await of_user(server, user_id, scope_ids["api"]) == frozenset()


async def of_application(server: Server, application_id: str, resource_id: str) -> frozenset[str]:
    return await roles.scopes_of_application(server.runtime, "default", application_id, resource_id)


async def assigned(server: Server, application_id: str, role_id: str, actor: Actor = SYSTEM) -> None:
    async with server.runtime.database.write("default") as tx:
        await assigning.assign_to_application(tx, actor, server.runtime.cache, application_id, role_id)


async def test_an_application_has_the_scopes_of_its_roles(server: Server, scope_ids: dict[str, str]) -> None:
    machine = (await server.machine(with_role=False)).application_id
    assert await of_application(server, machine, scope_ids["api"]) == frozenset()
    role = await create(server, "robot", scope_ids["read"], kind=RoleType.MACHINE_TO_MACHINE)
    await assigned(server, machine, role)
    assert await of_application(server, machine, scope_ids["api"]) == {"read"}
    more = await create(server, "better robot", scope_ids["write"], kind=RoleType.MACHINE_TO_MACHINE)
    await assigned(server, machine, more)
    assert await of_application(server, machine, scope_ids["api"]) == {"read", "write"}, "this node sees it at once"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_another_node_sees_a_role_at_its_next_poll(new_server: NewServer) -> None:
    first, second = await new_server(), await new_server()
    machine = (await first.machine()).application_id
    assert await of_application(second, machine, MANAGEMENT_RESOURCE_ID) == {"all"}
    async with first.runtime.database.write("default") as tx:
        cache = first.runtime.cache
        await assigning.take_from_application(tx, SYSTEM, cache, machine, MANAGEMENT_ROLE_ID)
    assert await of_application(first, machine, MANAGEMENT_RESOURCE_ID) == frozenset()
    await second.app.directory.refresh()
    assert await of_application(second, machine, MANAGEMENT_RESOURCE_ID) == frozenset()


async def test_a_tenant_has_the_role_of_the_management_api(server: Server) -> None:
    (role,) = await rows(server, "roles")
    assert (role["id"], role["type"]) == (MANAGEMENT_ROLE_ID, "MachineToMachine")
    machine = (await server.machine()).application_id
    assert await of_application(server, machine, MANAGEMENT_RESOURCE_ID) == {"all"}


async def test_a_name_is_had_once(server: Server, scope_ids: dict[str, str]) -> None:
    await create(server, "reader", scope_ids["read"])
    with pytest.raises(RoleNameTaken) as refused:
        await create(server, "reader")
    assert (refused.value.code, refused.value.status) == ("role.name_in_use", 422)
    assert len(await rows(server, "roles")) == 2
    assert len(await rows(server, "role_scopes")) == 2


async def test_every_change_needs_the_right_to(server: Server) -> None:
    user_id, machine = await ada(server), (await server.machine(with_role=False)).application_id
    role = await create(server, "reader")
    with pytest.raises(NotPermitted):
        await create(server, "another", actor=NOBODY)
    with pytest.raises(NotPermitted):
        await given(server, user_id, role, NOBODY)
    with pytest.raises(NotPermitted):
        await assigned(server, machine, role, NOBODY)
    assert await rows(server, "user_roles") == await rows(server, "application_roles") == []


async def test_roles_of_another_tenant_give_nothing(server: Server) -> None:
    machine = (await server.machine()).application_id
    assert await roles.scopes_of_application(server.runtime, "admin", machine, MANAGEMENT_RESOURCE_ID) == frozenset()
