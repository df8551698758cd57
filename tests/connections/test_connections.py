"""Connections: checked by their connector, sealed, read from the cache, told in the audit log."""

from typing import Any

import msgspec
import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.connections import service as connections
from narthex.connections.checks import ConnectionRefused
from narthex.connections.schemas import Connection, ConnectionChange, ConnectionMetadata, NewConnection
from narthex.connections.secrets import with_kept_secrets, without_secrets
from narthex.connections.wire import connector_response
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from tests.fixtures.server import Server
from tests.fixtures.social import CLIENT_SECRET, CONFIG, MadeUpProvider, connect
from tests.fixtures.traces import contents, events, rows

SYSTEM = system_actor("default")
NOBODY = Actor(ActorKind.USER, "default", "ada")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = pytest.mark.usefixtures("provider")


async def change(server: Server, connection_id: str, actor: Actor = SYSTEM, **fields: Any) -> Connection:
    async with server.runtime.database.write("default") as tx:
        return await connections.update(tx, actor, server.runtime, connection_id, ConnectionChange(**fields))


async def test_one_is_found_as_it_was_made(server: Server) -> None:
    made = await connect(server, "harbour", name="Harbour", sync_profile=True)
    for found in (
        await connections.get(server.runtime, "default", made.id),
        await connections.find_by_target(server.runtime, "default", "harbour"),
        *await connections.listed(server.runtime, "default"),
    ):
        assert found == made
    assert connections.config_of(server.runtime, "default", made) == CONFIG
    assert connections.masked_config(server.runtime, "default", made) == {"clientId": "narthex"}
    assert connections.redirect_uri(server.tenant(), made.id) == f"http://localhost:3001/callback/{made.id}"
    assert await connections.listed(server.runtime, "admin") == ()
    assert await connections.find_by_target(server.runtime, "default", "none") is None
    with pytest.raises(EntityNotFound):
        await connections.get(server.runtime, "admin", made.id)
    (event,) = await events(server.runtime, "Connector.Create")
    assert event.payload["connector"] == {"id": made.id, "target": "harbour"}


async def test_they_are_listed_in_the_order_they_were_made(server: Server) -> None:
    for target in ("c", "a", "b"):
        server.clock.advance(seconds=1)
        await connect(server, target)
    assert [one.target for one in await connections.listed(server.runtime, "default")] == ["c", "a", "b"]


async def test_the_configuration_lies_sealed(server: Server) -> None:
    made = await connect(server)
    assert CLIENT_SECRET not in await contents(server)
    (row,) = await rows(server, "connections")
    moved = msgspec.structs.replace(made, id="another")
    with pytest.raises(Exception, match="wrong key"):
        connections.config_of(server.runtime, "default", moved)
    with pytest.raises(Exception, match="wrong key"):
        connections.config_of(server.runtime, "admin", made)
    assert row["config_sealed"].startswith("v1.")


