"""Resources and their scopes: what an audience may be, and what is known of it."""

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.resources import service as resources
from narthex.resources.checks import ManagementApiFixed, ScopeNameWithSpace
from narthex.resources.schemas import MANAGEMENT_RESOURCE_ID, management_indicator
from narthex.resources.service import ResourceIndicatorTaken, ScopeNameTaken
from tests.fixtures.server import Server
from tests.fixtures.traces import rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")


async def create(server: Server, indicator: str, actor: Actor = SYSTEM, ttl: int = 3600) -> str:
    async with server.runtime.database.write("default") as tx:
        return await resources.create(tx, actor, server.runtime.cache, "API", indicator, access_token_ttl=ttl)


async def scope(server: Server, resource_id: str, name: str, actor: Actor = SYSTEM, about: str | None = None) -> str:
    async with server.runtime.database.write("default") as tx:
        return await resources.create_scope(tx, actor, server.runtime.cache, resource_id, name, about)


@pytest.mark.parametrize(
    "indicator",
    ["https://api.example", "https://api.example/v1?x=1", "http://localhost:4000/", "urn:example:api", "api:x"],
)
async def test_a_resource_is_found_by_its_indicator_alone(server: Server, indicator: str) -> None:
    resource_id = await create(server, indicator, ttl=60)
    found = await resources.find_by_indicator(server.runtime, "default", indicator)
    assert found is not None
    assert (found.id, found.name, found.indicator, found.access_token_ttl) == (resource_id, "API", indicator, 60)
    for other in (indicator + "/", indicator.upper(), indicator[:-1], ""):
        assert await resources.find_by_indicator(server.runtime, "default", other) is None
    assert await resources.find_by_indicator(server.runtime, "admin", indicator) is None


BAD = [
    *("", "api", "/api", "https:", "https://api.example#part", "https://api.example#", "https://api.example,https://b"),
    *(
        "https://api example",
        "https://api.example\n",
        "https://[::1",
        "https://äpi.example",
        "x" * 3000,
        "a:" + "x" * 2047,
    ),
]


async def test_what_is_no_absolute_uri_is_refused(server: Server) -> None:
    before = await rows(server, "resources")
    for indicator in BAD:
        with pytest.raises(InvalidInput) as refused:
            await create(server, indicator)
        assert refused.value.data == {"field": "indicator"}
    assert await rows(server, "resources") == before


async def test_an_indicator_is_had_once(server: Server) -> None:
    await create(server, "https://api.example")
    with pytest.raises(ResourceIndicatorTaken) as refused:
        await create(server, "https://api.example")
    assert (refused.value.code, refused.value.status) == ("resource.resource_identifier_in_use", 422)
    assert len(await rows(server, "resources")) == 2


async def test_a_new_one_is_seen_at_once_though_nobody_knew_it_before(server: Server) -> None:
    assert await resources.find_by_indicator(server.runtime, "default", "https://api.example") is None
    await create(server, "https://api.example")
    assert await resources.find_by_indicator(server.runtime, "default", "https://api.example") is not None


async def test_scopes_are_found_by_name(server: Server) -> None:
    api, other = await create(server, "https://api.example"), await create(server, "https://other.example")
    await scope(server, api, "write")
    await scope(server, api, "read", about="Read things")
    await scope(server, other, "read")

    async def names(
        wanted: list[str], resource_id: str = api, tenant_id: str = "default"
    ) -> list[tuple[str, str | None]]:
        found = await resources.scopes_by_name(server.runtime, tenant_id, resource_id, wanted)
        return [(one.name, one.description) for one in found]

    assert await names(["write", "read", "delete"]) == [("read", "Read things"), ("write", None)]
    assert await names([]) == []
    assert await names(["READ", "read "]) == []
    assert await names(["read"], other) == [("read", None)]
    assert await names(["read"], tenant_id="admin") == []
    assert await names([f"scope{number}" for number in range(900)]) == []


async def test_a_token_for_it_holds_no_shorter_or_longer_than_makes_sense(server: Server) -> None:
    for ttl in (-1, 0, 59, 30 * 24 * 60 * 60 + 1, 2**40):
        with pytest.raises(InvalidInput) as refused:
            await create(server, "https://api.example", ttl=ttl)
        assert refused.value.data == {"field": "accessTokenTtl"}
    assert len(await rows(server, "resources")) == 1


async def test_a_scope_name_has_no_space(server: Server) -> None:
    api = await create(server, "https://api.example")
    for name in (" ", "a b", "a\tb", "a\n", "\u3000"):
        with pytest.raises(ScopeNameWithSpace) as refused:
            await scope(server, api, name)
        assert (refused.value.code, refused.value.status) == ("scope.name_with_space", 400)
    for name in ("", "x" * 257):
        with pytest.raises(InvalidInput) as invalid:
            await scope(server, api, name)
        assert invalid.value.data == {"field": "name"}
    with pytest.raises(InvalidInput) as invalid:
        await scope(server, api, "read", about="x" * 257)
    assert invalid.value.data == {"field": "description"}
    assert len(await rows(server, "scopes")) == 1


async def test_a_scope_is_had_once_and_by_a_resource_that_is_there(server: Server) -> None:
    api = await create(server, "https://api.example")
    await scope(server, api, "read")
    with pytest.raises(ScopeNameTaken) as refused:
        await scope(server, api, "read")
    assert (refused.value.code, refused.value.status) == ("scope.name_exists", 422)
    with pytest.raises(EntityNotFound):
        await scope(server, "nowhere", "read")
    with pytest.raises(ManagementApiFixed) as fixed:
        await scope(server, MANAGEMENT_RESOURCE_ID, "more")
    assert (fixed.value.code, fixed.value.status) == ("resource.cannot_modify_management_api", 400)
    assert len(await rows(server, "scopes")) == 2


async def test_every_change_needs_the_right_to(server: Server) -> None:
    api = await create(server, "https://api.example")
    with pytest.raises(NotPermitted):
        await create(server, "https://other.example", NOBODY)
    with pytest.raises(NotPermitted):
        await scope(server, api, "more", NOBODY)
    assert (len(await rows(server, "resources")), len(await rows(server, "scopes"))) == (2, 1)


async def test_each_tenant_has_its_own_management_api(server: Server) -> None:
    for tenant_id in ("default", "admin"):
        found = await resources.find_by_indicator(server.runtime, tenant_id, management_indicator(tenant_id))
        assert found is not None
        assert found.id == MANAGEMENT_RESOURCE_ID
    assert await resources.find_by_indicator(server.runtime, "default", management_indicator("admin")) is None
