"""Identities: one owner each, one of a provider for each user, and what happens to them when connections change."""

from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.connections import service as connections
from narthex.connections.checks import ConnectionRefused
from narthex.connections.schemas import Connection, ConnectionChange
from narthex.identities import connections as used_connections
from narthex.identities import service as identities
from narthex.identities.connections import ConnectionUsage
from narthex.identities.schemas import Identity, NewIdentity, wire
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.sign_in_settings import service as sign_in_settings
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.social import change_experience, connect, offer
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
async def ada(server: Server) -> str:
    """A user."""
    return await user(server, "ada")


async def user(server: Server, username: str) -> str:
    async with server.runtime.database.write("default") as tx:
        return (await making.create(tx, SYSTEM, NewUser(username))).id


async def link(server: Server, user_id: str, target: str = "oidc", external_id: str = "u1", **fields: Any) -> Identity:
    async with server.runtime.database.write("default") as tx:
        return await identities.link(tx, SYSTEM, user_id, NewIdentity(target, external_id, **fields))


async def of_user(server: Server, user_id: str) -> list[Identity]:
    async with server.runtime.database.read("default") as reader:
        return await identities.of_user(reader, user_id)


async def test_one_is_found_by_what_the_provider_calls_it(server: Server, ada: str) -> None:
    made = await link(server, ada, details={"id": "u1", "name": "Ada"}, connection_id="c")
    async with server.runtime.database.read("default") as reader:
        assert await identities.find(reader, "oidc", "u1") == made
        assert await identities.find(reader, "oidc", "U1") is None
        assert await identities.find(reader, "other", "u1") is None
        assert await identities.of_users(reader, [ada, "nobody"]) == {ada: [made], "nobody": []}
        assert await identities.of_users(reader, []) == {}
    async with server.runtime.database.read("admin") as reader:
        assert await identities.find(reader, "oidc", "u1") is None
    assert wire([made]) == {"oidc": {"userId": "u1", "details": {"id": "u1", "name": "Ada"}}}
    assert made.display_name == "Ada"
    (event,) = await events(server.runtime, "User.IdentityLink")
    assert (event.user_id, event.payload["target"]) == (ada, "oidc")


async def test_it_has_one_owner_and_a_user_has_one_of_a_provider(server: Server, ada: str) -> None:
    bob = await user(server, "bob")
    await link(server, ada)
    with pytest.raises(identities.IdentityInUse):
        await link(server, bob)
    with pytest.raises(identities.ProviderInUse):
        await link(server, ada, external_id="u2")
    await link(server, ada, target="other")
    with pytest.raises(EntityNotFound):
        await link(server, "nobody", external_id="u3")


@pytest.mark.parametrize(
    ("target", "external_id"), [("oidc", ""), ("oidc", "x" * 257), ("oidc", "a\0"), ("Upper", "u"), ("", "u")]
)
async def test_what_cannot_be_one_is_refused(server: Server, ada: str, target: str, external_id: str) -> None:
    with pytest.raises(InvalidInput):
        await link(server, ada, target, external_id)


async def test_one_takes_the_place_of_another(server: Server, ada: str) -> None:
    async with server.runtime.database.write("default") as tx:
        assert await identities.replace(tx, SYSTEM, ada, NewIdentity("oidc", "u1"))
        assert not await identities.replace(tx, SYSTEM, ada, NewIdentity("oidc", "u2"))
    assert [one.external_id for one in await of_user(server, ada)] == ["u2"]


async def test_one_is_taken_away_and_goes_with_its_owner(server: Server, ada: str) -> None:
    await link(server, ada)
    async with server.runtime.database.write("default") as tx:
        await identities.unlink(tx, SYSTEM, ada, "oidc")
    assert await of_user(server, ada) == []
    with pytest.raises(EntityNotFound):
        async with server.runtime.database.write("default") as tx:
            await identities.unlink(tx, SYSTEM, ada, "oidc")
    await link(server, ada)
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, SYSTEM, ada)
    assert await rows(server, "user_identities") == []


async def test_only_who_may_changes_anything(server: Server, ada: str) -> None:
    await link(server, ada)
    for action in (
        lambda tx: identities.link(tx, NOBODY, ada, NewIdentity("other", "u")),
        lambda tx: identities.replace(tx, NOBODY, ada, NewIdentity("oidc", "u")),
        lambda tx: identities.unlink(tx, NOBODY, ada, "oidc"),
    ):
        with pytest.raises(NotPermitted):
            async with server.runtime.database.write("default") as tx:
                await action(tx)


def test_what_is_too_much_or_cannot_be_stored_is_left_out() -> None:
    fine = {"id": "u", "rawData": {"a": [1, {"b": None}]}}
    assert identities.storable(fine) == fine
    for raw in ({"a": "\0"}, {"a": "x" * 70_000}, {"a": "\ud800"}):
        assert identities.storable({"id": "u", "name": "Ada", "rawData": raw}) == {"id": "u", "name": "Ada"}
    deep: dict[str, object] = {}
    for _ in range(2000):
        deep = {"a": deep}
    assert identities.storable({"id": "u", "rawData": deep}) == {"id": "u"}


async def change(server: Server, connection: Connection, **fields: Any) -> Connection:
    async with server.runtime.database.write("default") as tx:
        change = ConnectionChange(**fields)
        return await used_connections.update(tx, SYSTEM, server.runtime, connection.id, change)


async def shown(server: Server) -> tuple[str, ...]:
    return (await sign_in_settings.read(server.runtime, "default")).experience.social_sign_in_connector_targets


async def test_a_connection_that_is_used_says_so_and_keeps_its_target(server: Server, ada: str) -> None:
    connection = await connect(server, "oidc")
    await offer(server, "oidc")
    async with server.runtime.database.scan("default") as reader:
        assert await used_connections.usage(reader, server.runtime, connection) == ConnectionUsage(0, True)
    moved = await change(server, connection, target="moved")
    assert await shown(server) == ("moved",)
    await link(server, ada, "moved")
    async with server.runtime.database.scan("default") as reader:
        assert await used_connections.usage(reader, server.runtime, moved) == ConnectionUsage(1, True)
    with pytest.raises(ConnectionRefused) as refused:
        await change(server, moved, target="again")
    assert refused.value.code == "connector.can_not_modify_target"
    assert (await change(server, moved, target="moved", sync_profile=True)).sync_profile


async def test_a_deleted_connection_is_taken_off_the_page_and_leaves_the_identities(server: Server, ada: str) -> None:
    connection = await connect(server, "oidc")
    await connect(server, "kept")
    await offer(server, "oidc", "kept")
    await link(server, ada, connection_id=connection.id)
    async with server.runtime.database.write("default") as tx:
        await used_connections.delete(tx, SYSTEM, server.runtime, connection.id)
    assert await shown(server) == ("kept",)
    assert [one.target for one in await connections.listed(server.runtime, "default")] == ["kept"]
    assert len(await of_user(server, ada)) == 1
    assert len(await events(server.runtime, "Connector.Delete")) == 1
    for actor, kind in ((SYSTEM, EntityNotFound), (NOBODY, Refusal)):
        with pytest.raises(kind):
            async with server.runtime.database.write("default") as tx:
                await used_connections.delete(tx, actor, server.runtime, connection.id)
    await change_experience(server, socialSignInConnectorTargets=[])
    (left,) = await connections.listed(server.runtime, "default")
    async with server.runtime.database.write("default") as tx:
        await used_connections.delete(tx, SYSTEM, server.runtime, left.id)
    assert await connections.listed(server.runtime, "default") == ()
