"""Lists of applications: in order, searched, page by page, and each tenant its own."""

import pytest

from narthex.applications import queries
from narthex.applications.schemas import ApplicationFilter, ApplicationSummary
from narthex.applications.types import ApplicationType
from narthex.kit.errors import InvalidInput
from narthex.kit.pagination import Page
from tests.fixtures.server import Server

EVERY = ApplicationFilter()


async def make(server: Server, count: int, prefix: str = "App") -> list[str]:
    """Applications, three of a moment; ids of the newest first."""
    made = []
    for number in range(count):
        if number % 3 == 0:
            server.clock.advance(seconds=1)
        made.append((await server.application(name=f"{prefix} {number}")).application_id)
    order = {one: (number // 3, one) for number, one in enumerate(made)}
    return sorted(made, key=lambda one: order[one], reverse=True)


async def page(
    server: Server,
    filter: ApplicationFilter = EVERY,
    after: str | None = None,
    before: str | None = None,
    size: int = 4,
) -> Page[ApplicationSummary]:
    async with server.runtime.database.scan("default") as reader:
        return await queries.page(reader, filter, after=after, before=before, size=size)


async def ids(server: Server, filter: ApplicationFilter = EVERY, tenant_id: str = "default") -> set[str]:
    async with server.runtime.database.scan(tenant_id) as reader:
        found = await queries.listed(reader, filter)
        assert await queries.count(reader, filter) == len(found)
        assert {one.id for one in (await queries.page(reader, filter, size=100)).items} == {one.id for one in found}
    return {one.id for one in found}


async def test_pages_go_forwards_and_back(server: Server) -> None:
    made = await make(server, 10)
    first = await page(server)
    second = await page(server, after=first.items[-1].cursor)
    third = await page(server, after=second.items[-1].cursor)
    assert [one.id for part in (first, second, third) for one in part.items] == made
    assert (first.has_more, second.has_more, third.has_more) == (True, True, False)
    assert await page(server, before=second.items[0].cursor) == Page(first.items, False)
    assert await page(server, before=third.items[0].cursor) == Page(second.items, True)
    # What was made meanwhile moves nothing.
    await make(server, 1)
    assert (await page(server, after=first.items[-1].cursor)).items == second.items


async def test_a_place_can_be_named_by_number(server: Server) -> None:
    made = await make(server, 5)
    async with server.runtime.database.scan("default") as reader:
        assert [one.id for one in await queries.listed(reader, EVERY, 1, 2)] == made[1:3]
        assert [one.id for one in await queries.listed(reader)] == made
        assert await queries.listed(reader, EVERY, 99, 2) == []


async def test_a_search_takes_what_is_typed_as_it_is(server: Server) -> None:
    shop = (await server.application(name="My Shop 100%")).application_id
    other = (await server.application(name="shop_two")).application_id
    third = (await server.application(name="back\\slash")).application_id
    for search, expected in {
        "": {shop, other, third},
        "SHOP": {shop, other},
        " shop ": {shop, other},
        "100%": {shop},
        "%": {shop},
        "_": {other},
        "p_t": {other},
        "\\": {third},
        "'": set(),
        shop: {shop},
        shop[:-1]: set(),
    }.items():
        assert await ids(server, ApplicationFilter(search)) == expected, search


async def test_they_are_chosen_by_type_and_by_party(server: Server) -> None:
    web = (await server.application()).application_id
    spa = (await server.application(ApplicationType.SPA)).application_id
    third = (await server.application(is_third_party=True)).application_id
    machine = (await server.machine()).application_id
    assert await ids(server) == {web, spa, third, machine}, "without the built-in ones"
    assert await ids(server, ApplicationFilter(types=(ApplicationType.SPA,))) == {spa}
    two = (ApplicationType.SPA, ApplicationType.MACHINE_TO_MACHINE)
    assert await ids(server, ApplicationFilter(types=two)) == {spa, machine}
    assert await ids(server, ApplicationFilter(is_third_party=True)) == {third}
    assert await ids(server, ApplicationFilter(is_third_party=False)) == {web, spa, machine}
    assert await ids(server, tenant_id="admin") == set()


async def test_those_of_some_ids_are_read_together(server: Server) -> None:
    made = await make(server, 2)
    async with server.runtime.database.read("default") as reader:
        assert set(await queries.by_ids(reader, [*made, "nothing"])) == set(made)
        assert await queries.by_ids(reader, []) == {}
    async with server.runtime.database.read("admin") as reader:
        assert await queries.by_ids(reader, made) == {}


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "x" * 1000, "ü", "MTIzLg", "\x00"])
async def test_what_is_no_cursor_is_refused(server: Server, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        await page(server, after=cursor)
    with pytest.raises(InvalidInput):
        await page(server, before=cursor)