async def test_a_change_is_seen_at_once_and_spares_the_rest(server: Server) -> None:
    made = await connect(server)
    await connections.listed(server.runtime, "default")
    changed = await change(server, made.id, metadata=ConnectionMetadata({"en": "New"}), sync_profile=True)
    assert await connections.get(server.runtime, "default", made.id) == changed
    assert changed.display_name() == "New"
    assert connections.config_of(server.runtime, "default", changed) == CONFIG
    for kept in (
        {"clientId": "two"},
        {"clientId": "two", "clientSecret": ""},
        {"clientId": "two", "clientSecret": None},
    ):
        changed = await change(server, made.id, config=kept)
        assert connections.config_of(server.runtime, "default", changed) == {**CONFIG, "clientId": "two"}
    changed = await change(server, made.id, config={"clientId": "two", "clientSecret": "new"})
    assert connections.config_of(server.runtime, "default", changed)["clientSecret"] == "new"
    moved = await change(server, made.id, target="elsewhere")
    assert await connections.find_by_target(server.runtime, "default", "elsewhere") == moved


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"config": {}}, "connector.invalid_config", "clientId"),
        ({"target": ""}, "connector.should_specify_target", "target"),
        ({"target": "Upper"}, "connector.should_specify_target", "target"),
        ({"target": "a b"}, "connector.should_specify_target", "target"),
        ({"target": "a/b"}, "connector.should_specify_target", "target"),
        ({"target": "x" * 65}, "connector.should_specify_target", "target"),
        ({"target": "taken"}, "connector.multiple_target_with_same_platform", "target"),
        ({"connector_id": "unknown"}, "connector.not_found", "connectorId"),
        ({"id": "../x"}, "guard.invalid_input", "id"),
        ({"id": "UPPERUPPERUPPER"}, "guard.invalid_input", "id"),
        ({"metadata": ConnectionMetadata({"en": "x" * 65})}, "guard.invalid_input", "metadata.name.en"),
        ({"metadata": ConnectionMetadata({"en": "a\u202eb"})}, "guard.invalid_input", "metadata.name.en"),
        ({"metadata": ConnectionMetadata({"not a tag": "x"})}, "guard.invalid_input", "metadata.name"),
        ({"metadata": ConnectionMetadata(logo="javascript:x")}, "guard.invalid_input", "metadata.logo"),
        ({"metadata": ConnectionMetadata(logo_dark="//x")}, "guard.invalid_input", "metadata.logoDark"),
        ({"config": {**CONFIG, "more": "x" * 70_000}}, "guard.invalid_input", "config"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(
    server: Server, fields: dict[str, Any], code: str, field: str
) -> None:
    await connect(server, "taken")
    with pytest.raises(Refusal) as refused:
        await connect(server, **{"target": "free", **fields})
    assert refused.value.code == code
    assert refused.value.data == {"field": field}
    assert field in refused.value.text
    assert len(await rows(server, "connections")) == 1


async def test_a_change_is_refused_for_the_same_reasons(server: Server) -> None:
    await connect(server, "taken")
    made = await connect(server)
    for fields, kind in (
        ({"config": {"clientSecret": "x"}}, ConnectionRefused),
        ({"target": "taken"}, ConnectionRefused),
        ({"target": "NO"}, ConnectionRefused),
        ({"metadata": ConnectionMetadata(logo="x")}, InvalidInput),
    ):
        with pytest.raises(kind):
            await change(server, made.id, **fields)
    with pytest.raises(EntityNotFound):
        await change(server, "unknown")
    assert await connections.get(server.runtime, "default", made.id) == made


async def test_the_id_may_be_made_before(server: Server) -> None:
    assert (await connect(server, id="abcdefghijkl")).id == "abcdefghijkl"
    with pytest.raises(InvalidInput):
        await connect(server, "second", id="abcdefghijkl")


async def test_only_who_manages_the_tenant_may_change_anything(server: Server) -> None:
    made = await connect(server)
    for action in (
        lambda tx: connections.create(tx, NOBODY, server.runtime, NewConnection("made-up", CONFIG, "x")),
        lambda tx: connections.update(tx, NOBODY, server.runtime, made.id, ConnectionChange(target="x")),
        lambda tx: connections.remove(tx, NOBODY, server.runtime, made),
    ):
        with pytest.raises(NotPermitted):
            async with server.runtime.database.write("default") as tx:
                await action(tx)


def test_a_name_is_found_in_the_language_or_the_nearest() -> None:
    names = {"en": "Harbour", "ja": "港", "pt-BR": "Porto"}
    made = Connection("i", "made-up", "t", "", ConnectionMetadata(names), False, 0)
    for language, name in (("ja", "港"), ("ja-JP", "港"), ("pt-BR", "Porto"), ("de", "Harbour")):
        assert made.display_name(language) == name
    bare = msgspec.structs.replace(made, metadata=ConnectionMetadata())
    assert bare.display_name("de") == "Made-up"
    assert msgspec.structs.replace(bare, connector_id="gone").display_name() == "t"


def test_a_logo_is_shown_only_where_it_is_inline(provider: MadeUpProvider) -> None:
    made = Connection("i", "made-up", "t", "", ConnectionMetadata({}, "data:image/png;base64,x"), False, 0)
    assert made.logo == "data:image/png;base64,x"
    remote = msgspec.structs.replace(made, metadata=ConnectionMetadata({}, "https://x.example/l.png", "https://x"))
    assert (remote.logo, remote.logo_dark) == (provider.metadata.logo, None)


async def test_the_wire_shows_all_of_it(server: Server) -> None:
    made = await connect(server, "harbour", name="Harbour")
    shown = connector_response(server.runtime, "default", made)
    assert shown is not None
    row = msgspec.to_builtins(shown)
    assert (row["id"], row["connectorId"], row["target"], row["type"]) == (made.id, "made-up", "harbour", "Social")
    assert row["config"] == CONFIG
    assert row["metadata"]["name"] == {"en": "Harbour"}
    assert row["metadata"]["target"] == "harbour"
    assert [item["key"] for item in row["formItems"]] == ["clientId", "clientSecret"]
    hidden = connector_response(server.runtime, "default", made, with_config=False)
    assert hidden is not None
    assert hidden.config == {}
    assert connector_response(server.runtime, "default", msgspec.structs.replace(made, connector_id="gone")) is None


def test_secrets_deep_inside_are_found() -> None:
    config = {"a": {"b": {"secret": "s", "plain": 1}}, "top": "t"}
    keys = ("a.b.secret", "top", "none.at.all")
    assert without_secrets(config, keys) == {"a": {"b": {"plain": 1}}}
    assert with_kept_secrets({"a": {"b": {"plain": 2}}}, config, keys) == {
        "a": {"b": {"plain": 2, "secret": "s"}},
        "top": "t",
    }
