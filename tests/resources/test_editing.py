"""Changing and removing resources and their scopes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.resources import editing, queries
from narthex.resources import service as resources
from narthex.resources.checks import ManagementApiFixed, ManagementApiStays, ScopeNameWithSpace
from narthex.resources.schemas import (
    MANAGEMENT_RESOURCE_ID,
    MANAGEMENT_SCOPE_ID,
    ResourceChange,
    ResourceDetails,
    ScopeChange,
)
from narthex.resources.service import ScopeNameTaken
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
OTHER = system_actor("admin")
NOBODY = Actor(ActorKind.USER, "default", "ada")
Change = Callable[..., Awaitable[Any]]


async def made(server: Server, indicator: str = "https://api.example", *scopes: str) -> tuple[str, list[str]]:
    """A resource and its scopes; ids."""
    async with server.runtime.database.write("default") as tx:
        cache = server.runtime.cache
        api = await resources.create(tx, SYSTEM, cache, "API", indicator)
        return api, [await resources.create_scope(tx, SYSTEM, cache, api, name, "about it") for name in scopes]


async def change(server: Server, work: Change, *arguments: object, actor: Actor = SYSTEM) -> Any:
    async with server.runtime.database.write(actor.tenant_id) as tx:
        return await work(tx, actor, server.runtime.cache, *arguments)


async def details(server: Server, resource_id: str) -> ResourceDetails:
    async with server.runtime.database.read("default") as reader:
        return await queries.get(reader, resource_id)


async def test_each_field_changes_by_itself_and_at_once(server: Server) -> None:
    api, _ = await made(server)
    assert await resources.find_by_indicator(server.runtime, "default", "https://api.example") is not None
    changed = await change(server, editing.update, api, ResourceChange(name="Books"))
    assert (changed.name, changed.access_token_ttl) == ("Books", 3600)
    assert await change(server, editing.update, api, ResourceChange(access_token_ttl=60)) == await details(server, api)
    found = await resources.find_by_indicator(server.runtime, "default", "https://api.example")
    assert found is not None
    assert (found.name, found.access_token_ttl) == ("Books", 60)
    told = await events(server.runtime, "Resource.Update")
    assert sorted(row.payload["fields"] for row in told) == [["access_token_ttl"], ["name"]]
    assert {row.payload["resourceId"] for row in told} == {api}
    await change(server, editing.update, api, ResourceChange())
    assert len(await events(server.runtime, "Resource.Update")) == 2


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"access_token_ttl": 59}, "accessTokenTtl"),
        ({"access_token_ttl": -1}, "accessTokenTtl"),
        ({"access_token_ttl": 2**70}, "accessTokenTtl"),
    ],
)
async def test_bad_values_change_nothing(server: Server, fields: dict[str, Any], named: str) -> None:
    api, _ = await made(server)
    before = await details(server, api)
    with pytest.raises(InvalidInput) as refused:
        await change(server, editing.update, api, ResourceChange(**fields))
    assert refused.value.data == {"field": named}
    assert await details(server, api) == before


async def default_of(server: Server, tenant_id: str = "default") -> str | None:
    found = await resources.find_default(server.runtime, tenant_id)
    return None if found is None else found.id


async def test_one_resource_is_the_default(server: Server) -> None:
    first, _ = await made(server)
    second, _ = await made(server, "https://other.example")
    assert await default_of(server) is None
    assert (await change(server, editing.set_default, first, True)).is_default
    assert await default_of(server) == first
    assert (await change(server, editing.set_default, second, True)).is_default
    assert await default_of(server) == second
    assert not (await details(server, first)).is_default
    assert not (await change(server, editing.set_default, first, False)).is_default
    assert await default_of(server) == second
    assert not (await change(server, editing.set_default, second, False)).is_default
    assert await default_of(server) is None
    with pytest.raises(EntityNotFound):
        await change(server, editing.set_default, "nothing", True)
    assert await default_of(server, "admin") is None


async def test_of_two_who_set_the_default_at_once_the_last_wins(server: Server) -> None:
    ids = [(await made(server, f"https://{number}.example"))[0] for number in range(5)]
    await asyncio.gather(*(change(server, editing.set_default, one, True) for one in ids))
    assert sum(bool(row["is_default"]) for row in await rows(server, "resources")) == 1


async def test_a_deleted_resource_is_gone_with_its_scopes(server: Server) -> None:
    api, _ = await made(server, "https://api.example", "read", "write")
    assert await resources.find_by_indicator(server.runtime, "default", "https://api.example") is not None
    await change(server, editing.delete, api)
    assert await resources.find_by_indicator(server.runtime, "default", "https://api.example") is None
    assert [row["id"] for row in await rows(server, "scopes")] == [MANAGEMENT_SCOPE_ID]
    (told,) = await events(server.runtime, "Resource.Delete")
    assert told.payload["resourceId"] == api
    with pytest.raises(EntityNotFound):
        await change(server, editing.delete, api)


async def test_a_scope_changes_and_goes(server: Server) -> None:
    api, (read, _) = await made(server, "https://api.example", "read", "write")
    changed = await change(server, editing.update_scope, api, read, ScopeChange(name="look"))
    assert (changed.name, changed.description) == ("look", "about it")
    changed = await change(server, editing.update_scope, api, read, ScopeChange(description=None))
    assert (changed.name, changed.description) == ("look", None)
    async with server.runtime.database.read("default") as reader:
        assert await queries.get_scope(reader, api, read) == changed
    with pytest.raises(ScopeNameTaken):
        await change(server, editing.update_scope, api, read, ScopeChange(name="write"))
    with pytest.raises(ScopeNameWithSpace):
        await change(server, editing.update_scope, api, read, ScopeChange(name="a b"))
    with pytest.raises(InvalidInput):
        await change(server, editing.update_scope, api, read, ScopeChange(description="x" * 257))
    await change(server, editing.delete_scope, api, read)
    async with server.runtime.database.scan("default") as reader:
        assert [one.name for one in await queries.scopes_of(reader, api)] == ["write"]
    assert len(await events(server.runtime, "Scope.Update")) == 2
    assert [row.payload["scopeId"] for row in await events(server.runtime, "Scope.Delete")] == [read]


async def test_the_management_api_stays_as_it_is(server: Server) -> None:
    before = (await rows(server, "resources"), await rows(server, "scopes"))
    api, scope = MANAGEMENT_RESOURCE_ID, MANAGEMENT_SCOPE_ID
    fixed: list[tuple[Change, tuple[object, ...]]] = [
        (editing.update, (api, ResourceChange(name="Mine"))),
        (editing.set_default, (api, True)),
        (editing.update_scope, (api, scope, ScopeChange(name="some"))),
        (editing.delete_scope, (api, scope)),
        (resources.create_scope, (api, "more")),
    ]
    for work, arguments in fixed:
        with pytest.raises(ManagementApiFixed):
            await change(server, work, *arguments)
    with pytest.raises(ManagementApiStays) as refused:
        await change(server, editing.delete, api)
    assert (refused.value.code, refused.value.status) == ("resource.cannot_delete_management_api", 400)
    assert (await rows(server, "resources"), await rows(server, "scopes")) == before


async def test_who_may_not_and_who_is_elsewhere_changes_nothing(server: Server) -> None:
    api, (read,) = await made(server, "https://api.example", "read")
    elsewhere, _ = await made(server, "https://other.example")
    before = (await rows(server, "resources"), await rows(server, "scopes"))
    changes: list[tuple[Change, tuple[object, ...]]] = [
        (editing.update, (api, ResourceChange(name="Mine"))),
        (editing.set_default, (api, True)),
        (editing.delete, (api,)),
        (editing.update_scope, (api, read, ScopeChange(name="mine"))),
        (editing.delete_scope, (api, read)),
        (resources.create_scope, (api, "mine")),
    ]
    expected: list[tuple[Actor, type[Refusal]]] = [(NOBODY, NotPermitted), (OTHER, EntityNotFound)]
    for work, arguments in changes:
        for actor, refusal in expected:
            with pytest.raises(refusal):
                await change(server, work, *arguments, actor=actor)
    for work, arguments in ((editing.update_scope, (ScopeChange(name="x"),)), (editing.delete_scope, ())):
        with pytest.raises(EntityNotFound):
            await change(server, work, elsewhere, read, *arguments)
    assert (await rows(server, "resources"), await rows(server, "scopes")) == before


async def test_each_change_moves_the_configuration_on(server: Server) -> None:
    api, (read,) = await made(server, "https://api.example", "read")
    steps: list[tuple[Change, tuple[object, ...]]] = [
        (editing.update, (api, ResourceChange(name="Books"))),
        (editing.set_default, (api, True)),
        (resources.create_scope, (api, "write")),
        (editing.update_scope, (api, read, ScopeChange(name="look"))),
        (editing.delete_scope, (api, read)),
        (editing.delete, (api,)),
    ]
    for work, arguments in steps:
        before = (await rows(server, "tenants"))[0]["config_version"]
        await change(server, work, *arguments)
        assert (await rows(server, "tenants"))[0]["config_version"] == before + 1, work.__name__
