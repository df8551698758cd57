"""Lists of roles, of who has them, and of who could: searched, page by page, and each tenant its own."""

import pytest

from narthex.access import system_actor
from narthex.applications.types import ApplicationType
from narthex.kit.errors import EntityNotFound
from narthex.roles import assigning, members, queries
from narthex.roles import service as roles
from narthex.roles.schemas import (
    MANAGEMENT_ROLE_ID,
    FeaturedApplication,
    FeaturedUser,
    RoleFilter,
    RoleType,
)
from narthex.users import making
from narthex.users.schemas import NewUser
from narthex.users.search import Keyword, WireSearch
from tests.fixtures.server import Server

SYSTEM = system_actor("default")


async def role(server: Server, name: str, kind: RoleType = RoleType.USER, about: str = "") -> str:
    server.clock.advance(seconds=1)
    async with server.runtime.database.write("default") as tx:
        return await roles.create(tx, SYSTEM, server.runtime.cache, name, about, kind)


async def people(server: Server, *names: str, role_id: str | None = None) -> list[str]:
    """New users, with a role or without; ids."""
    made = []
    for name in names:
        server.clock.advance(seconds=1)
        async with server.runtime.database.write("default") as tx:
            made.append((await making.create(tx, SYSTEM, NewUser(name))).id)
            if role_id is not None:
                await assigning.assign_to_user(tx, SYSTEM, made[-1], role_id)
    return made


async def machines(server: Server, *names: str, role_id: str | None = None) -> list[str]:
    """New machines, with a role or without; ids."""
    made = []
    for name in names:
        server.clock.advance(seconds=1)
        given = await server.application(ApplicationType.MACHINE_TO_MACHINE, name=name)
        made.append(given.application_id)
        if role_id is not None:
            async with server.runtime.database.write("default") as tx:
                cache = server.runtime.cache
                await assigning.assign_to_application(tx, SYSTEM, cache, given.application_id, role_id)
    return made


async def ids(server: Server, filter: RoleFilter, tenant_id: str = "default") -> list[str]:
    async with server.runtime.database.scan(tenant_id) as reader:
        found = await queries.listed(reader, filter)
        assert await queries.count(reader, filter) == len(found)
        assert (await queries.page(reader, filter, size=100)).items == tuple(found)
    return [one.id for one in found]


async def test_roles_are_listed_the_newest_first(server: Server) -> None:
    made = [await role(server, f"role {number}") for number in range(5)]
    expected = [*made[::-1], MANAGEMENT_ROLE_ID]
    assert await ids(server, RoleFilter()) == expected
    async with server.runtime.database.scan("default") as reader:
        first = await queries.page(reader, size=4)
        second = await queries.page(reader, after=first.items[-1].cursor, size=4)
        assert [one.id for one in (*first.items, *second.items)] == expected
        assert (first.has_more, second.has_more) == (True, False)
        assert await queries.page(reader, before=second.items[0].cursor, size=4) == type(first)(first.items, False)
        back = await queries.page(reader, before=second.items[-1].cursor, size=2)
        assert ([one.id for one in back.items], back.has_more) == (expected[3:5], True)
        assert [one.id for one in await queries.listed(reader, RoleFilter(), 1, 2)] == expected[1:3]
    assert await ids(server, RoleFilter(), "admin") == [MANAGEMENT_ROLE_ID]


async def test_roles_are_found_by_what_is_known_of_them(server: Server) -> None:
    reader_role = await role(server, "Reader", about="May read 100%")
    robot = await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    (ada,), (script,) = await people(server, "ada", role_id=reader_role), await machines(server, "x", role_id=robot)
    every = [robot, reader_role, MANAGEMENT_ROLE_ID]
    for wanted, expected in (
        (RoleFilter("READ"), [reader_role]),
        (RoleFilter("100%"), [reader_role]),
        (RoleFilter("_"), []),
        (RoleFilter(robot), [robot]),
        (RoleFilter(type=RoleType.USER), [reader_role]),
        (RoleFilter(type=RoleType.MACHINE_TO_MACHINE), [robot, MANAGEMENT_ROLE_ID]),
        (RoleFilter(exclude_user_id=ada), [robot, MANAGEMENT_ROLE_ID]),
        (RoleFilter(exclude_application_id=script), [reader_role, MANAGEMENT_ROLE_ID]),
        (RoleFilter(exclude_user_id="nobody", exclude_application_id="nothing"), every),
        (RoleFilter("r", RoleType.USER, ada), []),
    ):
        assert await ids(server, wanted) == expected, wanted


async def test_a_listed_role_tells_how_many_have_it_and_names_three(server: Server) -> None:
    reader_role, robot = await role(server, "reader"), await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    names = ("ada", "ben", "cid", "dan", "eve")
    by_id = dict(zip(await people(server, *names, role_id=reader_role), names, strict=True))
    (script,) = await machines(server, "script", role_id=robot)
    async with server.runtime.database.scan("default") as reader:
        found = await queries.find_listed(reader, reader_role)
        assert (found.users_count, found.applications_count) == (5, 0)
        assert found.featured_users == tuple(FeaturedUser(one, None, by_id[one]) for one in sorted(by_id)[:3])
        found = await queries.find_listed(reader, robot)
        assert (found.users_count, found.applications_count, found.featured_users) == (0, 1, ())
        kind = ApplicationType.MACHINE_TO_MACHINE
        assert found.featured_applications == (FeaturedApplication(script, "script", kind),)
        with pytest.raises(EntityNotFound):
            await queries.find_listed(reader, "nothing")


