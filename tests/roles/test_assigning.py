"""Giving roles to users and machines and taking them away: to those who fit, all or none, and each once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.roles import assigning
from narthex.roles import service as roles
from narthex.roles.errors import (
    ApplicationHasRole,
    NotAMachine,
    NotForMachines,
    NotForUsers,
    RoleHasApplication,
    RoleHasUser,
    UserHasRole,
)
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, RoleType
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
OTHER = system_actor("admin")
NOBODY = Actor(ActorKind.USER, "default", "ada")
Work = Callable[..., Awaitable[Any]]


async def user(server: Server, name: str) -> str:
    async with server.runtime.database.write("default") as tx:
        return (await making.create(tx, SYSTEM, NewUser(name))).id


async def role(server: Server, name: str, kind: RoleType = RoleType.USER, *, is_default: bool = False) -> str:
    async with server.runtime.database.write("default") as tx:
        return await roles.create(tx, SYSTEM, server.runtime.cache, name, "", kind, is_default=is_default)


async def to_users(server: Server, work: Work, *arguments: object, actor: Actor = SYSTEM) -> Any:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        return await work(tx, actor, *arguments)


async def to_machines(server: Server, work: Work, *arguments: object, actor: Actor = SYSTEM) -> Any:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        return await work(tx, actor, server.runtime.cache, *arguments)


async def had(server: Server, table: str) -> set[tuple[str, str]]:
    """Who has which role."""
    column = table.removesuffix("_roles") + "_id"
    return {(row[column], row["role_id"]) for row in await rows(server, table)}


async def test_a_user_gets_and_loses_roles(server: Server) -> None:
    ada = await user(server, "ada")
    one, two, three = [await role(server, name) for name in ("one", "two", "three")]
    await to_users(server, assigning.assign_to_user, ada, one)
    with pytest.raises(UserHasRole) as refused:
        await to_users(server, assigning.assign_to_user, ada, one)
    assert (refused.value.code, refused.value.status) == ("user.role_exists", 422)
    assert await to_users(server, assigning.add_roles_to_user, ada, [one, two, two]) == [two]
    assert await had(server, "user_roles") == {(ada, one), (ada, two)}
    await to_users(server, assigning.replace_roles_of_user, ada, [two, three])
    assert await had(server, "user_roles") == {(ada, two), (ada, three)}
    await to_users(server, assigning.take_from_user, ada, two)
    with pytest.raises(EntityNotFound):
        await to_users(server, assigning.take_from_user, ada, two)
    assert await had(server, "user_roles") == {(ada, three)}
    await to_users(server, assigning.replace_roles_of_user, ada, [])
    assert await had(server, "user_roles") == set()
    told = await events(server.runtime, "User.RolesUpdate")
    assert {row.user_id for row in told} == {ada}
    changes = sorted((row.payload["added"], row.payload["removed"]) for row in told)
    assert changes == sorted([([one], []), ([two], []), ([three], [one]), ([], [two]), ([], [three])])


async def test_a_role_is_given_to_all_of_some_users_or_to_none(server: Server) -> None:
    ada, ben, eve = [await user(server, name) for name in ("ada", "ben", "eve")]
    reader, robot = await role(server, "reader"), await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    await to_users(server, assigning.assign_to_users, reader, [ada, ada])
    assert await had(server, "user_roles") == {(ada, reader)}
    many = [str(number) for number in range(501)]
    bad: list[tuple[str, list[str], type[Refusal], str]] = [
        (reader, [ben, ada], RoleHasUser, "role.user_exists"),
        (reader, [ben, "nobody"], EntityNotFound, "entity.not_exists_with_id"),
        ("nothing", [ben], EntityNotFound, "entity.not_exists_with_id"),
        (robot, [ben], NotForUsers, "user.invalid_role_type"),
        (reader, many, InvalidInput, "guard.invalid_input"),
    ]
    for role_id, ids, refusal, code in bad:
        with pytest.raises(refusal) as refused:
            await to_users(server, assigning.assign_to_users, role_id, ids)
        assert refused.value.code == code
    assert await had(server, "user_roles") == {(ada, reader)}
    await to_users(server, assigning.assign_to_users, reader, [ben, eve])
    assert len(await had(server, "user_roles")) == 3
    await to_users(server, assigning.assign_to_users, reader, [])


async def test_roles_that_do_not_fit_a_user_are_refused_and_nothing_changes(server: Server) -> None:
    ada = await user(server, "ada")
    reader, robot = await role(server, "reader"), await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    many = [str(number) for number in range(501)]
    for work in (assigning.add_roles_to_user, assigning.replace_roles_of_user):
        bad: list[tuple[str, list[str], type[Refusal]]] = [
            (ada, [reader, robot], NotForUsers),
            (ada, [reader, "nothing"], EntityNotFound),
            ("nobody", [reader], EntityNotFound),
            (ada, many, InvalidInput),
        ]
        for user_id, ids, refusal in bad:
            with pytest.raises(refusal):
                await to_users(server, work, user_id, ids)
    assert await had(server, "user_roles") == set()
    assert await events(server.runtime, "User.RolesUpdate") == []


async def test_a_machine_gets_and_loses_roles(server: Server) -> None:
    script = (await server.machine(with_role=False)).application_id
    one, two = [await role(server, name, RoleType.MACHINE_TO_MACHINE) for name in ("one", "two")]
    await to_machines(server, assigning.assign_to_application, script, one)
    with pytest.raises(ApplicationHasRole) as refused:
        await to_machines(server, assigning.assign_to_application, script, one)
    assert (refused.value.code, refused.value.status) == ("application.role_exists", 422)
    assert await to_machines(server, assigning.add_roles_to_application, script, [one, two]) == [two]
    await to_machines(server, assigning.replace_roles_of_application, script, [two, MANAGEMENT_ROLE_ID])
    assert await had(server, "application_roles") == {(script, two), (script, MANAGEMENT_ROLE_ID)}
    before = (await rows(server, "tenants"))[0]["config_version"]
    await to_machines(server, assigning.take_from_application, script, two)
    assert (await rows(server, "tenants"))[0]["config_version"] == before + 1
    with pytest.raises(EntityNotFound):
        await to_machines(server, assigning.take_from_application, script, two)
    assert await had(server, "application_roles") == {(script, MANAGEMENT_ROLE_ID)}
    told = await events(server.runtime, "Application.RolesUpdate")
    assert {row.application_id for row in told} == {script}
    assert len(told) == 4


async def test_a_role_is_given_to_all_of_some_machines_or_to_none(server: Server) -> None:
    first, second = [(await server.machine(with_role=False)).application_id for _ in range(2)]
    web = (await server.application()).application_id
    reader, robot = await role(server, "reader"), await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    await to_machines(server, assigning.assign_to_applications, robot, [first])
    bad: list[tuple[str, list[str], type[Refusal], str]] = [
        (robot, [second, first], RoleHasApplication, "role.application_exists"),
        (robot, [second, "nothing"], EntityNotFound, "entity.not_exists_with_id"),
        (robot, [second, web], NotAMachine, "application.invalid_type"),
        (reader, [second], NotForMachines, "application.invalid_role_type"),
        ("nothing", [second], EntityNotFound, "entity.not_exists_with_id"),
    ]
    for role_id, ids, refusal, code in bad:
        with pytest.raises(refusal) as refused:
            await to_machines(server, assigning.assign_to_applications, role_id, ids)
        assert refused.value.code == code
    for work in (assigning.add_roles_to_application, assigning.replace_roles_of_application):
        with pytest.raises(NotForMachines):
            await to_machines(server, work, second, [robot, reader])
        with pytest.raises(NotAMachine):
            await to_machines(server, work, web, [robot])
    assert await had(server, "application_roles") == {(first, robot)}


async def test_of_many_who_give_the_same_role_at_once_one_gives_it(server: Server) -> None:
    ada, reader = await user(server, "ada"), await role(server, "reader")
    results = await asyncio.gather(
        *(to_users(server, assigning.assign_to_user, ada, reader) for _ in range(8)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", *["UserHasRole"] * 7]
    assert await had(server, "user_roles") == {(ada, reader)}


async def test_who_may_not_and_who_is_elsewhere_gives_and_takes_nothing(server: Server) -> None:
    ada, script = await user(server, "ada"), (await server.machine()).application_id
    one, two = await role(server, "one"), await role(server, "two")
    robot = await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    await to_users(server, assigning.assign_to_user, ada, one)
    before = (await had(server, "user_roles"), await had(server, "application_roles"))
    for actor, refusal in ((NOBODY, NotPermitted), (OTHER, EntityNotFound)):
        for work, arguments in (
            (assigning.assign_to_user, (ada, two)),
            (assigning.assign_to_users, (two, [ada])),
            (assigning.add_roles_to_user, (ada, [two])),
            (assigning.replace_roles_of_user, (ada, [two])),
            (assigning.take_from_user, (ada, one)),
        ):
            with pytest.raises(refusal):
                await to_users(server, work, *arguments, actor=actor)
        for work_on_machines, given in (
            (assigning.assign_to_application, (script, robot)),
            (assigning.assign_to_applications, (robot, [script])),
            (assigning.add_roles_to_application, (script, [robot])),
            (assigning.replace_roles_of_application, (script, [robot])),
            (assigning.take_from_application, (script, MANAGEMENT_ROLE_ID)),
        ):
            with pytest.raises(refusal):
                await to_machines(server, work_on_machines, *given, actor=actor)
    assert (await had(server, "user_roles"), await had(server, "application_roles")) == before


async def test_a_new_user_gets_the_default_roles(server: Server) -> None:
    first, second = [await role(server, name, is_default=True) for name in ("first", "second")]
    await role(server, "third")
    ada = await user(server, "ada")
    assert await had(server, "user_roles") == set()
    for _ in range(2):
        async with server.runtime.database.write("default") as tx:
            await assigning.give_default_roles(tx, ada)
    assert await had(server, "user_roles") == {(ada, first), (ada, second)}
