"""Lists of resources and scopes: in order, searched, page by page, and each tenant its own."""

import pytest

from narthex.access import system_actor
from narthex.kit.errors import EntityNotFound
from narthex.resources import queries
from narthex.resources import service as resources
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE_ID
from tests.fixtures.server import Server

SYSTEM = system_actor("default")


async def create(server: Server, name: str, indicator: str, *scopes: str) -> str:
    server.clock.advance(seconds=1)
    async with server.runtime.database.write("default") as tx:
        cache = server.runtime.cache
        api = await resources.create(tx, SYSTEM, cache, name, indicator)
        for scope in scopes:
            await resources.create_scope(tx, SYSTEM, cache, api, scope, f"May {scope.upper()} 100%")
    return api


async def test_resources_are_listed_the_newest_first(server: Server) -> None:
    made = [await create(server, f"API {number}", f"https://{number}.example") for number in range(5)]
    expected = [*made[::-1], MANAGEMENT_RESOURCE_ID]
    async with server.runtime.database.scan("default") as reader:
        assert [one.id for one in await queries.listed(reader)] == expected
        assert [one.id for one in await queries.listed(reader, "", 1, 2)] == expected[1:3]
        assert await queries.count(reader) == 6
        first = await queries.page(reader, size=4)
        second = await queries.page(reader, after=first.items[-1].cursor, size=4)
        assert [one.id for one in (*first.items, *second.items)] == expected
        assert (first.has_more, second.has_more) == (True, False)
        assert await queries.page(reader, before=second.items[0].cursor, size=4) == type(first)(first.items, False)
        before_the_built_in = await queries.page(reader, before=second.items[-1].cursor, size=9)
        assert [one.id for one in before_the_built_in.items] == made[::-1]
        assert [one.is_management_api for one in second.items] == [False, True]
    async with server.runtime.database.scan("admin") as reader:
        assert [one.id for one in await queries.listed(reader)] == [MANAGEMENT_RESOURCE_ID]


async def test_resources_are_found_by_name_and_indicator(server: Server) -> None:
    books = await create(server, "Books", "https://api.example/v1")
    files = await create(server, "Files_2", "urn:files")
    async with server.runtime.database.scan("default") as reader:
        for search, expected in {
            "BOOK": [books],
            "api.example": [books],
            "_": [files],
            "urn": [files],
            "%": [],
            "e": [files, books, MANAGEMENT_RESOURCE_ID],
        }.items():
            assert [one.id for one in await queries.listed(reader, search)] == expected, search
            assert [one.id for one in (await queries.page(reader, search)).items] == expected
            assert await queries.count(reader, search) == len(expected)


async def test_scopes_are_listed_and_found(server: Server) -> None:
    api = await create(server, "API", "https://api.example", "read", "write", "delete_all")
    other = await create(server, "Other", "https://other.example", "read")
    async with server.runtime.database.scan("default") as reader:
        for search, expected in {
            "": {"read", "write", "delete_all"},
            "READ": {"read"},
            "_": {"delete_all"},
            "may w": {"write"},
            "100%": {"read", "write", "delete_all"},
            "x": set(),
        }.items():
            assert {one.name for one in await queries.scopes_of(reader, api, search)} == expected, search
            assert {one.name for one in (await queries.scopes_page(reader, api, search)).items} == expected
            assert await queries.count_scopes(reader, api, search) == len(expected)
        first = await queries.scopes_page(reader, api, size=2)
        second = await queries.scopes_page(reader, api, after=first.items[-1].cursor, size=2)
        assert (first.has_more, second.has_more) == (True, False)
        assert [*first.items, *second.items] == await queries.scopes_of(reader, api)
        assert await queries.scopes_page(reader, api, before=second.items[0].cursor, size=2) == type(first)(
            first.items, False
        )
        assert (await queries.scopes_of(reader, api, "", 1, 1))[0] == first.items[1]
        together = await queries.scopes_of_resources(reader, [api, other, MANAGEMENT_RESOURCE_ID, "nothing"])
        assert {one: [scope.name for scope in scopes] for one, scopes in together.items()} == {
            api: ["delete_all", "read", "write"],
            other: ["read"],
            MANAGEMENT_RESOURCE_ID: ["all"],
            "nothing": [],
        }
        assert await queries.scopes_of_resources(reader, []) == {}


async def test_tenants_know_nothing_of_each_other(server: Server) -> None:
    api = await create(server, "API", "https://api.example", "read")
    async with server.runtime.database.scan("admin") as reader:
        assert await queries.scopes_of(reader, api) == []
        assert await queries.scopes_of_resources(reader, [api]) == {api: []}
        with pytest.raises(EntityNotFound):
            await queries.get(reader, api)
        with pytest.raises(EntityNotFound):
            await queries.get_scope(reader, api, MANAGEMENT_SCOPE_ID)
        # Ids of the built-in ones are the same everywhere, and yet each tenant reads its own.
        assert (await queries.get(reader, MANAGEMENT_RESOURCE_ID)).indicator == "https://admin.logto.app/api"