async def test_users_of_a_role_are_read_page_by_page(server: Server) -> None:
    reader_role = await role(server, "reader")
    mine = sorted(await people(server, "ada", "adam", "ben", "Adele_1", "cid", role_id=reader_role))
    others = await people(server, "eve", "adrian")
    async with server.runtime.database.scan("default") as reader:
        first = await members.users_of_role(reader, reader_role, size=3)
        second = await members.users_of_role(reader, reader_role, after=first.items[-1].cursor, size=3)
        assert [one.id for one in (*first.items, *second.items)] == mine
        assert (first.has_more, second.has_more) == (True, False)
        before = await members.users_of_role(reader, reader_role, before=second.items[0].cursor, size=2)
        assert (before.items, before.has_more) == (first.items[1:], True)
        for search, expected in {"AD": {"ada", "adam", "Adele_1"}, "ben": {"ben"}, "en": set(), "%": set()}.items():
            found = await members.users_of_role(reader, reader_role, search)
            assert {one.username for one in found.items} == expected
        free = await members.users_without_role(reader, reader_role)
        assert [one.id for one in free] == others[::-1]
        assert [one.username for one in await members.users_without_role(reader, reader_role, "ad")] == ["adrian"]
        assert len(await members.users_without_role(reader, reader_role, size=1)) == 1


async def test_users_of_a_role_are_found_as_the_wire_searches(server: Server) -> None:
    reader_role = await role(server, "reader")
    mine = sorted(await people(server, "ada", "Adam", "ben", role_id=reader_role))
    await people(server, "adrian")
    async with server.runtime.database.scan("default") as reader:
        for search, expected in (
            (WireSearch(), {"ada", "Adam", "ben"}),
            (WireSearch((Keyword(None, ("ad%",)),)), {"ada", "Adam"}),
            (WireSearch((Keyword("username", ("Ad%",)),), is_case_sensitive=True), {"Adam"}),
            (WireSearch((Keyword("username", ("ben",), "exact"),), joint="and"), {"ben"}),
        ):
            found = await members.listed_users(reader, reader_role, search, 0, 10)
            assert {one.username for one in found} == expected
            assert await members.count_users(reader, reader_role, search) == len(expected)
        assert [one.id for one in await members.listed_users(reader, reader_role, WireSearch(), 1, 1)] == mine[1:2]


async def test_machines_of_a_role_are_read_page_by_page(server: Server) -> None:
    robot = await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    mine = sorted(await machines(server, "Mail", "mailer", "cron", role_id=robot))
    others = await machines(server, "mailbox", "x")
    await server.application()
    async with server.runtime.database.scan("default") as reader:
        first = await members.applications_of_role(reader, robot, size=2)
        second = await members.applications_of_role(reader, robot, after=first.items[-1].cursor, size=2)
        assert [one.id for one in (*first.items, *second.items)] == mine
        assert (first.has_more, second.has_more) == (True, False)
        before = await members.applications_of_role(reader, robot, before=second.items[0].cursor, size=2)
        assert (before.items, before.has_more) == (first.items, False)
        found = await members.applications_of_role(reader, robot, "MAIL")
        assert {one.name for one in found.items} == {"Mail", "mailer"}
        assert [one.id for one in await members.applications_without_role(reader, robot)] == others[::-1]
        assert [one.name for one in await members.applications_without_role(reader, robot, "mail")] == ["mailbox"]
        assert [one.id for one in await members.listed_applications(reader, robot, "", 1, 5)] == mine[1:]
        assert await members.count_applications(reader, robot, "mail") == 2


async def test_the_roles_of_somebody_are_listed_by_name(server: Server) -> None:
    made = {name: await role(server, name) for name in ("writer", "reader", "author")}
    robot = await role(server, "robot", RoleType.MACHINE_TO_MACHINE)
    (ada,), (script,) = await people(server, "ada"), await machines(server, "script", role_id=robot)
    async with server.runtime.database.write("default") as tx:
        await assigning.add_roles_to_user(tx, SYSTEM, ada, list(made.values()))
    async with server.runtime.database.scan("default") as reader:
        assert [one.name for one in await queries.roles_of_user(reader, ada)] == ["author", "reader", "writer"]
        assert [one.name for one in await queries.roles_of_user(reader, ada, "R", 1, 1)] == ["reader"]
        assert await queries.count_roles_of_user(reader, ada, "EA") == 1
        assert [one.id for one in await queries.roles_of_application(reader, script)] == [robot]
        assert await queries.count_roles_of_application(reader, script) == 1
        assert await queries.roles_of_application(reader, script, "x") == []
    async with server.runtime.database.scan("admin") as reader:
        assert await queries.roles_of_user(reader, ada) == []
        assert await queries.roles_of_application(reader, script) == []


async def test_members_are_those_of_a_role_of_this_tenant(server: Server) -> None:
    (script,) = await machines(server, "script", role_id=MANAGEMENT_ROLE_ID)
    reader_role = await role(server, "reader")
    async with server.runtime.database.scan("default") as reader:
        assert [one.id for one in (await members.applications_of_role(reader, MANAGEMENT_ROLE_ID)).items] == [script]
    async with server.runtime.database.scan("admin") as reader:
        assert (await members.applications_of_role(reader, MANAGEMENT_ROLE_ID)).items == ()
        assert await members.applications_without_role(reader, MANAGEMENT_ROLE_ID) == []
        assert (await queries.find_listed(reader, MANAGEMENT_ROLE_ID)).applications_count == 0
        for read in (members.users_of_role, members.users_without_role, members.applications_of_role, queries.get):
            with pytest.raises(EntityNotFound):
                await read(reader, reader_role)
